import type { AbsenceEvidence, Answer, ComponentKey, ServiceRecord, ServiceState, Snapshot } from '@isthmus/model';
import { change } from './change.js';

/** A question to the control plane whose answer completes a proof of absence. */
export type Probe =
  | { readonly kind: 'service'; readonly key: ComponentKey; readonly serviceId: string }
  | { readonly kind: 'namespace'; readonly namespaceId: string; readonly keys: readonly ComponentKey[] };

/** The state without evidence of absence: it was seen. */
export function clearAbsence(state: ServiceState): ServiceState {
  return state.absence === undefined ? state : { ...state, absence: undefined };
}

/** When a pass began and ended. */
export interface PassTimes {
  readonly startedAtMs: number;
  /** Given: a service that was first seen after it was seen by a clock that has been set back since. */
  readonly endedAtMs?: number | undefined;
}

/** The state after one more complete pass without it; one that began before the service was first seen says nothing. */
export function absentIn(state: ServiceState, pass: PassTimes): ServiceState {
  const { startedAtMs: passAtMs, endedAtMs = Number.POSITIVE_INFINITY } = pass;
  const latestAtMs = state.absence?.passesAtMs.at(-1);
  const isFirstSeenSince = passAtMs < state.firstSeenAtMs && state.firstSeenAtMs <= endedAtMs;
  if (isFirstSeenSince || passAtMs === latestAtMs) return state;
  const isClockBack = latestAtMs !== undefined && passAtMs < latestAtMs;
  const absence = isClockBack || state.absence === undefined ? firstPass(passAtMs) : nextPass(state.absence, passAtMs);
  return { ...state, absence };
}

function firstPass(passAtMs: number): AbsenceEvidence {
  return { passesAtMs: [passAtMs], notFoundAtMs: undefined };
}

/** The two passes of a proof stay until the next "not found" renews it: a proof does not lapse between pass and probe. */
function nextPass({ passesAtMs, notFoundAtMs }: AbsenceEvidence, passAtMs: number): AbsenceEvidence {
  const [, second] = passesAtMs;
  const provenCount = second !== undefined && notFoundAtMs !== undefined && notFoundAtMs >= second ? 2 : 0;
  const later = [...passesAtMs.slice(provenCount), passAtMs].slice(-2);
  return { passesAtMs: [...passesAtMs.slice(0, provenCount), ...later], notFoundAtMs };
}

/**
 * What to ask now: after each further pass, every service of the reader's own account that two complete passes did
 * not show, or one pass when another service has taken its name. Where a whole namespace is gone, it is asked for instead.
 */
export function wantedProbes(snapshot: Snapshot): readonly Probe[] {
  const names = listedNames(snapshot);
  const wanted = [...snapshot.services.values()].filter((state) => wantsProbe(snapshot, state, names));
  const listed = new Set(snapshot.catalogue.namespaceIds);
  const probes: Probe[] = [];
  for (const [namespaceId, states] of Map.groupBy(wanted, ({ service }) => service.identity.namespaceId)) {
    const isMissing = !listed.has(namespaceId) && states.length === countOf(snapshot, namespaceId);
    if (isMissing) probes.push({ kind: 'namespace', namespaceId, keys: states.map(({ service }) => service.key) });
    else probes.push(...states.map(serviceProbe));
  }
  return probes;
}

/**
 * Takes the answer to a probe: "not found" completes the proof (`askedAtMs`: when it was asked, hub's clock),
 * "present" refutes the evidence, a failure says nothing.
 */
export function foundPresence(
  snapshot: Snapshot,
  probe: Probe,
  found: { readonly presence: Answer<'present' | 'not-found'>; readonly askedAtMs: number },
): Snapshot {
  const { presence, askedAtMs } = found;
  if (presence.kind !== 'complete') return snapshot;
  const keys = probe.kind === 'service' ? [probe.key] : probe.keys;
  const states = new Map<ComponentKey, ServiceState>();
  for (const key of keys) {
    const state = snapshot.services.get(key);
    if (state === undefined) continue;
    states.set(key, presence.value === 'present' ? clearAbsence(state) : notFound(state, askedAtMs));
  }
  return change(snapshot, states);
}

/** The listed service that now bears the names of one that the catalogue no longer shows, or has not shown yet. */
export function successorOf(snapshot: Snapshot, state: ServiceState): ServiceState | undefined {
  if (isListed(state)) return undefined;
  const name = nameOf(state.service);
  return [...snapshot.services.values()].find((other) => isListed(other) && nameOf(other.service) === name);
}

/** Names, as the data plane knows them, of the services that the catalogue shows. */
export function listedNames(snapshot: Snapshot): ReadonlySet<string> {
  return new Set([...snapshot.services.values()].filter(isListed).map(({ service }) => nameOf(service)));
}

/** Whether another, listed service bears the names of this one: what DiscoverInstances says then is about the other. */
export function isSucceeded(state: ServiceState, names: ReadonlySet<string>): boolean {
  return !isListed(state) && names.has(nameOf(state.service));
}

/** Whether the catalogue shows the service, as far as is known. */
export function isListed(state: ServiceState): boolean {
  return state.knownFrom === 'catalogue' && state.absence === undefined;
}

function wantsProbe(snapshot: Snapshot, state: ServiceState, names: ReadonlySet<string>): boolean {
  const { absence, service } = state;
  const latestAtMs = absence?.passesAtMs.at(-1);
  if (absence === undefined || latestAtMs === undefined || service.identity.ownerAccount !== snapshot.account)
    return false;
  const passesNeeded = isSucceeded(state, names) ? 1 : 2;
  return absence.passesAtMs.length >= passesNeeded && (absence.notFoundAtMs ?? -Infinity) < latestAtMs;
}

/** An answer that was asked for before the latest pass began is older than the evidence it should complete. */
function notFound(state: ServiceState, askedAtMs: number): ServiceState {
  const latestAtMs = state.absence?.passesAtMs.at(-1);
  if (state.absence === undefined || latestAtMs === undefined || askedAtMs < latestAtMs) return state;
  if (state.absence.notFoundAtMs === askedAtMs) return state;
  return { ...state, absence: { passesAtMs: state.absence.passesAtMs.slice(-2), notFoundAtMs: askedAtMs } };
}

function serviceProbe({ service }: ServiceState): Probe {
  return { kind: 'service', key: service.key, serviceId: service.identity.serviceId };
}

function countOf(snapshot: Snapshot, namespaceId: string): number {
  return [...snapshot.services.values()].filter(({ service }) => service.identity.namespaceId === namespaceId).length;
}

function nameOf({ identity, httpName, serviceName }: ServiceRecord): string {
  return `${identity.ownerAccount}/${httpName}/${serviceName}`;
}
