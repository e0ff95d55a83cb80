import { ServiceEntry } from '@kubernetes-models/istio/networking.istio.io/v1/ServiceEntry';
import type { IServiceEntry } from '@kubernetes-models/istio/networking.istio.io/v1/ServiceEntry';
import type { DesiredEntry } from '@isthmus/model';
import type { Refuse } from './violation.js';

/** The structure that the CRD demands: types, enums and required fields, by the published schema. */
export function checkSchema(
  { name, labels, annotations, spec }: Pick<DesiredEntry, 'name' | 'labels' | 'annotations' | 'spec'>,
  refuse: Refuse,
): void {
  const metadata = { name, labels: { ...labels }, annotations: { ...annotations } };
  try {
    new ServiceEntry({ metadata, spec: spec as IServiceEntry['spec'] }).validate();
  } catch (error) {
    refuse('spec', error instanceof Error ? error.message : 'it does not fit the schema');
  }
}
