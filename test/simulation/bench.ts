import type { AcceptedWrite, Truth } from '../../libs/testing/src/simulation/index.js';
import type { ObjectView } from './object-view.js';
import type { Invariant } from './violation.js';

/** A write with the object before and after it, read. */
export interface SeenWrite extends Omit<AcceptedWrite, 'before' | 'after'> {
  readonly before: ObjectView | undefined;
  readonly after: ObjectView | undefined;
}

/** What a judgement may look at, and where it says what is wrong. */
export interface Bench {
  readonly truth: Truth;
  /** Services that a hub took out of a cluster because they are gone, by cluster. */
  readonly removed: ReadonlyMap<string, Set<string>>;
  readonly violate: (invariant: Invariant, detail: string) => void;
}
