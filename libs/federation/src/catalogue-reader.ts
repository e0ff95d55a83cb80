import {
  checkAccount,
  checkLiveAccounts,
  chooseCatalogueReads,
  completePass,
  failedPass,
  foundPresence,
  foundServices,
  ownAccounts,
  selectNamespaces,
  serviceKey,
  wantedProbes,
} from '@isthmus/discovery';
import type { Probe } from '@isthmus/discovery';
import type {
  Answer,
  ComponentKey,
  ComponentRecord,
  IsthmusError,
  NamespaceRecord,
  ServiceSummary,
  Snapshot,
  SourceSettings,
} from '@isthmus/model';
import { failureOf } from '@isthmus/model';
import type { Clock, CloudMapSource, Presence } from '@isthmus/ports';

import { inParallel } from './in-parallel.js';

/** Calls to the control plane at a time; the adapter's rate limit paces them, this bounds what waits for it. */
const CONCURRENCY = 8;
/** One service that cannot be asked about hides no other; a control plane that answers none is not asked about all. */
const MOST_FAILED_QUESTIONS = 10;

/** The snapshot that a reader works on; each change is seen by everybody at once. */
export interface SnapshotCell {
  get(): Snapshot;
  change(update: (snapshot: Snapshot) => Snapshot): void;
}

export interface CatalogueReaderOptions {
  readonly settings: SourceSettings;
  readonly source: CloudMapSource;
  readonly clock: Clock;
  readonly cell: SnapshotCell;
  /** Components that live objects of ours refer to. */
  readonly references: () => readonly ComponentRecord[];
  /** Called early in each pass: whether the answers come from the right account, so that services may be polled. */
  readonly onAccount: (isRight: boolean) => void;
}

interface Listing {
  readonly seen: Set<ComponentKey>;
  /** Why the listing is not complete; undefined when it is. */
  missing: IsthmusError | undefined;
}

/** Reads which services exist: every page of every selected namespace, then the probes that a proof of absence wants. */
export class CatalogueReader {
  readonly #options: CatalogueReaderOptions;
  /** Namespace id by service id, for listings that do not tell it; of services that are tracked or were listed last. */
  readonly #namespaceIds = new Map<string, string>();

  constructor(options: CatalogueReaderOptions) {
    this.#options = options;
  }

  /** One pass; answers why it was not complete. Services are taken up page by page; only a pass whose every page was read says that one is missing. */
  async read(signal: AbortSignal): Promise<IsthmusError | undefined> {
    const { settings, source, clock, cell, references, onAccount } = this.#options;
    const startedAtMs = clock.nowMs();
    const namespaces = await source.listNamespaces(signal);
    if (namespaces.kind === 'failed') return this.#failed(namespaces.error);
    const wrong =
      checkAccount(settings, namespaces.value) ??
      checkLiveAccounts(cell.get(), { settings, records: references() }, namespaces.value);
    onAccount(wrong === undefined);
    if (wrong !== undefined) return this.#failed(wrong);

    const listing = await this.#listServices(namespaces.value, signal);
    const missing = namespaces.kind === 'partial' ? namespaces.missing : listing.missing;
    if (missing !== undefined) return this.#failed(missing);
    const pass = { startedAtMs, endedAtMs: clock.nowMs(), namespaces: namespaces.value, seen: listing.seen };
    cell.change((snapshot) => completePass(snapshot, pass, settings));
    await inParallel(wantedProbes(cell.get()), CONCURRENCY, (probe) => this.#probe(probe, signal));
    return undefined;
  }

  #failed(error: IsthmusError): IsthmusError {
    const { cell, clock } = this.#options;
    if (error.code !== 'aborted') cell.change((snapshot) => failedPass(snapshot, error, clock.nowMs()));
    return error;
  }

