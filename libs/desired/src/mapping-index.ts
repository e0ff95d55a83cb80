import type {
  ClusterSettings,
  ComponentKey,
  Host,
  Rejection,
  ServiceState,
  Snapshot,
  SourceSettings,
} from '@isthmus/model';
import { compareText } from '@isthmus/model';
import { byKey } from './annotations.js';
import { entryNameOf } from './entry-name.js';
import type { MappedComponent } from './mapping.js';
import { freshness, mapService } from './mapping.js';

type Mapped = MappedComponent | Rejection;

/** How many updates back a reader may be and still learn only what changed. */
const REMEMBERED_UPDATES = 100;

/** Services between two pauses: a few milliseconds. */
const VIEWS_AT_ONCE = 250;

/**
 * What one set of routes maps every known service to: the same as `mapServices`, kept up to date service by service,
 * so that clusters with equal routes share one and learn which hosts changed since they last looked.
 */
export class MappingIndex {
  readonly #cluster: ClusterSettings;
  readonly #sources: readonly SourceSettings[];
  readonly #seen = new Map<string, ReadonlyMap<ComponentKey, ServiceState>>();
  /** What each source that sees a component makes of it; most are seen by one. */
  readonly #views = new Map<ComponentKey, readonly Mapped[]>();
  readonly #winners = new Map<ComponentKey, MappedComponent>();
  readonly #byHost = new Map<Host, readonly MappedComponent[]>();
  readonly #rejections = new Map<ComponentKey, Rejection>();
  #sorted: readonly Host[] | undefined;
  #updates: { readonly version: number; readonly hosts: ReadonlySet<Host> }[] = [];
  #version = 0;
  /** The update that is under way. */
  #running: Generator<void, void> | undefined;

  constructor(cluster: ClusterSettings, sources: readonly SourceSettings[]) {
    this.#cluster = cluster;
    this.#sources = sources;
  }

  /** Grows with each update that changed something. */
  get version(): number {
    return this.#version;
  }

  /** In the order of their entries' names. */
  get hosts(): readonly Host[] {
    this.#sorted ??= [...this.#byHost.keys()]
      .map((host) => ({ host, name: entryNameOf(host) }))
      .sort((a, b) => compareText(a.name, b.name))
      .map(({ host }) => host);
    return this.#sorted;
  }

  get rejections(): readonly Rejection[] {
    return [...this.#rejections.values()];
  }

  /** Components of a host, sorted by key. */
  componentsOf(host: Host): readonly MappedComponent[] {
    return this.#byHost.get(host) ?? [];
  }

  /** The component under its key, as the freshest of its sources sees it. */
  componentAt(key: ComponentKey): MappedComponent | undefined {
    return this.#winners.get(key);
  }

  /** Hosts that changed since a version; undefined when that is too long ago to tell. */
  changedSince(version: number): ReadonlySet<Host> | undefined {
    if (version === this.#version) return new Set();
    const oldest = this.#updates[0]?.version ?? this.#version;
    if (version < oldest - 1) return undefined;
    return new Set(this.#updates.filter((update) => update.version > version).flatMap(({ hosts }) => [...hosts]));
  }

  /** Takes up newer snapshots, with pauses; those that are as before cost nothing. */
  *update(snapshots: readonly Snapshot[]): Generator<void, void> {
    // What another cluster has begun is brought to its end first: two updates at a time would mix their snapshots.
    yield* this.#finish();
    this.#running = this.#steps(snapshots);
    yield* this.#finish();
  }

  *#finish(): Generator<void, void> {
    const running = this.#running;
    if (running === undefined) return;
    while (this.#running === running) {
      if (running.next().done === true) this.#running = undefined;
      else yield;
    }
  }

  *#steps(snapshots: readonly Snapshot[]): Generator<void, void> {
    const hosts = new Set<Host>();
    for (const source of this.#sources) {
      const services = snapshots.find((snapshot) => snapshot.source === source.name)?.services ?? new Map();
      const before = this.#seen.get(source.name) ?? new Map<ComponentKey, ServiceState>();
      if (services === before) continue;
      let viewed = 0;
      for (const [key, state] of services) {
        if (before.get(key) === state) continue;
        this.#view(source, key, state, hosts);
        if (++viewed % VIEWS_AT_ONCE === 0) yield;
      }
      for (const key of before.keys()) if (!services.has(key)) this.#view(source, key, undefined, hosts);
      this.#seen.set(source.name, services);
    }
    if (hosts.size === 0) return;
    this.#version += 1;
    this.#updates.push({ version: this.#version, hosts });
    if (this.#updates.length > REMEMBERED_UPDATES) this.#updates = this.#updates.slice(-REMEMBERED_UPDATES / 2);
  }

  #view(...[source, key, state, hosts]: [SourceSettings, ComponentKey, ServiceState | undefined, Set<Host>]): void {
    const others = (this.#views.get(key) ?? []).filter((view) => viewerOf(view) !== source.name);
    const mapped = state === undefined ? undefined : mapService(this.#cluster, source, state);
    const views = mapped === undefined ? others : [...others, mapped];
    if (views.length === 0) this.#views.delete(key);
    else this.#views.set(key, views);
    this.#crown(key, views, hosts);
  }

  /** A service that several sources see is one component: the freshest view of it wins. */
  #crown(key: ComponentKey, views: readonly Mapped[], hosts: Set<Host>): void {
    const old = this.#winners.get(key);
    const inOrder = views.length < 2 ? views : this.#inOrder(views);
    const mapped = inOrder.filter((view) => 'state' in view);
    const winner = mapped.reduce<MappedComponent | undefined>(
      (best, view) => (best === undefined || freshness(view) > freshness(best) ? view : best),
      undefined,
    );
    const rejection = inOrder.find((view) => 'reason' in view);
    if (rejection === undefined) this.#rejections.delete(key);
    else this.#rejections.set(key, rejection);
    if (winner === undefined) this.#winners.delete(key);
    else this.#winners.set(key, winner);
    if (old !== undefined) this.#change(old.host, (list) => list.filter((one) => one.key !== key), hosts);
    if (winner !== undefined) this.#change(winner.host, (list) => [...list, winner].toSorted(byKey), hosts);
  }

  #change(host: Host, edit: (list: readonly MappedComponent[]) => readonly MappedComponent[], hosts: Set<Host>): void {
    const before = this.#byHost.get(host);
    const list = edit(before ?? []);
    if (before === undefined || list.length === 0) this.#sorted = undefined;
    if (list.length === 0) this.#byHost.delete(host);
    else this.#byHost.set(host, list);
    hosts.add(host);
  }

  /** In the order of the configuration. */
  #inOrder(views: readonly Mapped[]): readonly Mapped[] {
    return this.#sources.flatMap(({ name }) => views.filter((view) => viewerOf(view) === name));
  }
}

function viewerOf(view: Mapped): string {
  return 'state' in view ? view.source.name : view.source;
}
