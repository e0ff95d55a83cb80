import type {
  ClusterSettings,
  EntryName,
  HeldComponents,
  Host,
  HubSettings,
  Rejection,
  Snapshot,
  SourceSettings,
} from '@isthmus/model';
import { compareText, matchesAny } from '@isthmus/model';
import { entryNameOf, hostInName } from './entry-name.js';
import type { HostJudgement, JudgeContext } from './judge.js';
import { judgeHost } from './judge.js';
import type { LiveEntry } from './live.js';
import type { LiveHost } from './live-host.js';
import { LiveHosts } from './live-host.js';
import { mapServices } from './mapping.js';
import type { HostOutcome } from './render.js';
import { renderHost } from './render.js';

/** A whole cluster, judged: every host that a route or a live object of ours names. */
export interface ClusterJudgement {
  readonly hosts: readonly HostJudgement[];
  readonly rejections: readonly Rejection[];
  /** Every source that this cluster maps has read its whole catalogue since the start. */
  readonly isCatalogueKnown: boolean;
}

/** Judges every host of a cluster, in the order of their names. */
export function judgeCluster(
  snapshots: readonly Snapshot[],
  live: ReadonlyMap<EntryName, LiveEntry>,
  context: JudgeContext,
): ClusterJudgement {
  const mapping = mapServices(context.cluster, context.sources, snapshots);
  const liveHosts = new LiveHosts(live);
  const hosts = new Map<EntryName, Host>();
  for (const host of mapping.byHost.keys()) hosts.set(entryNameOf(host), host);
  for (const name of liveHosts.names) {
    const liveHost = hosts.has(name) ? undefined : liveHosts.get(name);
    if (liveHost !== undefined) hosts.set(name, hostOfLive(name, liveHost));
  }
  const judged = [...hosts]
    .toSorted(([a], [b]) => compareText(a, b))
    .map(([name, host]) =>
      judgeHost(host, { candidates: mapping.byHost.get(host) ?? [], live: liveHosts.get(name) }, context),
    );
  return {
    hosts: judged,
    rejections: [...mapping.rejections, ...judged.flatMap(({ rejections }) => rejections)],
    isCatalogueKnown: isCatalogueKnown(context.cluster, context.sources, snapshots),
  };
}

/** Whether every source that a cluster may map has read its whole catalogue since the start. */
export function isCatalogueKnown(
  cluster: ClusterSettings,
  sources: readonly SourceSettings[],
  snapshots: readonly Snapshot[],
): boolean {
  return unknownSources(sources, snapshots).every((source) => !mayMap(cluster, source));
}

/** The sources whose whole catalogue was not read since the start. */
export function unknownSources(
  sources: readonly SourceSettings[],
  snapshots: readonly Snapshot[],
): readonly SourceSettings[] {
  return sources.filter((source) => !isKnown(source, snapshots));
}

/** The host of a live entry; its name is believed before a spec that somebody may have edited. */
export function hostOfLive(name: EntryName, { host }: LiveHost): Host {
  return entryNameOf(host as Host) === name ? (host as Host) : hostInName(name);
}

function mayMap(cluster: ClusterSettings, source: SourceSettings): boolean {
  return cluster.routes.some(
    ({ from }) => matchesAny(from.sources, source.name) && matchesAny(from.regions, source.region),
  );
}

function isKnown(source: SourceSettings, snapshots: readonly Snapshot[]): boolean {
  return snapshots.some(
    (snapshot) => snapshot.source === source.name && snapshot.catalogue.lastCompleteAtMs !== undefined,
  );
}

/** Renders every host of a judged cluster with what the brake holds. */
export function renderCluster(
  judgement: ClusterJudgement,
  options: {
    readonly hub: HubSettings;
    readonly cluster: ClusterSettings;
    readonly serverNowMs: number;
    readonly held: HeldComponents;
  },
): readonly { readonly judgement: HostJudgement; readonly outcome: HostOutcome }[] {
  const { hub, cluster, serverNowMs, held } = options;
  return judgement.hosts.map((host) => ({
    judgement: host,
    outcome: renderHost(host, {
      hub: hub.name,
      cluster,
      serverNowMs,
      isCatalogueKnown: judgement.isCatalogueKnown,
      held: held.get(host.name) ?? new Map(),
    }),
  }));
}
