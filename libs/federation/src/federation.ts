import { attributesUsed } from '@isthmus/desired';
import { emptinessNeeds } from '@isthmus/discovery';
import type {
  ClusterName,
  ClusterSettings,
  Configuration,
  FederationStatus,
  Plan,
  Result,
  Snapshot,
  SourceName,
  SourceSettings,
} from '@isthmus/model';
import { canonicalJson } from '@isthmus/model';

import type { DecisionCore } from './cluster-input.js';
import { ClusterReconciler } from './cluster-reconciler.js';
import { decideInSlices, manifestOf, MappingShelf } from './decide-cluster.js';
import { explainHost } from './explain-host.js';
import type { HostExplanation, UnknownHost } from './explain-view.js';
import type { FederationPorts } from './federation-ports.js';
import { soleLeadership } from './leadership.js';
import type { ClusterComponents } from './live-components.js';
import { viewComponents } from './live-components.js';
import { Loop } from './loop.js';
import { ReferenceBook } from './reference-book.js';
import { routesSource } from './route-match.js';
import { Running } from './running.js';
import { SourcePoller } from './source-poller.js';
import { readStatus } from './status.js';

/** A woken cluster waits this long after its last run: changes of that time become one plan, and one burst. */
const CLUSTER_GAP_MS = 200;
/** A source that has not answered by then no longer keeps the hub from being ready: its parts are kept as they are. */
const READY_AFTER_MS = 30_000;

export type { FederationPorts } from './federation-ports.js';

interface RunningSource {
  readonly poller: SourcePoller;
  readonly keptAttributes: ReadonlySet<string>;
  readonly running: Running;
}

interface RunningCluster {
  readonly settings: ClusterSettings;
  readonly reconciler: ClusterReconciler;
  readonly loop: Loop;
  readonly running: Running;
}

