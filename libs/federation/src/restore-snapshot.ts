import type { Snapshot, SourceSettings } from '@isthmus/model';

/**
 * What of a stored snapshot may be used; undefined: nothing. One of another region or account says nothing of this
 * source, and one that lacks an attribute that is needed now would make instances look as if they had none.
 */
export function restoreSnapshot(
  stored: Snapshot,
  wanted: {
    readonly settings: Pick<SourceSettings, 'region' | 'account'>;
    /** Sorted. */
    readonly keptAttributes: readonly string[];
  },
): Snapshot | undefined {
  const { region, account } = wanted.settings;
  const isSameAccount = account === undefined || stored.account === undefined || stored.account === account;
  const kept = new Set(stored.keptAttributes);
  const isWhole = wanted.keptAttributes.every((attribute) => kept.has(attribute));
  if (stored.region !== region || !isSameAccount || !isWhole) return undefined;
  // What comes from now on has no more than these.
  return kept.size === wanted.keptAttributes.length ? stored : { ...stored, keptAttributes: wanted.keptAttributes };
}
