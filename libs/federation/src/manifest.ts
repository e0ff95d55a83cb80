import type { DesiredEntry } from '@isthmus/model';
import { ISTIO, OBJECT } from '@isthmus/model';
import type { EntryManifest } from '@isthmus/ports';

/** The object to send for a desired entry. */
export function manifestOf(entry: DesiredEntry, epoch: number): EntryManifest {
  const annotations = { ...entry.annotations, [OBJECT.epoch]: String(epoch) };
  const { name, labels, spec } = entry;
  return {
    name,
    labels,
    annotations,
    spec,
    absentLabels: [ISTIO.revision].filter((key) => !(key in labels)),
    absentAnnotations: [OBJECT.pendingDelete, ISTIO.trafficDistribution].filter((key) => !(key in annotations)),
  };
}
