import { ServiceEntry } from '@kubernetes-models/istio/networking.istio.io/v1/ServiceEntry';
import type { DesiredEntry } from '@isthmus/model';
import type { Refuse } from './violation.js';

/** The structure that the CRD demands: types, enums and required fields, by the published schema. */
export function checkSchema(
  { name, labels, annotations, spec }: Pick<DesiredEntry, 'name' | 'labels' | 'annotations' | 'spec'>,
  refuse: Refuse,
): void {
  const entry = new ServiceEntry();
  // Its constructor would copy every endpoint, which takes longer than to validate it.
  Object.assign(entry, { metadata: { name, labels, annotations }, spec });
  try {
    entry.validate();
  } catch (error) {
    refuse('spec', error instanceof Error ? error.message : 'it does not fit the schema');
  }
}
