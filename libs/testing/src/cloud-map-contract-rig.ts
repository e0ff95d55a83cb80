import type { Answer, Instance, InstanceHealth, IsthmusError, NamespaceRecord, ServiceRecord } from '@isthmus/model';
import { componentKey } from '@isthmus/model';
import type { CloudMapSource } from '@isthmus/ports';

/** Operations of the Cloud Map API that a source calls. */
export type CloudMapOperation =
  'ListNamespaces' | 'ListServices' | 'GetNamespace' | 'GetService' | 'ListInstances' | 'DiscoverInstances';

/** What goes wrong with every later call of one operation, until the rig is closed. */
export interface CloudMapTrouble {
  readonly operation: CloudMapOperation;
  readonly kind: 'throttle' | 'access-denied' | 'server-error' | 'hang' | 'reset' | 'truncated-json' | 'empty-answer';
}

/**
 * A Cloud Map that a test fills, and a source that reads it. Its lists have pages of 100; each call is tried once. Names
 * that are given to it are those of the contract.
 */
export interface CloudMapRig {
  readonly account: string;
  readonly region: string;
  /** What a namespace of the contract is called there; of the empty name, what all of them begin with. */
  nameOf(name: string): string;
  readonly source: CloudMapSource;
  /** Reads the same world, and waits no longer than some hundred ms for an answer. */
  readonly impatientSource: CloudMapSource;
  createNamespace(name: string): Promise<void>;
  /** Fails while the namespace holds services. */
  deleteNamespace(name: string): Promise<void>;
  createService(namespace: string, service: string, options?: { readonly hasHealthCheck: boolean }): Promise<void>;
  /** Fails while the service holds instances. */
  deleteService(namespace: string, service: string): Promise<void>;
  register(place: CloudMapPlace, attributes: Readonly<Record<string, string>>): Promise<void>;
  deregister(place: CloudMapPlace): Promise<void>;
  /** Takes effect at once. */
  setHealth(place: CloudMapPlace, health: Exclude<InstanceHealth, 'UNKNOWN'>): Promise<void>;
  /** Acts on the next call already. */
  trouble(trouble: CloudMapTrouble): void;
  /** How often an operation was called. */
  callCount(operation: CloudMapOperation): number;
  /** The time of the other side, epoch ms: what its `Date` header says, in whole seconds. */
  timeMs(): number;
  close(): Promise<void>;
}

/** One instance, by names. */
export interface CloudMapPlace {
  readonly namespace: string;
  readonly service: string;
  readonly instance: string;
}

/** So many registrations are under way at a time where there are many. */
const AT_ONCE = 20;

/** A signal that nobody aborts. */
export const NEVER: AbortSignal = new AbortController().signal;

/** Makes a rig; the contract closes it. */
export type OpenRig = () => Promise<CloudMapRig>;

/** What the parts of the contract are written with. */
export interface CloudMapContract {
  readonly open: OpenRig;
  /** Names a requirement, and tries it. */
  readonly it: (name: string, check: () => Promise<void>) => void;
}

/** An instance of the service `payments` in the namespace `shop`. */
export const at = (instance: string): CloudMapPlace => ({ namespace: 'shop', service: 'payments', instance });

/** A namespace `shop` with a service `payments`. */
export async function withService(open: OpenRig, hasHealthCheck = false): Promise<CloudMapRig> {
  const rig = await open();
  await rig.createNamespace('shop');
  await rig.createService('shop', 'payments', { hasHealthCheck });
  return rig;
}

/** The same with instances. */
export async function withInstances(open: OpenRig, count: number): Promise<CloudMapRig> {
  const rig = await withService(open);
  for (let next = 0; next < count; next += AT_ONCE) {
    const indices = Array.from({ length: Math.min(AT_ONCE, count - next) }, (_, i) => next + i);
    await Promise.all(indices.map((index) => rig.register(at(`i-${index}`), {})));
  }
  return rig;
}

/** Services `service-0`, `service-1`, … of a namespace. */
export async function createServices(rig: CloudMapRig, namespace: string, count: number): Promise<void> {
  for (let index = 0; index < count; index++) await rig.createService(namespace, `service-${index}`);
}

/** The record of a namespace that must exist, found by the name that the contract gave it. */
export async function namespaceNamed(rig: CloudMapRig, name: string): Promise<NamespaceRecord> {
  const namespaces = completeValue(await rig.source.listNamespaces(NEVER));
  const found = namespaces.find((namespace) => namespace.name === rig.nameOf(name));
  if (found === undefined) throw new Error(`no namespace ${name}`);
  return found;
}

/** The value of an answer that must be complete. */
export function completeValue<T>(answer: Answer<T>): T {
  if (answer.kind === 'complete') return answer.value;
  throw new Error(`the answer is ${answer.kind}: ${errorOf(answer)?.message}`);
}

/** Why an answer is not complete; undefined when it is. */
export function errorOf(answer: Answer<unknown>): IsthmusError | undefined {
  if (answer.kind === 'complete') return undefined;
  return answer.kind === 'partial' ? answer.missing : answer.error;
}

/** Ids in alphabetical order: the order of an answer means nothing. */
export function idsOf(instances: readonly Instance[]): readonly string[] {
  return instances.map(({ id }) => id).toSorted();
}

/** The service `payments` of `shop`, found through the catalogue. */
export function payments(rig: CloudMapRig): Promise<ServiceRecord> {
  return findService(rig.source, rig.nameOf('shop'), 'payments');
}

/** A service as discovery would know it: found through the catalogue. */
export async function findService(source: CloudMapSource, namespace: string, service: string): Promise<ServiceRecord> {
  const namespaces = completeValue(await source.listNamespaces(NEVER));
  const found = namespaces.find(({ name }) => name === namespace);
  if (found === undefined) throw new Error(`no namespace ${namespace}`);
  const services = completeValue(await source.listServices(found, () => undefined, NEVER));
  const summary = services.find(({ name }) => name === service);
  if (summary === undefined) throw new Error(`no service ${service}`);
  const { partition, region, ownerAccount, httpName, isShared } = found;
  const identity = { partition, region, ownerAccount, namespaceId: found.id, serviceId: summary.id };
  const { createdAtMs } = summary;
  return {
    key: componentKey(identity),
    identity,
    namespaceName: namespace,
    httpName,
    serviceName: service,
    createdAtMs,
    isShared,
  };
}
