import type {
  AcceptedReading,
  ClusterSettings,
  ComponentKey,
  Endpoint,
  HealthPolicy,
  Instance,
  LeftOutReason,
  Lineage,
  PortProtocol,
  RouteSettings,
} from '@isthmus/model';
import { ATTRIBUTES } from '@isthmus/model';
import type { CidrPolicy } from './cidr-policy.js';
import { cidrPolicyOf } from './cidr-policy.js';
import { endpointLabelsOf } from './endpoint-labels.js';
import type { InstanceAddress } from './instance-address.js';
import { instanceAddress } from './instance-address.js';
import type { InstancePort } from './instance-port.js';
import { instancePort } from './instance-port.js';
import { meets } from './instance-where.js';
import { localityOf } from './locality.js';
import type { NamedPort } from './named-ports.js';
import { conflictAt, hasTooManyNames, shareNames } from './named-ports.js';

/** One usable instance, before the ports of its entry are known. */
export interface Candidate {
  readonly instance: string;
  readonly kind: 'ip' | 'name';
  readonly address: string;
  /** Its own port, named or not. */
  readonly port: number | undefined;
  /** The number under which callers should reach `port`; undefined: the instance does not say. */
  readonly servicePort: number | undefined;
  readonly protocol: PortProtocol | undefined;
  /** What its address serves under names, also by other instances; empty: its port has no name. */
  readonly ports: readonly NamedPort[];
  readonly locality: string;
  readonly labels: Readonly<Record<string, string>> | undefined;
  readonly labelsLeftOut: readonly string[];
}

/** The instances of one reading, judged. */
export interface Candidates {
  /** Those that should get traffic. */
  readonly usable: readonly Candidate[];
  /** `address|port` of every legal instance, healthy or not: what is registered, for proofs and brakes. */
  readonly registered: ReadonlySet<string>;
  /** Endpoints that the legal instances make: fewer than `registered` where an address serves several names. */
  readonly registeredCount: number;
  readonly leftOut: readonly Lineage[];
}

/** What decides about the instances of one service, beside the reading. */
export interface InstanceRules {
  readonly component: ComponentKey;
  readonly region: string;
  readonly health: HealthPolicy;
  readonly route: RouteSettings;
  readonly cluster: ClusterSettings;
}

/** One instance with an address and a port that may be used. */
interface Legal {
  readonly instance: Instance;
  readonly address: InstanceAddress;
  readonly port: InstancePort;
  /** What its address serves under names. */
  readonly ports: readonly NamedPort[];
}

const NO_PORTS: readonly NamedPort[] = [];

type Leave = (instance: Instance, reason: LeftOutReason) => void;

/**
 * Judges the instances of a reading: the route's `where`, a legal address that the cluster wants, a legal port, port
 * names that go together, then health.
 */
export function candidatesOf(reading: AcceptedReading, rules: InstanceRules): Candidates {
  const policy = `${rules.component} ${rules.region} ${rules.health} ${policyOf(rules)}`;
  const shared = judged.get(reading)?.deref() ?? new Map<string, Candidates>();
  const known = shared.get(policy);
  if (known !== undefined) return known;
  const candidates = judgeInstances(reading, rules);
  if (shared.size === 0) judged.set(reading, new WeakRef(shared));
  shared.set(policy, candidates);
  return candidates;
}

/**
 * Candidates by what decides about them: routes and clusters that treat instances alike share them while they are in
 * use. They are larger than the reading, so nothing keeps them from being collected.
 */
const judged = new WeakMap<AcceptedReading, WeakRef<Map<string, Candidates>>>();

const policies = new WeakMap<RouteSettings, WeakMap<ClusterSettings, string>>();

/** What of a route and a cluster decides about an instance. */
function policyOf({ route, cluster }: InstanceRules): string {
  const byCluster = policies.get(route) ?? new WeakMap<ClusterSettings, string>();
  const known = byCluster.get(cluster);
  if (known !== undefined) return known;
  const policy = JSON.stringify([
    [...route.from.where],
    route.to.addressAttribute,
    [...route.to.endpointLabels],
    [...cluster.localities],
    cluster.allowedCidrs,
    cluster.deniedCidrs,
  ]);
  policies.set(route, byCluster.set(cluster, policy));
  return policy;
}

