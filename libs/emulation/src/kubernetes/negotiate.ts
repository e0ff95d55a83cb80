import type { Result } from '@isthmus/model';
import { err, ok } from '@isthmus/model';
import { MEDIA_TYPES } from './api.js';
import { notAcceptable, storageFailure } from './failures.js';
import type { KubernetesResponse } from './wire.js';

/** The form in which an object is answered. */
export type Form = 'full' | 'partial';

/**
 * The form that an `Accept` header asks for: the first clause that this server knows. Metadata alone is asked for with
 * `as=PartialObjectMetadata` on one object and `as=PartialObjectMetadataList` on a list; the first on a list is 406, the
 * second on an object 500.
 * Source: kubernetes.io/docs/reference/using-api/api-concepts, "Receiving resources as…".
 */
export function negotiate(accept: string | undefined, isListing: boolean): Result<Form, KubernetesResponse> {
  const clauses = (accept ?? '*/*').split(',').map(parseClause);
  for (const { type, parameters } of clauses) {
    if (!['application/json', 'application/*', '*/*'].includes(type)) continue;
    const as = parameters.get('as');
    if (as === undefined) return ok('full');
    if (parameters.get('g') !== 'meta.k8s.io' || parameters.get('v') !== 'v1') continue;
    if (as === 'PartialObjectMetadata') return isListing ? err(isList()) : ok('partial');
    if (as === 'PartialObjectMetadataList')
      return isListing ? ok('partial') : err(storageFailure('content is not a list'));
  }
  return err(notAcceptable(`only the following media types are accepted: ${MEDIA_TYPES}`));
}

function parseClause(clause: string): { readonly type: string; readonly parameters: ReadonlyMap<string, string> } {
  const [type = '', ...rest] = clause.split(';').map((part) => part.trim());
  const parameters = rest.map((part): [string, string] => {
    const [key = '', value = ''] = part.split('=');
    return [key, value];
  });
  return { type: type.toLowerCase(), parameters: new Map(parameters) };
}

function isList(): KubernetesResponse {
  return notAcceptable(
    'you requested PartialObjectMetadata, but the requested object is a list (*unstructured.UnstructuredList)',
  );
}
