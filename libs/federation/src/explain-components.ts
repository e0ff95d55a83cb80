import type { JudgedComponent, LiveEntry } from '@isthmus/desired';
import type {
  Attributes,
  ClusterSettings,
  Code,
  ComponentKey,
  Endpoint,
  Instance,
  Lineage,
  ServiceState,
} from '@isthmus/model';
import { ATTRIBUTES, CODES, compareText, hasAbsenceProof, hasEmptinessProof, parseComponentKey } from '@isthmus/model';

import type {
  ComponentExplanation,
  InstanceExplanation,
  ProofExplanation,
  ReasonView,
  SourceExplanation,
} from './explain-view.js';
import { errorStatus, timeOf } from './status.js';
import type { SourceView } from './source-view.js';

/** What explaining the components of one host needs beside the components themselves. */
export interface ComponentSurroundings {
  readonly cluster: ClusterSettings;
  readonly sources: readonly SourceView[];
  readonly lineage: readonly Lineage[];
  /** Our live objects of the host. */
  readonly live: readonly LiveEntry[];
  /** Why what should be in the cluster cannot get there; undefined: nothing stands in the way. */
  readonly blockedBy: Code | undefined;
}

/** One component: its service, what the facts prove of it, and what became of each instance. */
export function explainComponent(component: JudgedComponent, around: ComponentSurroundings): ComponentExplanation {
  const { key, mapped, record, verdict } = component;
  const identity = parseComponentKey(key);
  const reading = mapped?.state.reading;
  const isGoingBack = mapped?.state.regression !== undefined;
  const reason = reasonOf(component, around.lineage) ?? (isGoingBack ? 'revision-went-back' : undefined);
  return {
    component: key,
    source: explainSource(mapped?.source.name ?? component.source, around.sources),
    account: identity?.ownerAccount ?? '',
    region: identity?.region ?? '',
    namespace: mapped?.state.service.namespaceName ?? record?.namespace ?? '',
    service: mapped?.state.service.serviceName ?? record?.service ?? '',
    route: mapped?.route.place ?? null,
    revision: reading?.revision ?? null,
    observedAt: timeOf(reading?.observedAtMs),
    verdict: verdict.kind,
    reason: reason === undefined ? null : viewReason(reason),
    proof: explainProof(key, mapped?.state, around),
    instances: explainInstances(component, around),
  };
}

/** A code with its words. */
export function viewReason(reason: Code): ReasonView {
  const { meaning, remedy } = CODES[reason];
  return { reason, meaning, remedy };
}

/** The reason of the verdict itself, else that of a brake which keeps endpoints against it. */
function reasonOf({ key, verdict }: JudgedComponent, lineage: readonly Lineage[]): Code | undefined {
  if ('reason' in verdict) return verdict.reason;
  const kept = lineage.find((line) => line.kind === 'kept' && line.component === key);
  if (kept?.kind === 'kept') return kept.reason;
  return verdict.kind === 'mark' ? 'pending-delete' : undefined;
}

function explainSource(name: string, views: readonly SourceView[]): SourceExplanation {
  const view = views.find(({ settings }) => settings.name === name);
  return {
    name,
    state: view?.state ?? 'unread',
    lastCompleteReadAt: timeOf(view?.lastCompleteReadAtMs),
    error: errorStatus(view?.error),
  };
}

function explainProof(
  key: ComponentKey,
  state: ServiceState | undefined,
  { cluster, live }: ComponentSurroundings,
): ProofExplanation {
  const { emptiness, absence } = state ?? {};
  const markedAtMs = live.map(({ pending }) => pending.get(key)).find((atMs) => atMs !== undefined);
  return {
    empty:
      emptiness === undefined
        ? null
        : {
            reads: emptiness.reads,
            since: isoTime(emptiness.firstAtMs),
            isConfirmed: emptiness.isConfirmed,
            isProven: hasEmptinessProof(emptiness, cluster.deletes),
          },
    gone:
      absence === undefined
        ? null
        : {
            passesAt: absence.passesAtMs.map(isoTime),
            notFoundAt: timeOf(absence.notFoundAtMs),
            isProven: hasAbsenceProof(absence, 0),
          },
    markedAt: timeOf(markedAtMs),
    graceEndsAt: timeOf(markedAtMs === undefined ? undefined : markedAtMs + cluster.deletes.pendingMs),
  };
}

