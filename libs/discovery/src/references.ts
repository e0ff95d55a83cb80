import { hasAbsenceProof, isBelievedTime, isOverruled, parseComponentKey } from '@isthmus/model';
import type {
  ComponentIdentity,
  ComponentKey,
  ComponentRecord,
  RevisionFloor,
  ServiceRecord,
  ServiceState,
  Snapshot,
  SourceSettings,
} from '@isthmus/model';
import { change } from './change.js';
import { newState } from './catalogue.js';
import { isNewer, newerFloor, newestKnown } from './revision.js';
import { selectsRecord } from './selection.js';

/**
 * Takes up what live objects say of services of this source: one that is not known is looked for from now on, so that
 * a deletion during the hub's absence is found and proven; one that is known by an older state is not believed until
 * a reading reaches what a cluster already holds.
 */
export function trackReferenced(
  snapshot: Snapshot,
  records: readonly ComponentRecord[],
  context: { readonly settings: SourceSettings; readonly nowMs: number },
): Snapshot {
  const states = new Map<ComponentKey, ServiceState>();
  for (const record of records) {
    const service = serviceOf(record, snapshot.account ?? context.settings.account);
    if (service === undefined || !isOfSource(snapshot, { record, service }, context.settings)) continue;
    const state = states.get(service.key) ?? snapshot.services.get(service.key);
    const named = state === undefined ? newState(service, 'live', context.nowMs) : namedAs(state, service);
    states.set(service.key, claimed(named, record, context.nowMs));
  }
  return change(snapshot, states);
}

/**
 * Drops the services that no live object refers to and of which nothing can come any more: those proven absent, those
 * unshared, and those that were known from an object only. `referenced` must cover every cluster that was read.
 */
export function forgetUnreferenced(snapshot: Snapshot, referenced: ReadonlySet<ComponentKey>): Snapshot {
  const states = new Map<ComponentKey, undefined>();
  for (const [key, state] of snapshot.services) {
    const wasOnlyReferred = state.knownFrom === 'live' && state.reading === undefined;
    const isUnshared = state.service.isShared && (state.absence?.passesAtMs.length ?? 0) > 1;
    const isDone = wasOnlyReferred || isUnshared || hasAbsenceProof(state.absence, -Infinity);
    if (isDone && !referenced.has(key)) states.set(key, undefined);
  }
  return change(snapshot, states);
}

/** Whether a service that the catalogue has not shown is shared is known only once the reader's own account is. */
function namedAs(state: ServiceState, service: ServiceRecord): ServiceState {
  if (state.knownFrom === 'catalogue' || state.service.isShared === service.isShared) return state;
  return { ...state, service: { ...state.service, isShared: service.isShared } };
}

/** The claim of a record stands as floor while it is ahead of everything that was read, in whatever order records come. */
function claimed(state: ServiceState, record: ComponentRecord, nowMs: number): ServiceState {
  const { revision, observedAtMs } = record;
  const read = newestKnown({ ...state, floor: undefined });
  // By the later of two clocks: ours may have been set back.
  const latestMs = Math.max(nowMs, read?.observedAtMs ?? nowMs);
  const isBelievable = Number.isSafeInteger(revision) && isBelievedTime(observedAtMs, latestMs);
  if (!isBelievable || isOverruled(record, state.reading?.overrules)) return state;
  if (read !== undefined && !isNewer(record, read)) return state;
  const isEmpty = record.registered === 0 && record.endpoints === 0 && record.also.length === 0;
  const floor = newerFloor(state.floor, { revision, observedAtMs, isEmpty });
  return isSameFloor(floor, state.floor) ? state : { ...state, floor };
}

function isSameFloor(a: RevisionFloor | undefined, b: RevisionFloor | undefined): boolean {
  return a?.revision === b?.revision && a?.observedAtMs === b?.observedAtMs && a?.isEmpty === b?.isEmpty;
}

/** By the source's name, or by its account; the region must be the source's own, and its settings must not exclude it. */
function isOfSource(
  snapshot: Snapshot,
  referred: { readonly record: ComponentRecord; readonly service: ServiceRecord },
  settings: SourceSettings,
): boolean {
  const { record, service } = referred;
  const { region, ownerAccount } = service.identity;
  const isOurs = record.source === snapshot.source || ownerAccount === (snapshot.account ?? settings.account);
  return region === snapshot.region && isOurs && selectsRecord(settings, service);
}

function serviceOf(record: ComponentRecord, account: string | undefined): ServiceRecord | undefined {
  const identity: ComponentIdentity | undefined = parseComponentKey(record.key);
  if (identity === undefined) return undefined;
  const { key, namespace, httpName, service, createdAtMs } = record;
  const isShared = account !== undefined && account !== identity.ownerAccount;
  return { key, identity, namespaceName: namespace, httpName, serviceName: service, createdAtMs, isShared };
}
