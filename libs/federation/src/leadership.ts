import type { Result } from '@isthmus/model';
import { err, IsthmusError, ok } from '@isthmus/model';
import type { LeaderElector } from '@isthmus/ports';

/** What the work of a leader asks before it writes. */
export interface Leadership {
  /** Whether this replica may write at this very moment. */
  isSafe(): boolean;
  /**
   * The epoch for the objects of a cluster, whose highest is `highest` and whose last one from here was `before` (0:
   * none yet); or why nothing may be written there now.
   */
  epochFor(highest: number, before: number): Result<number, IsthmusError>;
}

/** Without an election this replica leads, in each cluster by an epoch above what it found there. */
export const soleLeadership: Leadership = {
  isSafe: () => true,
  epochFor: (highest, before) => ok(before === 0 || highest > before ? highest + 1 : before),
};

/** A higher epoch than this above the lease's is no other leader's: it is a mistake or a forgery. */
const ABSURD_ABOVE = 1_000;
/** No hub has that many terms. */
const LARGEST_EPOCH = 1_000_000_000;

/** The leadership of an elected replica: one epoch for all clusters. */
export function electedLeadership(elector: LeaderElector): Leadership {
  return {
    isSafe: () => elector.isSafe(),
    epochFor: (highest) => {
      const { epoch } = elector.view();
      if (highest <= epoch) return ok(epoch);
      // A lease that was taken for the first time ever says nothing about what others had.
      if (highest > (epoch > 1 ? epoch + ABSURD_ABOVE : LARGEST_EPOCH)) return err(absurdEpoch(highest, epoch));
      elector.raiseEpoch(highest);
      const message = `an object carries epoch ${highest}, this term has ${epoch}: a higher one is taken first`;
      return err(new IsthmusError('higher-epoch', message));
    },
  };
}

function absurdEpoch(highest: number, epoch: number): IsthmusError {
  const message = `an object carries epoch ${highest}, far above ${epoch}, that of the lease: nothing is written`;
  return new IsthmusError('absurd-epoch', message);
}
