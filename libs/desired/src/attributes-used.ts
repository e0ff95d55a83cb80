import type { Configuration } from '@isthmus/model';
import { ATTRIBUTES, compareText } from '@isthmus/model';

/** Every instance attribute that the translation reads with this configuration, sorted: a reading has to keep these. */
export function attributesUsed({ clusters }: Pick<Configuration, 'clusters'>): readonly string[] {
  const used = new Set<string>(Object.values(ATTRIBUTES));
  for (const { from, to } of clusters.flatMap(({ routes }) => routes)) {
    for (const attribute of from.where.keys()) used.add(attribute);
    for (const attribute of to.endpointLabels.values()) used.add(attribute);
    if (to.addressAttribute !== undefined) used.add(to.addressAttribute);
  }
  return [...used].toSorted(compareText);
}
