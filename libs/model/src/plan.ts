import type { ClusterName, EntryName } from './brand.js';
import type { HoldReason } from './codes.js';
import type { ComponentKey } from './component.js';
import type { DesiredEntry } from './desired.js';
import type { ObservedEntry } from './observed.js';
import type { Endpoint } from './service-entry.js';

/** One line of a plan. Every write carries what it must find, so it can neither resurrect nor overwrite the unseen. */
export type Change = CreateChange | UpdateChange | DeleteChange;

export interface CreateChange {
  readonly kind: 'create';
  readonly desired: DesiredEntry;
  readonly diff: EndpointDiff;
}

/** `mark` is an update that changes nothing but `isthmus.dev/pending-delete`. */
export interface UpdateChange {
  readonly kind: 'update' | 'mark';
  readonly desired: DesiredEntry;
  readonly observed: ObservedEntry;
  readonly diff: EndpointDiff;
  readonly reason: 'content' | 'drift' | 'pending-delete';
}

export interface DeleteChange {
  readonly kind: 'delete';
  readonly name: EntryName;
  readonly host: string;
  readonly observed: ObservedEntry;
  readonly components: readonly ComponentKey[];
}

/** Endpoints that a change adds and drops: another port at the same address is another endpoint. */
export interface EndpointDiff {
  readonly added: readonly Endpoint[];
  readonly removed: readonly Endpoint[];
}

/** Something that stays as it is although input says otherwise, and why. */
export interface Hold {
  readonly name: EntryName;
  readonly host: string;
  readonly reason: HoldReason;
  readonly detail: string;
}

/** A removal that waits for a person: what it would take away. */
export interface HeldRemoval {
  readonly kind: 'object' | 'endpoints';
  readonly name: EntryName;
  readonly uid: string;
  readonly component: ComponentKey;
  readonly source: string;
  readonly reason: HoldReason;
  /** Endpoints that would leave. */
  readonly endpoints: number;
}

/** What one run would do to one cluster, in the order in which it would do it. */
export interface Plan {
  readonly cluster: ClusterName;
  readonly changes: readonly Change[];
  readonly holds: readonly Hold[];
  readonly heldRemovals: readonly HeldRemoval[];
  /** Hash of `heldRemovals` by kind, name, uid and component: what an approval names; undefined when nothing is held. */
  readonly removalsHash: string | undefined;
  /** Objects of ours that are as they should be. */
  readonly unchangedCount: number;
  /** Hash of the whole plan. */
  readonly hash: string;
}

/** What one component of one object holds and would hold, in registered endpoints: the brake counts these. */
export interface ComponentBalance {
  readonly name: EntryName;
  readonly host: string;
  /** Of the live object; undefined: there is none. */
  readonly uid: string | undefined;
  readonly component: ComponentKey;
  readonly source: string;
  /** Whether the live object records the component, with or without endpoints. */
  readonly isLive: boolean;
  readonly live: number;
  /** 0 from the mark on, and while it is suspected. */
  readonly planned: number;
  /** It answers empty, or the catalogue lacks it, without proof yet: nothing leaves, but the brake sees it coming. */
  readonly isSuspected: boolean;
  /** Live endpoints that nothing registers any more. */
  readonly leaving: number;
  /** What the readings or the configuration ask for, before any brake. */
  readonly wants: 'nothing' | 'endpoints' | 'mark-gone' | 'mark-unmapped';
  /** Why what it wants waits for a person, whatever the limits of the brake say; undefined: only those count. */
  readonly needsApproval: HoldReason | undefined;
  readonly isMarked: boolean;
}

/** Components of objects whose removals wait, and why: `name` → component → reason. */
export type HeldComponents = ReadonlyMap<EntryName, ReadonlyMap<ComponentKey, HoldReason>>;
