import { LIMITS } from './api.js';
import type { ClientMetadata } from './entry.js';
import type { Cause } from './failures.js';
import type { JsonObject } from './json.js';
import { isList, isObject } from './json.js';

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL_NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

const SUBDOMAIN_TEXT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
const LABEL_TEXT =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const KEY_TEXT =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

/** What is wrong with a name. Source: kubernetes.io/docs/concepts/overview/working-with-objects/names */
export function nameCauses(name: string): readonly Cause[] {
  if (name === '') {
    return [
      {
        reason: 'FieldValueRequired',
        message: 'Required value: name or generateName is required',
        field: 'metadata.name',
      },
    ];
  }
  if (name.length <= 253 && SUBDOMAIN.test(name)) return [];
  return [invalidCause('metadata.name', JSON.stringify(name), SUBDOMAIN_TEXT)];
}

/** The type error of a metadata member that is neither absent nor of the type that Kubernetes decodes; 400 in its text. */
export function metadataTypeError(metadata: JsonObject): string | undefined {
  for (const key of ['labels', 'annotations'] as const) {
    const value = metadata[key];
    if (value === undefined || value === null) continue;
    const isTextMap = isObject(value) && Object.values(value).every((member) => typeof member === 'string');
    if (!isTextMap) return `unable to decode metadata.${key}: it must be a map of strings`;
  }
  for (const key of ['finalizers', 'ownerReferences'] as const) {
    const value = metadata[key];
    if (value !== undefined && value !== null && !isList(value))
      return `unable to decode metadata.${key}: it must be a list`;
  }
  return undefined;
}

/** What is wrong with labels and annotations. Source: k8s.io/apimachinery, api/validation/objectmeta.go */
export function metadataCauses(metadata: ClientMetadata): readonly Cause[] {
  const causes: Cause[] = [];
  for (const [key, value] of Object.entries(metadata.labels)) {
    if (!isQualifiedKey(key)) causes.push(invalidCause('metadata.labels', JSON.stringify(key), KEY_TEXT));
    if (value !== '' && (value.length > 63 || !LABEL_NAME.test(value))) {
      causes.push(invalidCause('metadata.labels', JSON.stringify(value), LABEL_TEXT));
    }
  }
  let bytes = 0;
  for (const [key, value] of Object.entries(metadata.annotations)) {
    if (!isQualifiedKey(key.toLowerCase())) {
      causes.push(invalidCause('metadata.annotations', JSON.stringify(key), KEY_TEXT));
    }
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (bytes > LIMITS.annotationBytes) {
    const message = `Too long: may not be more than ${LIMITS.annotationBytes} bytes`;
    causes.push({ reason: 'FieldValueTooLong', message, field: 'metadata.annotations' });
  }
  return causes;
}

/** The cause of one field whose value is not allowed. */
export function invalidCause(field: string, value: string, why: string): Cause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${value}: ${why}`, field };
}

function isQualifiedKey(key: string): boolean {
  const parts = key.split('/');
  if (parts.length > 2) return false;
  const name = parts.at(-1) ?? '';
  if (name.length > 63 || !LABEL_NAME.test(name)) return false;
  if (parts.length === 1) return true;
  const prefix = parts[0] ?? '';
  return prefix.length <= 253 && SUBDOMAIN.test(prefix);
}
