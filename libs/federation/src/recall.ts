import type { DecisionInput, Recall } from './decision.js';
import { HostBook } from './host-book.js';
import type { LiveView } from './live-view.js';
import { viewLive } from './live-view.js';
import { MappingShelf } from './mapping-shelf.js';

/** The recall of the decision before, if it was made under this very configuration; else an empty one. */
export function recallOf({ cluster, hub, sources, memory, mappings = new MappingShelf() }: DecisionInput): Recall {
  const { recall } = memory;
  if (recall !== undefined && isSameBasis(recall, { cluster, hub, sources })) return recall;
  const fresh = { book: new HostBook(), observed: undefined, view: undefined, grounds: '' };
  return { cluster, hub, sources, ...mappings.workOf(cluster, sources), ...fresh };
}

/** The namespace as it is now; the same view as before while nothing in it changed. */
export function* viewOf(recall: Recall, { observed, hub, cluster, memory }: DecisionInput): Generator<void, LiveView> {
  if (recall.view !== undefined && recall.observed === observed) return recall.view;
  return yield* viewLive(observed, memory.live, { hub, cluster });
}

function isSameBasis(
  a: Pick<Recall, 'cluster' | 'hub' | 'sources'>,
  b: Pick<Recall, 'cluster' | 'hub' | 'sources'>,
): boolean {
  return a.cluster === b.cluster && a.hub === b.hub && a.sources === b.sources;
}
