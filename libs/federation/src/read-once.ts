import { attributesUsed } from '@isthmus/desired';
import { acceptInstances, emptinessNeeds } from '@isthmus/discovery';
import type {
  ClusterSettings,
  ComponentRecord,
  Configuration,
  IsthmusError,
  ObservedEntry,
  ServiceRecord,
  Snapshot,
  SourceSettings,
} from '@isthmus/model';
import { emptySnapshot, OBJECT, toIsthmusError } from '@isthmus/model';
import { sortByOwner } from '@isthmus/plan';
import type { ClusterClient, Clock, CloudMapSource } from '@isthmus/ports';

import { CatalogueReader } from './catalogue-reader.js';
import { inParallel } from './in-parallel.js';
import type { PreviousEntries } from './moving-entries.js';
import { componentsOf, ownerOf, previousNamespacesOf } from './moving-entries.js';
import type { ClusterRead, ReadProblem, SourceRead } from './plan-input.js';

/** Services at a time; the adapter's rate limit paces them. */
const CONCURRENCY = 32;

export interface ReadSourceOptions {
  readonly settings: SourceSettings;
  /** Keeps the attributes that the configuration uses. */
  readonly source: CloudMapSource;
  readonly configuration: Pick<Configuration, 'clusters'>;
  /** Components on live objects: their account is compared with that of the answers. */
  readonly references: readonly ComponentRecord[];
  readonly clock: Clock;
  /** Called after each service. */
  readonly onProgress: (done: number, total: number) => void;
}

/** Reads one source once: the whole catalogue, then every service. It never rejects: what could not be read is told. */
export async function readSourceOnce(options: ReadSourceOptions, signal: AbortSignal): Promise<SourceRead> {
  const { settings, source, clock, configuration } = options;
  let snapshot = emptySnapshot(settings.name, settings.region, attributesUsed(configuration));
  let isRightAccount = false;
  const change = (update: (snapshot: Snapshot) => Snapshot): void => {
    snapshot = update(snapshot);
  };
  const reader = new CatalogueReader({
    settings,
    source,
    clock,
    cell: { get: () => snapshot, change },
    references: () => options.references,
    onAccount: (isRight) => (isRightAccount = isRight),
  });
  const problems: ReadProblem[] = [];
  const miss = (what: string, error: IsthmusError | undefined): void => {
    if (error !== undefined) problems.push({ what, code: error.code, message: error.message });
  };
  miss('the catalogue', await reader.read(signal));
  const needs = emptinessNeeds(configuration.clusters);
  const services = isRightAccount ? [...snapshot.services.values()].map(({ service }) => service) : [];
  let done = 0;
  await inParallel(services, CONCURRENCY, async (service) => {
    const answer = await source.discoverInstances(service, signal);
    const nowMs = clock.nowMs();
    const context = { nowMs, steadyMs: nowMs, needs };
    change((before) => acceptInstances(before, { key: service.key, answer }, context).snapshot);
    if (answer.kind !== 'complete') miss(nameOf(service), answer.kind === 'partial' ? answer.missing : answer.error);
    options.onProgress(++done, services.length);
  });
  return { namespaces: settings.namespaces, services: settings.services, snapshot, problems };
}

/** Reads all ServiceEntries of one cluster's namespaces in full; it never rejects. What it cannot read in one, it does not know. */
export async function readClusterOnce(
  cluster: ClusterSettings,
  client: ClusterClient,
  { signal, clock }: { readonly signal: AbortSignal; readonly clock: Clock },
): Promise<ClusterRead> {
  const { name, namespace } = cluster;
  let what = 'the cluster';
  try {
    const { items, serverTimeMs } = await client.listEntries(signal);
    const previous: PreviousEntries[] = [];
    for (const other of previousNamespacesOf(cluster)) {
      what = `the namespace ${other}`;
      const list = await client.inNamespace(other).listEntries(signal);
      previous.push({ namespace: other, entries: list.items.filter(isOfIsthmus) });
    }
    const timeMs = Number.isFinite(serverTimeMs) ? serverTimeMs : clock.nowMs();
    return { name, namespace, entries: items, previous, serverTimeMs: timeMs, problem: undefined };
  } catch (cause) {
    const { code, message } = toIsthmusError(cause, 'reading the cluster');
    return failedRead(cluster, { what, code, message });
  }
}

/** A cluster that was not read, and why. */
export function failedRead({ name, namespace }: ClusterSettings, problem: ReadProblem): ClusterRead {
  return { name, namespace, entries: [], previous: [], serverTimeMs: 0, problem };
}

/** The components on our live objects. */
export function referencedBy(
  { hub, clusters }: Pick<Configuration, 'hub' | 'clusters'>,
  reads: readonly ClusterRead[],
): readonly ComponentRecord[] {
  return clusters.flatMap((cluster) => {
    const read = reads.find(({ name }) => name === cluster.name);
    const all = [...(read?.entries ?? []), ...(read?.previous ?? []).flatMap(({ entries }) => entries)];
    return sortByOwner(all, ownerOf(hub, cluster)).ours.flatMap((entry) => componentsOf(entry) ?? []);
  });
}

function isOfIsthmus({ labels }: ObservedEntry): boolean {
  return labels[OBJECT.managedBy] === OBJECT.managedByValue;
}

function nameOf({ serviceName, namespaceName }: ServiceRecord): string {
  return `service ${serviceName}.${namespaceName}`;
}
