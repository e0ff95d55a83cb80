import type { EntryName } from './brand.js';

/** What a list or a write answer tells about an object without its spec. */
export interface ObservedMetadata {
  readonly name: EntryName;
  readonly uid: string;
  readonly resourceVersion: string;
  /** Grows with each change of the spec. */
  readonly generation: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** `apiVersion/kind` of each owner reference. */
  readonly owners: readonly string[];
  readonly isTerminating: boolean;
  /**
   * The namespace in which the object stands, where that is one that our entries move from: what it holds counts as
   * live, but it has to be created in the cluster's own namespace. Absent: it stands there.
   */
  readonly movesFrom?: string;
}

/** A live ServiceEntry, ours or not. */
export interface ObservedEntry extends ObservedMetadata {
  readonly spec: ObservedSpec;
}

/** The spec of a live entry as it was read: hosts for everybody's entries, the whole as untrusted JSON. */
export interface ObservedSpec {
  readonly hosts: readonly string[];
  /** The whole spec, untrusted: parse it before use. */
  readonly raw: unknown;
}

/** What a conditional write must find. */
export interface Precondition {
  readonly uid: string;
  readonly resourceVersion: string;
}
