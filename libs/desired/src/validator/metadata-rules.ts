import type { DesiredEntry } from '@isthmus/model';
import { isLabelValue, isMetadataKey, isObjectName } from './names.js';
import type { Refuse } from './violation.js';

/** All annotations of an object together. Source: kubernetes `apimachinery` TotalAnnotationSizeLimitB. */
const ANNOTATION_BYTES = 262_144;

/** Kubernetes' own rules for name, labels and annotations; `laterBytes`: of annotations that are added afterwards. */
export function checkMetadata(
  { name, labels, annotations }: Pick<DesiredEntry, 'name' | 'labels' | 'annotations'>,
  laterBytes: number,
  refuse: Refuse,
): void {
  if (!isObjectName(name)) refuse('metadata.name', 'it is no DNS subdomain');
  for (const [key, value] of Object.entries(labels)) {
    if (!isMetadataKey(key)) refuse('metadata.labels', `“${key}” is no label key`);
    if (value.length > 63 || !isLabelValue(value)) refuse(`metadata.labels.${key}`, 'it is no label value');
  }
  let bytes = laterBytes;
  for (const [key, value] of Object.entries(annotations)) {
    if (!isMetadataKey(key)) refuse('metadata.annotations', `“${key}” is no annotation key`);
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (bytes > ANNOTATION_BYTES) {
    refuse('metadata.annotations', `they are ${bytes} bytes, ${ANNOTATION_BYTES} are possible`);
  }
}