function explainInstances(component: JudgedComponent, around: ComponentSurroundings): readonly InstanceExplanation[] {
  const { key, mapped, verdict } = component;
  const lineage = around.lineage.filter((line) => line.component === key);
  const byInstance = new Map(lineage.flatMap((line) => (line.kind === 'kept' ? [] : [[line.instance, line] as const])));
  const kept = lineage.filter((line) => line.kind === 'kept');
  // An empty answer that is proven says that the instances of the last reading are gone: there is nothing to explain.
  const instances = verdict.kind === 'empty' ? [] : (mapped?.state.reading?.instances ?? []);
  const attribute = mapped?.route.to.addressAttribute;
  const rows = instances.map((instance): InstanceExplanation => {
    const seen = seenOf(instance, attribute);
    const line = byInstance.get(instance.id);
    if (line?.kind === 'left-out') return leftOut(seen, line.reason, around);
    if (line !== undefined) return placed({ ...seen, address: line.address }, line, around);
    const index = kept.findIndex(({ address }) => address === seen.address);
    const [match] = index < 0 ? [] : kept.splice(index, 1);
    if (match !== undefined) return keptRow(seen, match.reason, around);
    return leftOut(seen, reasonOf(component, lineage) ?? 'pending-delete', around);
  });
  const strays = kept.map(({ address, reason }) =>
    keptRow({ id: null, address, port: portsOf(address, around.live), health: null }, reason, around),
  );
  return [...rows, ...strays].toSorted(
    (a, b) => compareText(a.id ?? '\uffff', b.id ?? '\uffff') || compareText(a.address ?? '', b.address ?? ''),
  );
}

type Seen = Pick<InstanceExplanation, 'id' | 'address' | 'port' | 'health'>;

/** The instance as it is registered: nothing is made legal here. */
function seenOf({ id, health, attributes }: Instance, addressAttribute: string | undefined): Seen {
  const address = addressOf(attributes, addressAttribute);
  return { id, address: address ?? null, port: attributes.get(ATTRIBUTES.port) ?? null, health };
}

function addressOf(attributes: Attributes, addressAttribute: string | undefined): string | undefined {
  const names = [ATTRIBUTES.ipv4, ATTRIBUTES.ipv6, ATTRIBUTES.cname, ATTRIBUTES.alias];
  const order = addressAttribute === undefined ? names : [addressAttribute, ...names];
  return order.map((name) => attributes.get(name)).find((value) => value !== undefined);
}

function placed(
  seen: Seen,
  { labelsLeftOut = [] }: Extract<Lineage, { kind: 'endpoint' }>,
  around: ComponentSurroundings,
): InstanceExplanation {
  const isLive = isLiveAt(seen.address, around.live);
  if (around.blockedBy !== undefined && !isLive) return leftOut(seen, around.blockedBy, around);
  if (labelsLeftOut.length === 0) return { ...seen, outcome: 'in', reason: null, meaning: null, isLive };
  const meaning = `${CODES['label-illegal'].meaning}: ${labelsLeftOut.join(', ')}`;
  return { ...seen, outcome: 'in', reason: 'label-illegal', meaning, isLive };
}

function keptRow(seen: Seen, reason: Code, { live }: ComponentSurroundings): InstanceExplanation {
  return { ...seen, outcome: 'kept', reason, meaning: CODES[reason].meaning, isLive: isLiveAt(seen.address, live) };
}

function leftOut(seen: Seen, reason: Code, { live }: ComponentSurroundings): InstanceExplanation {
  return { ...seen, outcome: 'left-out', reason, meaning: CODES[reason].meaning, isLive: isLiveAt(seen.address, live) };
}

function isLiveAt(address: string | null, live: readonly LiveEntry[]): boolean {
  return live.some(({ endpoints }) => endpoints.some((endpoint) => endpoint.address === address));
}

function portsOf(address: string, live: readonly LiveEntry[]): string | null {
  const endpoint: Endpoint | undefined = live
    .flatMap(({ endpoints }) => endpoints)
    .find((candidate) => candidate.address === address);
  const ports = new Set(Object.values(endpoint?.ports ?? {}));
  return ports.size === 0 ? null : [...ports].join(',');
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