  #listServices(namespaces: readonly NamespaceRecord[], signal: AbortSignal): Promise<Listing> {
    const { settings, cell } = this.#options;
    const reads = chooseCatalogueReads(selectNamespaces(namespaces, settings), cell.get().services.size);
    return reads.kind === 'filtered'
      ? this.#listByNamespace(reads.namespaces, signal)
      : this.#listAll(namespaces, signal);
  }

  async #listByNamespace(namespaces: readonly NamespaceRecord[], signal: AbortSignal): Promise<Listing> {
    const listing: Listing = { seen: new Set(), missing: undefined };
    await inParallel(namespaces, CONCURRENCY, async (namespace) => {
      const take = (page: readonly ServiceSummary[]): void => this.#take(listing, namespace, page);
      const answer = await this.#options.source.listServices(namespace, take, signal);
      listing.missing ??= failureOf(answer);
    });
    return listing;
  }

  /** One listing of everything; the namespace of each service is asked for once and remembered. */
  async #listAll(namespaces: readonly NamespaceRecord[], signal: AbortSignal): Promise<Listing> {
    const byId = new Map(namespaces.map((namespace) => [namespace.id, namespace]));
    const own = new Set(ownAccounts(namespaces));
    const isOwn = ({ arn }: ServiceSummary): boolean => own.has(arn.split(':')[4] ?? '');
    const listing: Listing = { seen: new Set(), missing: undefined };
    const unplaced: ServiceSummary[] = [];
    const listed = new Set<string>();
    this.#learnNamespaces();
    const place = (summary: ServiceSummary): boolean => {
      const namespaceId = this.#namespaceIds.get(summary.id);
      const namespace = namespaceId === undefined ? undefined : byId.get(namespaceId);
      if (namespace !== undefined) this.#take(listing, namespace, [summary]);
      return namespaceId !== undefined;
    };
    const onPage = (page: readonly ServiceSummary[]): void => {
      for (const { id } of page) listed.add(id);
      unplaced.push(...page.filter((summary) => !place(summary)));
    };
    listing.missing = failureOf(await this.#options.source.listAllServices(onPage, signal));
    if (listing.missing === undefined) this.#forgetNamespaces(listed);
    const failures: IsthmusError[] = [];
    await inParallel(unplaced, CONCURRENCY, async (summary) => {
      if (failures.length >= MOST_FAILED_QUESTIONS) return;
      const failure = await this.#askNamespace(summary, isOwn(summary), signal);
      if (failure !== undefined) failures.push(failure);
      place(summary);
    });
    listing.missing ??= failures[0];
    return listing;
  }

  /** What is listed is not absent, whether or not its settings select it. */
  #take(listing: Listing, namespace: NamespaceRecord, page: readonly ServiceSummary[]): void {
    const { settings, clock, cell } = this.#options;
    for (const { id } of page) listing.seen.add(serviceKey(namespace, id));
    const isSelected = selectNamespaces([namespace], settings).length > 0;
    if (!isSelected) return;
    cell.change((snapshot) => foundServices(snapshot, { namespace, page }, { settings, nowMs: clock.nowMs() }));
  }

  #learnNamespaces(): void {
    for (const { service } of this.#options.cell.get().services.values()) {
      this.#namespaceIds.set(service.identity.serviceId, service.identity.namespaceId);
    }
  }

  #forgetNamespaces(listed: ReadonlySet<string>): void {
    for (const id of this.#namespaceIds.keys()) if (!listed.has(id)) this.#namespaceIds.delete(id);
  }

  /** The error when the namespace could not be told: then the pass is not complete. */
  async #askNamespace(
    { id, arn }: ServiceSummary,
    isOwn: boolean,
    signal: AbortSignal,
  ): Promise<IsthmusError | undefined> {
    const answer = await this.#options.source.getService(isOwn ? id : arn, signal);
    if (answer.kind !== 'complete') return failureOf(answer);
    if (answer.value !== 'not-found') this.#namespaceIds.set(id, answer.value.namespaceId);
    return undefined;
  }

  async #probe(probe: Probe, signal: AbortSignal): Promise<void> {
    const { clock, cell } = this.#options;
    const askedAtMs = clock.nowMs();
    const presence = await this.#ask(probe, signal);
    cell.change((snapshot) => foundPresence(snapshot, probe, { presence, askedAtMs }));
  }

  async #ask(probe: Probe, signal: AbortSignal): Promise<Answer<Presence>> {
    const { source } = this.#options;
    if (probe.kind === 'namespace') return source.getNamespace(probe.namespaceId, signal);
    const answer = await source.getService(probe.serviceId, signal);
    if (answer.kind === 'failed') return answer;
    return { ...answer, value: answer.value === 'not-found' ? 'not-found' : 'present' };
  }
}