function judgeInstances(reading: AcceptedReading, rules: InstanceRules): Candidates {
  const leftOut: Lineage[] = [];
  const leave: Leave = (instance, reason) => {
    leftOut.push({ kind: 'left-out', component: rules.component, instance: instance.id, reason });
  };
  const mayUse = cidrPolicyOf(rules.cluster);
  const lawful: Legal[] = [];
  for (const instance of reading.instances) {
    const found = judge(instance, rules, mayUse);
    if (typeof found === 'string') leave(instance, found);
    else lawful.push(found);
  }
  const legal = withNames(lawful, leave);
  const mayBeNone = rules.health === 'HEALTHY' && reading.completeness === 'complete';
  const chosen = chooseByHealth(legal, { policy: rules.health, mayBeNone }, leave);
  const registered = new Set(legal.map(({ address, port }) => registrationKey(address.address, port.number)));
  const isNamed = legal.some(({ ports }) => ports.length > 0);
  return {
    usable: chosen.map((one) => candidateOf(one, rules)),
    registered,
    registeredCount: isNamed ? new Set(legal.map(endpointKey)).size : registered.size,
    leftOut,
  };
}

/** The key under which a registration is counted. */
export function registrationKey(address: string, port: number | undefined): string {
  return `${address}|${port ?? ''}`;
}

/** Whether a live endpoint is still registered, healthy or not. */
export function isRegistered({ address, ports }: Endpoint, registered: ReadonlySet<string>): boolean {
  if (registered.has(registrationKey(address, undefined))) return true;
  return Object.values(ports ?? {}).some((port) => registered.has(registrationKey(address, port)));
}

function judge(instance: Instance, { route }: InstanceRules, mayUse: CidrPolicy): Legal | LeftOutReason {
  const { attributes } = instance;
  if (!meets(attributes, route.from.where)) return 'filtered';
  const address = instanceAddress(attributes, route.to.addressAttribute);
  if (typeof address === 'string') return address;
  if (!mayUse(address)) return 'address-not-allowed';
  const port = instancePort(attributes, address.port);
  return typeof port === 'string' ? port : { instance, address, port, ports: NO_PORTS };
}

/** Puts the instances of one address together, where they name their ports. */
function withNames(legal: readonly Legal[], leave: Leave): readonly Legal[] {
  if (legal.every(({ port }) => port.name === undefined)) return legal;
  const named: Legal[] = [];
  for (const group of Map.groupBy(legal, ({ address }) => address.address).values()) {
    const ports = group.map(({ port }) => port);
    const conflict = conflictAt(ports);
    const shared = conflict === undefined ? shareNames(ports) : [];
    group.forEach((one, i) => {
      if (conflict === undefined) named.push({ ...one, ports: shared[i] ?? NO_PORTS });
      else leave(one.instance, conflict);
    });
  }
  if (!hasTooManyNames(named.map(({ port }) => port))) return named;
  for (const { instance } of named) leave(instance, 'too-many-ports');
  return [];
}

/** The instances that get traffic. READY=false (aws-cloud-map-mcs-controller) weighs as much as an unhealthy one. */
function chooseByHealth(
  legal: readonly Legal[],
  { policy, mayBeNone }: { readonly policy: HealthPolicy; readonly mayBeNone: boolean },
  leave: Leave,
): readonly Legal[] {
  if (policy === 'ALL') return legal;
  const healthy = legal.filter(({ instance }) => reasonOfHealth(instance) === undefined);
  if (healthy.length === legal.length || (healthy.length === 0 && !mayBeNone)) return legal;
  for (const { instance } of legal) {
    const reason = reasonOfHealth(instance);
    if (reason !== undefined) leave(instance, reason);
  }
  return healthy;
}

function reasonOfHealth({ health, attributes }: Instance): LeftOutReason | undefined {
  if (health === 'UNHEALTHY') return 'unhealthy';
  return attributes.get(ATTRIBUTES.ready)?.toLowerCase() === 'false' ? 'instance-not-ready' : undefined;
}

function candidateOf({ instance, address, port, ports }: Legal, rules: InstanceRules): Candidate {
  const { labels, leftOut } = endpointLabelsOf(instance.attributes, rules.route.to.endpointLabels);
  return {
    instance: instance.id,
    kind: address.kind,
    address: address.address,
    port: port.number,
    servicePort: port.servicePort,
    protocol: port.protocol,
    ports,
    locality: localityOf(rules.region, instance.attributes, rules.cluster.localities),
    labels,
    labelsLeftOut: leftOut,
  };
}

function endpointKey({ address, port, ports }: Legal): string {
  const numbers = ports.length === 0 ? [port.number ?? ''] : ports.map(({ name, number }) => `${name}=${number}`);
  return `${address.address}|${numbers.join(',')}`;
}
