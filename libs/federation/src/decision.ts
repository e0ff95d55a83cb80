import type { JudgeGuards, LiveEntry, MappingIndex, MarkSeen } from '@isthmus/desired';
import type {
  Approval,
  ClusterSettings,
  ComponentRecord,
  EntryName,
  HubSettings,
  ObservedEntry,
  Plan,
  Rejection,
  Snapshot,
  SourceSettings,
} from '@isthmus/model';
import type { BrakeMemory } from '@isthmus/plan';
import { newBrakeMemory } from '@isthmus/plan';
import type { MappingShelf } from './mapping-shelf.js';
import type { PlainHosts } from './plain-hosts.js';
import type { RefusedInstance } from './refused-instances.js';
import type { HostBook } from './host-book.js';
import type { LiveView } from './live-view.js';

/** What earlier decisions on one cluster left to be remembered, in this term; opaque to everybody else. */
export interface ClusterMemory {
  readonly brake: BrakeMemory;
  /** When this process first saw each mark, by `name component`: a proof has to be given again after it. */
  readonly marksSeen: ReadonlyMap<string, MarkSeen>;
  /** Our live objects as they were read back. */
  readonly live: ReadonlyMap<EntryName, LiveEntry>;
  /** What makes the next decision cheap; one without it is the same, only slower. */
  readonly recall?: Recall;
}

/** Everything that one decision on one cluster depends on. Times are epoch ms. */
export interface DecisionInput {
  readonly cluster: ClusterSettings;
  readonly hub: HubSettings;
  readonly sources: readonly SourceSettings[];
  readonly approvals: readonly Approval[];
  readonly snapshots: readonly Snapshot[];
  readonly observed: readonly ObservedEntry[];
  readonly memory: ClusterMemory;
  readonly nowMs: number;
  /** Time that never jumps, for what lasts: the brake's window. */
  readonly steadyMs: number;
  /** The API server's time. */
  readonly serverNowMs: number;
  readonly epoch: number;
  /** Nothing leaves, whatever is proven: default false. */
  readonly withholdsRemovals?: boolean;
  /** Default: all guards. */
  readonly guards?: JudgeGuards;
  /** Mappings that clusters with equal routes share; absent: this cluster has its own. */
  readonly mappings?: MappingShelf;
}

/** What one cluster should get, and what is worth telling about it. */
export interface Decision {
  readonly plan: Plan;
  readonly memory: ClusterMemory;
  readonly desiredCount: number;
  readonly liveObjects: number;
  readonly liveEndpoints: number;
  readonly rejections: readonly Rejection[];
  /** Instances whose own data keeps them out; not those that are unhealthy or filtered, which is their normal life. */
  readonly refused: readonly RefusedInstance[];
  readonly warnings: readonly string[];
  /** Components on live objects of ours. */
  readonly referenced: readonly ComponentRecord[];
  /** Hub time at which time alone changes the decision; undefined: it does not. */
  readonly nextDueMs: number | undefined;
}

/** A memory without history: the start of a term. */
export function newClusterMemory(): ClusterMemory {
  return { brake: newBrakeMemory(), marksSeen: new Map(), live: new Map() };
}

/** What a decision leaves for the next one on the same cluster under the same configuration. */
export interface Recall {
  readonly cluster: ClusterSettings;
  readonly hub: HubSettings;
  readonly sources: readonly SourceSettings[];
  readonly withholdsRemovals: boolean;
  readonly mapping: MappingIndex;
  readonly plain: PlainHosts;
  readonly book: HostBook;
  readonly observed: readonly ObservedEntry[] | undefined;
  readonly view: LiveView | undefined;
  /** What the last decision took for granted for all hosts. */
  readonly grounds: string;
}
