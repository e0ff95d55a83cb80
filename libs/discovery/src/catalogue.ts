import { compareText, componentKey } from '@isthmus/model';
import type {
  CatalogueState,
  ComponentKey,
  IsthmusError,
  NamespaceRecord,
  ServiceRecord,
  ServiceState,
  ServiceSummary,
  Snapshot,
  SourceSettings,
} from '@isthmus/model';
import type { PassTimes } from './absence.js';
import { absentIn, clearAbsence } from './absence.js';
import { ownAccounts } from './account.js';
import { change } from './change.js';
import { reportError } from './error-report.js';
import { selectsRecord } from './selection.js';

/** ListServices pages hold at most 100; a filter is applied after paging, so each filtered listing walks all pages. */
const SERVICES_PER_PAGE = 100;
/** Above this many calls a listing without filter, joined to namespaces by GetService, is cheaper. */
const FILTERED_CALLS_MAX = 30;

/** How the services of a source are to be listed. */
export type CatalogueReads =
  { readonly kind: 'filtered'; readonly namespaces: readonly NamespaceRecord[] } | { readonly kind: 'unfiltered' };

/** A pass whose every page was read. */
export interface CataloguePass extends PassTimes {
  /** Everything that ListNamespaces showed, selected or not. */
  readonly namespaces: readonly NamespaceRecord[];
  /** Every service that ListServices showed. */
  readonly seen: ReadonlySet<ComponentKey>;
}

/** One filtered listing per selected namespace while that is cheap, else one listing of everything. */
export function chooseCatalogueReads(
  namespaces: readonly NamespaceRecord[],
  knownServiceCount: number,
): CatalogueReads {
  const pages = Math.max(1, Math.ceil(knownServiceCount / SERVICES_PER_PAGE));
  return namespaces.length * pages <= FILTERED_CALLS_MAX ? { kind: 'filtered', namespaces } : { kind: 'unfiltered' };
}

/** The key of a listed service. */
export function serviceKey(namespace: NamespaceRecord, serviceId: string): ComponentKey {
  return componentKey(identityOf(namespace, serviceId));
}

/**
 * Takes up the services of one page, whether or not the pass will be complete: what is listed is not absent. A
 * service that the settings exclude is dropped, because it is not gone but no longer mapped.
 */
export function foundServices(
  snapshot: Snapshot,
  found: { readonly namespace: NamespaceRecord; readonly page: readonly ServiceSummary[] },
  context: { readonly settings: SourceSettings; readonly nowMs: number },
): Snapshot {
  const { namespace, page } = found;
  const states = new Map<ComponentKey, ServiceState | undefined>();
  for (const summary of page) {
    const service = recordOf(namespace, summary);
    const isSelected = selectsRecord(context.settings, service);
    const state = snapshot.services.get(service.key);
    states.set(service.key, isSelected ? listed(state, service, context.nowMs) : undefined);
  }
  return change(snapshot, states, namespace.isShared ? {} : { account: namespace.ownerAccount });
}

/**
 * Closes a pass whose every page was read. A service that no page showed gains one pass of absence, unless the pass
 * began before the service was first seen. For a service of the reader's own account only a pass with an own namespace
 * counts, because another cannot be told from one that was answered by another account. For a shared service the
 * absence says that it was unshared, and never becomes a proof: only its owner can tell that it is gone.
 */
export function completePass(snapshot: Snapshot, pass: CataloguePass, settings: SourceSettings): Snapshot {
  const accounts = new Set(ownAccounts(pass.namespaces));
  const states = new Map<ComponentKey, ServiceState | undefined>();
  for (const [key, state] of snapshot.services) {
    if (!selectsRecord(settings, state.service)) states.set(key, undefined);
    else if (pass.seen.has(key)) states.set(key, clearAbsence(state));
    else if (state.service.isShared || accounts.has(state.service.identity.ownerAccount))
      states.set(key, absentIn(state, pass));
  }
  const [account] = accounts;
  const changed = change(snapshot, states, { account, catalogue: completed(snapshot.catalogue, pass) });
  if (changed.catalogue.lastCompleteAtMs === pass.startedAtMs) return changed;
  return { ...changed, catalogue: { ...changed.catalogue, lastCompleteAtMs: pass.startedAtMs } };
}

/** Records why a pass was not complete, with the time of the first failure in a row; changes nothing else. */
export function failedPass(snapshot: Snapshot, error: IsthmusError, nowMs: number): Snapshot {
  const report = reportError(snapshot.catalogue.error, error, nowMs);
  if (report === snapshot.catalogue.error) return snapshot;
  return change(snapshot, new Map(), { catalogue: { ...snapshot.catalogue, error: report } });
}

/** The state after the pass, or the same one when only time has passed. */
function completed(catalogue: CatalogueState, pass: CataloguePass): CatalogueState {
  const namespaceIds = pass.namespaces.map(({ id }) => id).sort(compareText);
  const isSame =
    catalogue.lastCompleteAtMs !== undefined &&
    catalogue.error === undefined &&
    namespaceIds.join() === catalogue.namespaceIds.join();
  return isSame ? catalogue : { lastCompleteAtMs: pass.startedAtMs, error: undefined, namespaceIds };
}

function listed(state: ServiceState | undefined, service: ServiceRecord, nowMs: number): ServiceState {
  if (state === undefined) return newState(service, 'catalogue', nowMs);
  const present = clearAbsence(state);
  if (present.knownFrom === 'catalogue' && isSameRecord(present.service, service)) return present;
  return { ...present, service, knownFrom: 'catalogue' };
}

/** A service of which nothing but its existence is known. */
export function newState(service: ServiceRecord, knownFrom: ServiceState['knownFrom'], nowMs: number): ServiceState {
  return {
    service,
    knownFrom,
    reading: undefined,
    emptiness: undefined,
    regression: undefined,
    floor: undefined,
    absence: undefined,
    firstSeenAtMs: nowMs,
    changedAtMs: undefined,
  };
}

function recordOf(namespace: NamespaceRecord, summary: ServiceSummary): ServiceRecord {
  const identity = identityOf(namespace, summary.id);
  return {
    key: componentKey(identity),
    identity,
    namespaceName: namespace.name,
    httpName: namespace.httpName,
    serviceName: summary.name,
    createdAtMs: summary.createdAtMs,
    isShared: namespace.isShared,
  };
}

function identityOf(namespace: NamespaceRecord, serviceId: string): ServiceRecord['identity'] {
  const { partition, region, ownerAccount, id } = namespace;
  return { partition, region, ownerAccount, namespaceId: id, serviceId };
}

function isSameRecord(a: ServiceRecord, b: ServiceRecord): boolean {
  return (
    a.namespaceName === b.namespaceName &&
    a.httpName === b.httpName &&
    a.serviceName === b.serviceName &&
    a.createdAtMs === b.createdAtMs &&
    a.isShared === b.isShared
  );
}
