import type { ClusterMemory, Decision, DecisionInput, PreviousEntries } from '@isthmus/federation';
import {
  decideAfresh,
  decideCluster,
  manifestOf,
  movedEntries,
  newClusterMemory,
  ownerOf,
  withMoving,
} from '@isthmus/federation';
import type { Change, EntryName, ObservedEntry, Snapshot } from '@isthmus/model';
import { EPOCH_MS, cluster, hub, source } from './builders.js';
import type { Namespace } from './plan-world.js';
import { afterChange } from './plan-world.js';

/** The source of every decision world's first region. */
export const US = source({ name: 'us', region: 'us-east-1' });
/** The source of its second region. */
export const EU = source({ name: 'eu', region: 'eu-west-1' });

/** A cluster that lives through decisions, with a clock of its own. */
export class DecisionWorld {
  namespace: Namespace = new Map();
  /** Of the namespace that the entries move from; empty: they do not. */
  previous: Namespace = new Map();
  memory: ClusterMemory = newClusterMemory();
  nowMs = EPOCH_MS;
  /** By how much the hub's clock has jumped ahead. */
  #jumpedMs = 0;
  /** By how much the API server's clock is ahead of the hub's. */
  serverAheadMs = 0;
  input: Pick<DecisionInput, 'cluster' | 'hub' | 'sources' | 'approvals' | 'mappings' | 'withholdsRemovals'> = {
    cluster: cluster(),
    hub: hub(),
    sources: [US, EU],
    approvals: [],
  };

  decide(...snapshots: readonly Snapshot[]): Decision {
    return decideCluster(this.#inputOf(snapshots));
  }

  /** The same decision without anything recalled. */
  decideAfresh(...snapshots: readonly Snapshot[]): Decision {
    return decideAfresh(this.#inputOf(snapshots));
  }

  /** Decides and applies; returns the printed changes. */
  run(...snapshots: readonly Snapshot[]): readonly string[] {
    const decision = this.decide(...snapshots);
    this.memory = decision.memory;
    for (const change of decision.plan.changes) this.apply(change);
    const { hub, cluster } = this.input;
    const moved = movedEntries([...this.namespace.values()], this.#previous(), ownerOf(hub, cluster));
    this.previous = new Map([...this.previous].filter(([, entry]) => !moved.includes(entry)));
    return decision.plan.changes.map(
      (change) => `${change.kind} ${change.kind === 'delete' ? change.name : change.desired.name}`,
    );
  }

  /** One change reaches the cluster. */
  apply(change: Change): void {
    this.namespace = afterChange(this.namespace, change, (entry) => manifestOf(entry, 1));
  }

  #inputOf(snapshots: readonly Snapshot[]): DecisionInput {
    return {
      ...this.input,
      snapshots,
      observed: this.#observed(),
      memory: this.memory,
      nowMs: this.nowMs,
      steadyMs: this.nowMs - this.#jumpedMs,
      serverNowMs: this.nowMs + this.serverAheadMs,
      epoch: 1,
    };
  }

  #observed(): readonly ObservedEntry[] {
    const here = [...this.namespace.values()];
    const { hub, cluster } = this.input;
    return this.previous.size === 0 ? here : withMoving(here, [this.#previous()], { owner: ownerOf(hub, cluster) });
  }

  #previous(): PreviousEntries {
    return { namespace: 'old', entries: [...this.previous.values()] };
  }

  /** The entries have to move: what stands here is in another namespace now. */
  move(): void {
    this.previous = new Map([...this.previous, ...this.namespace]);
    this.namespace = new Map();
  }

  /** The hub's clock jumps, and no time goes by. */
  jumpClock(ms: number): void {
    this.nowMs += ms;
    this.#jumpedMs += ms;
  }

  /** Whether nothing may leave from now on. */
  withhold(withholdsRemovals: boolean): void {
    this.input = { ...this.input, withholdsRemovals };
  }

  restart(): void {
    this.memory = newClusterMemory();
  }

  put(entry: ObservedEntry): void {
    this.namespace = new Map(this.namespace).set(entry.name, entry);
  }

  entry(name = 'cloudmap-cart.shop'): ObservedEntry | undefined {
    return this.namespace.get(name as EntryName);
  }

  addresses(name = 'cloudmap-cart.shop'): readonly string[] {
    const raw = this.entry(name)?.spec.raw as { endpoints?: { address: string }[] } | undefined;
    return (raw?.endpoints ?? []).map(({ address }) => address);
  }
}