/** All sources and clusters of a configuration at work: each in its own loop, joined by snapshots and wake-ups. */
export class Federation {
  readonly #ports: FederationPorts;
  readonly #references = new ReferenceBook();
  readonly #sources = new Map<SourceName, RunningSource>();
  /** What clusters with equal routes share. */
  readonly #mappings = new MappingShelf();
  readonly #core: DecisionCore = {
    decideCluster: (input) => decideInSlices({ ...input, mappings: this.#mappings }, this.#ports.clock),
    manifestOf,
  };
  readonly #clusters = new Map<ClusterName, RunningCluster>();
  readonly #startedAtMs: number;
  #leaving: Promise<void>[] = [];
  #configuration: Configuration;

  /** Starts at once. */
  constructor(configuration: Configuration, ports: FederationPorts) {
    this.#ports = ports;
    this.#configuration = configuration;
    this.#startedAtMs = ports.clock.monotonicMs();
    this.#adjust();
  }

  get configuration(): Configuration {
    return this.#configuration;
  }

  /** Works by another configuration from now on: what was added starts, what is gone stops, the rest goes on by it. */
  configure(configuration: Configuration): void {
    this.#configuration = configuration;
    this.#adjust();
    this.wakeClusters();
  }

  /** Something that all decisions depend on is another one now. */
  wakeClusters(): void {
    for (const { loop } of this.#clusters.values()) loop.wake();
  }

  /** The connection of a cluster is another one now. */
  reconnect(cluster: ClusterName): void {
    this.#clusters.get(cluster)?.loop.wake();
  }

  /** Wakes the clusters whose metadata sweep is due. */
  wakeDueSweeps(): void {
    for (const { reconciler, loop } of this.#clusters.values()) if (reconciler.isSweepDue()) loop.wake();
  }

  /** Sets the gauges that change with time alone, and saves what could not be saved before. */
  report(): void {
    for (const { poller } of this.#sources.values()) poller.report();
  }

  /** The highest epoch that it has taken. */
  epoch(): number {
    return Math.max(0, ...[...this.#clusters.values()].map(({ reconciler }) => reconciler.view().epoch));
  }

  status(): FederationStatus {
    return readStatus({
      configuration: this.#configuration,
      nowMs: this.#ports.clock.nowMs(),
      sources: [...this.#sources.values()].map(({ poller }) => poller.view()),
      clusters: this.#configuration.clusters.flatMap((settings) => {
        const cluster = this.#clusters.get(settings.name);
        return cluster === undefined ? [] : [{ settings, view: cluster.reconciler.view() }];
      }),
    });
  }

  /** The latest plan of a cluster; `unknown-cluster` or `not-planned` when there is none. */
  plan(cluster: string): Result<Plan, 'unknown-cluster' | 'not-planned'> {
    const found = this.#clusters.get(cluster as ClusterName);
    if (found === undefined) return { ok: false, error: 'unknown-cluster' };
    const plan = found.reconciler.view().decision?.plan;
    return plan === undefined ? { ok: false, error: 'not-planned' } : { ok: true, value: plan };
  }

  /** What stands on our objects in a cluster; `unknown-cluster` or `not-planned` when that is not known. */
  components(cluster: string): Result<ClusterComponents, 'unknown-cluster' | 'not-planned'> {
    const found = this.#clusters.get(cluster as ClusterName);
    if (found === undefined) return { ok: false, error: 'unknown-cluster' };
    const { reconciler } = found;
    if (reconciler.view().decision === undefined) return { ok: false, error: 'not-planned' };
    return { ok: true, value: viewComponents(reconciler.presentInput()) };
  }

  /** Why one host is what it is in each cluster; near names when nobody knows it. */
  explain(host: string): Result<HostExplanation, UnknownHost> {
    return explainHost(
      {
        configuration: this.#configuration,
        sources: [...this.#sources.values()].map(({ poller }) => poller.view()),
        clusters: [...this.#clusters.values()].map(({ reconciler }) => ({
          view: reconciler.view(),
          input: reconciler.decisionInput(),
        })),
        nowMs: this.#ports.clock.nowMs(),
      },
      host,
    );
  }

  /** Why the hub is not ready yet; empty when it is. */
  unreadyReasons(): readonly string[] {
    if (this.#ports.clock.monotonicMs() - this.#startedAtMs >= READY_AFTER_MS) return [];
    return [...this.#sources.values()]
      .filter(({ poller }) => !poller.hasStarted)
      .map(({ poller }) => `source ${poller.settings.name}: its first poll has not ended`);
  }

  /** Stops everything; resolves when the last call has ended and every source is closed. */
  async stop(): Promise<void> {
    this.#configuration = { ...this.#configuration, sources: [], clusters: [] };
    this.#adjust();
    await Promise.all(this.#leaving);
  }

  #adjust(): void {
    const { sources, clusters } = this.#configuration;
    const attributes = attributesUsed(this.#configuration);
    const sourceSettings = new Map(sources.map((settings) => [settings.name, settings]));
    for (const [name, { poller, keptAttributes }] of this.#sources) {
      const settings = sourceSettings.get(name);
      const isWhole = attributes.every((attribute) => keptAttributes.has(attribute));
      if (settings !== undefined && isWhole && isSameReader(settings, poller.settings)) poller.configure(settings);
      else this.#leave(this.#sources, name);
    }
    const clusterSettings = new Map(clusters.map((settings) => [settings.name, settings]));
    for (const [name, { settings }] of this.#clusters) {
      if (isSameTarget(clusterSettings.get(name), settings)) continue;
      this.#leave(this.#clusters, name);
      this.#references.forget(name);
    }
    for (const settings of sources) if (!this.#sources.has(settings.name)) this.#startSource(settings, attributes);
    for (const settings of clusters) if (!this.#clusters.has(settings.name)) this.#startCluster(settings);
  }

  #leave<Name>(from: Map<Name, { readonly running: Running }>, name: Name): void {
    const left = from.get(name);
    from.delete(name);
    if (left === undefined) return;
    const ended = left.running.stop().finally(() => {
      this.#leaving = this.#leaving.filter((other) => other !== ended);
    });
    this.#leaving.push(ended);
  }

  #startSource(settings: SourceSettings, keptAttributes: readonly string[]): void {
    const { clock, loopClock = () => clock, createSource, store, random, logger, metrics } = this.#ports;
    const { leadership = soleLeadership } = this.#ports;
    const source = createSource(settings, keptAttributes);
    const poller = new SourcePoller({
      settings,
      source,
      keptAttributes,
      store,
      maySave: () => leadership.isSafe(),
      needs: () => emptinessNeeds(this.#configuration.clusters),
      references: () => this.#references.referencesOf(this.#configuration.clusters.map(({ name }) => name)),
      onChange: () => this.#wakeRouted(settings),
      clock,
      loopClock,
      random,
      logger,
      metrics,
    });
    const running = new Running(
      (signal) => poller.start(signal),
      () => source.close(),
    );
    this.#sources.set(settings.name, { poller, keptAttributes: new Set(keptAttributes), running });
  }

  #startCluster(settings: ClusterSettings): void {
    const { clock, loopClock = () => clock, connection, random, logger, metrics } = this.#ports;
    const { name } = settings;
    const reconciler = new ClusterReconciler({
      name,
      input: () => ({ configuration: this.#configuration, cluster: this.#settingsOf(name) ?? settings }),
      snapshots: () => this.#snapshots(),
      connection: () => connection(settings),
      core: this.#ports.core ?? this.#core,
      leadership: this.#ports.leadership ?? soleLeadership,
      mayRemove: this.#ports.mayRemove ?? (() => true),
      relistsAfterMs: this.#ports.relistsAfterMs ?? [],
      onReferenced: (records) => {
        if (this.#references.report(name, records)) this.#followReferences();
      },
      clock,
      random,
      logger,
      metrics,
    });
    const loopName = `cluster ${name}`;
    const run = (signal: AbortSignal): Promise<number> => reconciler.run(signal);
    const loop = new Loop({
      name: loopName,
      clock: loopClock(loopName),
      random,
      logger,
      run,
      minGapMs: CLUSTER_GAP_MS,
    });
    const running = new Running(
      (signal) => loop.start(signal),
      () => reconciler.leave(),
    );
    this.#clusters.set(name, { settings, reconciler, loop, running });
  }

  #settingsOf(name: ClusterName): ClusterSettings | undefined {
    return this.#configuration.clusters.find((cluster) => cluster.name === name);
  }

  #snapshots(): readonly Snapshot[] {
    return [...this.#sources.values()].map(({ poller }) => poller.snapshot());
  }

  #followReferences(): void {
    for (const { poller } of this.#sources.values()) poller.followReferences();
  }

  #wakeRouted(source: SourceSettings): void {
    for (const settings of this.#configuration.clusters) {
      if (routesSource(settings, source)) this.#clusters.get(settings.name)?.loop.wake();
    }
  }
}

/** Whether the same client reads the same place: everything else of a source may change while it is polled. */
function isSameReader(a: SourceSettings, b: SourceSettings): boolean {
  const readerOf = ({ region, account, endpoint, credentials, limits }: SourceSettings): string =>
    canonicalJson({ region, account, endpoint, credentials, limits: { ...limits } });
  return readerOf(a) === readerOf(b);
}

/** Whether the objects are the same ones: everything else of a cluster may change while it runs. */
function isSameTarget(a: ClusterSettings | undefined, b: ClusterSettings): boolean {
  return a?.namespace === b.namespace && canonicalJson(a.kubeconfig) === canonicalJson(b.kubeconfig);
}
