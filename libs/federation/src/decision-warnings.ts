import type { LiveEntry } from '@isthmus/desired';
import { sharesPort } from '@isthmus/desired';
import type { Change, Plan } from '@isthmus/model';
import { compareText } from '@isthmus/model';
import { nameOf } from '@isthmus/plan';
import type { DecisionInput } from './decision.js';
import type { LiveView } from './live-view.js';

/** What a cluster is told of while nothing may leave it. */
export const WITHHELD = 'nothing is removed, because this replica leads while the store is away';

/** What a person should know of a decision, beside its plan. */
export function decisionWarnings(
  { withholdsRemovals = false }: Pick<DecisionInput, 'withholdsRemovals'>,
  { sharing }: Pick<LiveView, 'sharing'>,
  { changes }: Plan,
): readonly string[] {
  return [...(withholdsRemovals ? [WITHHELD] : []), ...sharedPortWarnings(sharing, changes)];
}

/**
 * Ports that proxies tell apart by their number alone, as they will be once a plan is carried out; `sharing`: the
 * live entries that have one now.
 */
function sharedPortWarnings(sharing: readonly LiveEntry[], changes: readonly Change[]): readonly string[] {
  const changing = new Set(changes.map(nameOf));
  const standing = sharing.filter(({ observed }) => !changing.has(observed.name)).map(({ host }) => host);
  const planned = changes.flatMap((change) =>
    change.kind !== 'delete' && sharesPort(change.desired.spec) ? [change.desired.host] : [],
  );
  const hosts = [...new Set([...standing, ...planned])].toSorted(compareText);
  const [first] = hosts;
  if (first === undefined) return [];
  const which = hosts.length === 1 ? first : `${first} and ${hosts.length - 1} more`;
  return [
    `a port of ${which} is TCP or has no protocol: in a mesh without DNS capture it takes all traffic to its number, of other hosts too`,
  ];
}
