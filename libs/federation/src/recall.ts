import type { DecisionInput, Recall } from './decision.js';
import { HostBook } from './host-book.js';
import type { LiveView } from './live-view.js';
import { viewLive } from './live-view.js';
import { MappingShelf } from './mapping-shelf.js';

/** The recall of the decision before, if it was made under this very configuration; else an empty one. */
export function recallOf(input: DecisionInput): Recall {
  const { cluster, hub, sources, memory, mappings = new MappingShelf(), withholdsRemovals = false } = input;
  const { recall } = memory;
  const basis = { cluster, hub, sources, withholdsRemovals };
  if (recall !== undefined && isSameBasis(recall, basis)) return recall;
  const fresh = { book: new HostBook(), observed: undefined, view: undefined, grounds: '' };
  return { ...basis, ...mappings.workOf(cluster, sources), ...fresh };
}

/** The namespace as it is now; the same view as before while nothing in it changed. */
export function* viewOf(recall: Recall, { observed, hub, cluster, memory }: DecisionInput): Generator<void, LiveView> {
  if (recall.view !== undefined && recall.observed === observed) return recall.view;
  return yield* viewLive(observed, memory.live, { hub, cluster });
}

type Basis = Pick<Recall, 'cluster' | 'hub' | 'sources' | 'withholdsRemovals'>;

function isSameBasis(a: Basis, b: Basis): boolean {
  const isSameConfiguration = a.cluster === b.cluster && a.hub === b.hub && a.sources === b.sources;
  return isSameConfiguration && a.withholdsRemovals === b.withholdsRemovals;
}
