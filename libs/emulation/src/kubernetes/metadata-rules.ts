import { LIMITS } from './api.js';
import type { ClientMetadata } from './entry.js';
import type { Cause } from './failures.js';
import type { JsonObject, JsonValue } from './json.js';
import { isList, isObject } from './json.js';

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL_NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

const SUBDOMAIN_TEXT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_TEXT =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const KEY_TEXT =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

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
  const why = [
    ...(name.length <= 253 ? [] : ['must be no more than 253 characters']),
    ...(SUBDOMAIN.test(name) ? [] : [SUBDOMAIN_TEXT]),
  ];
  return why.map((text) => invalidCause('metadata.name', JSON.stringify(name), text));
}

/** The type error of a metadata member that is neither absent nor of the type that Kubernetes decodes, in Go's words. */
export function metadataTypeError(metadata: JsonObject): string | undefined {
  for (const key of ['labels', 'annotations'] as const) {
    const value = metadata[key];
    if (value === undefined || value === null) continue;
    if (!isObject(value)) return cannotUnmarshal(value, key, 'map[string]string');
    const odd = Object.values(value).find((member) => typeof member !== 'string' && member !== null);
    if (odd !== undefined) return cannotUnmarshal(odd, key, 'string');
  }
  for (const key of ['finalizers', 'ownerReferences'] as const) {
    const value = metadata[key];
    if (value !== undefined && value !== null && !isList(value)) return cannotUnmarshal(value, key, 'a list');
  }
  return undefined;
}

function cannotUnmarshal(value: JsonValue, key: string, wanted: string): string {
  const found = isList(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  return `json: cannot unmarshal ${found} into Go struct field ObjectMeta.${key} of type ${wanted}`;
}

/** What is wrong with labels and annotations. Source: k8s.io/apimachinery, api/validation/objectmeta.go */
export function metadataCauses(metadata: ClientMetadata): readonly Cause[] {
  const causes: Cause[] = [];
  for (const [key, value] of Object.entries(metadata.labels)) {
    if (!isQualifiedKey(key)) causes.push(invalidCause('metadata.labels', JSON.stringify(key), KEY_TEXT));
    if (value.length > 63) {
      causes.push(invalidCause('metadata.labels', JSON.stringify(value), 'must be no more than 63 bytes'));
    }
    if (value !== '' && !LABEL_NAME.test(value)) {
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
