import type { Cause } from './failures.js';
import type { JsonObject, JsonValue } from './json.js';
import { isList, isObject, textAt } from './json.js';

/** A rule that the type system of a schema cannot say (in a CRD: a CEL expression). */
export interface Rule<Value> {
  readonly message: string;
  holds(value: Value): boolean;
}

/** The part of OpenAPI v3 that the schema of ServiceEntry uses. */
export type Schema =
  | {
      readonly type: 'object';
      readonly properties: Readonly<Record<string, Schema>>;
      readonly required?: readonly string[];
      readonly rules?: readonly Rule<JsonObject>[];
    }
  | {
      readonly type: 'map';
      readonly values: Schema;
      readonly maxProperties?: number;
      readonly rules?: readonly Rule<JsonObject>[];
    }
  | {
      readonly type: 'array';
      readonly items: Schema;
      readonly minItems?: number;
      readonly maxItems?: number;
      /** The list is a map by this member: no two items may share it. */
      readonly keyedBy?: string;
      readonly rules?: readonly Rule<readonly JsonValue[]>[];
    }
  | {
      readonly type: 'string';
      readonly enum?: readonly string[];
      readonly maxLength?: number;
      readonly rules?: readonly Rule<string>[];
    }
  | {
      readonly type: 'integer';
      readonly minimum?: number;
      readonly maximum?: number;
      readonly rules?: readonly Rule<number>[];
    }
  | { readonly type: 'any' };

/** A value without what the schema does not know, and the paths of what was taken out. */
export interface Pruned {
  readonly value: JsonValue;
  readonly unknown: readonly string[];
}

/** Takes out every member that the schema does not know. */
export function prune(schema: Schema, value: JsonValue, path: string): Pruned {
  const unknown: string[] = [];
  return { value: pruneInto(unknown, schema, { value, path }), unknown };
}

/** Where a value stands, and what was found to be wrong with the object before. */
export interface Path {
  readonly path: string;
  readonly before?: readonly Cause[];
}

interface Place {
  readonly value: JsonValue;
  readonly path: string;
}

function pruneInto(unknown: string[], schema: Schema, { value, path }: Place): JsonValue {
  if (schema.type === 'array' && isList(value)) {
    return value.map((item, index) => pruneInto(unknown, schema.items, { value: item, path: `${path}[${index}]` }));
  }
  if (!isObject(value) || (schema.type !== 'object' && schema.type !== 'map')) return value;
  const kept: [string, JsonValue][] = [];
  for (const [key, member] of Object.entries(value)) {
    const inner = schema.type === 'map' ? schema.values : ownSchema(schema.properties, key);
    const place = path === '' ? key : `${path}.${key}`;
    if (inner === undefined) unknown.push(place);
    else kept.push([key, pruneInto(unknown, inner, { value: member, path: place })]);
  }
  return Object.fromEntries(kept);
}

function ownSchema(properties: Readonly<Record<string, Schema>>, key: string): Schema | undefined {
  return Object.hasOwn(properties, key) ? properties[key] : undefined;
}

const BLOCKING: ReadonlySet<string> = new Set([
  'FieldValueTypeInvalid',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueNotSupported',
]);

/** Whether a cause keeps an API server from going on to the rules. */
export function isBlocking({ reason }: Cause): boolean {
  return BLOCKING.has(reason);
}

/**
 * Everything that is wrong with a value: its structure, keys that two items share, then the rules. A structural error
 * keeps the rules from being checked, which the last cause then says, as a real API server does (field `<nil>`).
 */
export function check(schema: Schema, value: JsonValue, at: Path): readonly Cause[] {
  const { path, before = [] } = at;
  const structural: Cause[] = [];
  walk(schema, { value, path }, (inner, place) => structural.push(...structureCauses(inner, place)));
  if ([...before, ...structural].some(isBlocking)) return [...structural, UNCHECKED];
  const broken: Cause[] = [];
  walk(schema, { value, path }, (inner, place) => broken.push(...ruleCauses(inner, place)));
  return [...structural, ...broken];
}

/** The last cause where rules were not checked. */
export const UNCHECKED: Cause = {
  reason: 'FieldValueInvalid',
  message:
    'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
  field: '<nil>',
};

function walk(schema: Schema, place: Place, visit: (schema: Schema, place: Place) => void): void {
  visit(schema, place);
  const { value, path } = place;
  if (schema.type === 'array' && isList(value)) {
    value.forEach((item, index) => walk(schema.items, { value: item, path: `${path}[${index}]` }, visit));
  }
  if (!isObject(value)) return;
  if (schema.type === 'map') {
    for (const [key, member] of Object.entries(value)) {
      walk(schema.values, { value: member, path: `${path}[${key}]` }, visit);
    }
  }
  if (schema.type !== 'object') return;
  for (const [key, inner] of Object.entries(schema.properties)) {
    const member = value[key];
    if (member !== undefined) walk(inner, { value: member, path: `${path}.${key}` }, visit);
  }
}

function structureCauses(schema: Schema, { value, path }: Place): readonly Cause[] {
  if (schema.type === 'any') return [];
  const wanted = schema.type === 'map' ? 'object' : schema.type;
  const found = typeName(value);
  if (found !== wanted) {
    const what = `"${found}": ${path} in body must be of type ${wanted}: "${found}"`;
    return [invalidAt('FieldValueTypeInvalid', path, what)];
  }
  if (schema.type === 'object' && isObject(value)) return missing(schema.required ?? [], value, path);
  if (schema.type === 'map' && isObject(value)) {
    const count = Object.keys(value).length;
    return tooMany(path, count, { most: schema.maxProperties, of: 'properties' });
  }
  if (schema.type === 'array' && isList(value)) return listCauses(schema, value, path);
  if (schema.type === 'string' && typeof value === 'string') return textCauses(schema, value, path);
  if (schema.type === 'integer' && typeof value === 'number') return rangeCauses(schema, value, path);
  return [];
}

function missing(required: readonly string[], value: JsonObject, path: string): readonly Cause[] {
  return required
    .filter((key) => value[key] === undefined)
    .map((key) => ({ reason: 'FieldValueRequired', message: 'Required value', field: `${path}.${key}` }));
}

function listCauses(
  schema: Extract<Schema, { readonly type: 'array' }>,
  items: readonly JsonValue[],
  path: string,
): readonly Cause[] {
  const causes: Cause[] = [...tooMany(path, items.length, { most: schema.maxItems, of: 'items' })];
  if (schema.minItems !== undefined && items.length < schema.minItems) {
    const what = `${items.length}: ${path} in body should have at least ${schema.minItems} items`;
    causes.push(invalidAt('FieldValueInvalid', path, what));
  }
  const { keyedBy } = schema;
  if (keyedBy === undefined) return causes;
  const seen = new Set<string>();
  items.forEach((item, index) => {
    const key = isObject(item) ? textAt(item, keyedBy) : undefined;
    if (key === undefined) return;
    if (seen.has(key)) {
      const message = `Duplicate value: {${JSON.stringify(keyedBy)}:${JSON.stringify(key)}}`;
      causes.push({ reason: 'FieldValueDuplicate', message, field: `${path}[${index}]` });
    }
    seen.add(key);
  });
  return causes;
}

function textCauses(
  schema: Extract<Schema, { readonly type: 'string' }>,
  text: string,
  path: string,
): readonly Cause[] {
  if (schema.maxLength !== undefined && text.length > schema.maxLength) {
    const message = `Too long: may not be more than ${schema.maxLength} bytes`;
    return [{ reason: 'FieldValueTooLong', message, field: path }];
  }
  if (schema.enum === undefined || schema.enum.includes(text)) return [];
  const supported = schema.enum.map((value) => JSON.stringify(value)).join(', ');
  const message = `Unsupported value: ${JSON.stringify(text)}: supported values: ${supported}`;
  return [{ reason: 'FieldValueNotSupported', message, field: path }];
}

function rangeCauses(
  schema: Extract<Schema, { readonly type: 'integer' }>,
  value: number,
  path: string,
): readonly Cause[] {
  if (schema.minimum !== undefined && value < schema.minimum) {
    const what = `${value}: ${path} in body should be greater than or equal to ${schema.minimum}`;
    return [invalidAt('FieldValueInvalid', path, what)];
  }
  if (schema.maximum !== undefined && value > schema.maximum) {
    const what = `${value}: ${path} in body should be less than or equal to ${schema.maximum}`;
    return [invalidAt('FieldValueInvalid', path, what)];
  }
  return [];
}

function tooMany(
  path: string,
  count: number,
  limit: { readonly most: number | undefined; readonly of: string },
): readonly Cause[] {
  if (limit.most === undefined || count <= limit.most) return [];
  const message = `Too many: ${count}: must have at most ${limit.most} ${limit.of}`;
  return [{ reason: 'FieldValueTooMany', message, field: path }];
}

function ruleCauses(schema: Schema, { value, path }: Place): readonly Cause[] {
  if ((schema.type === 'object' || schema.type === 'map') && isObject(value)) {
    return broken(schema.rules, value, path);
  }
  if (schema.type === 'array' && isList(value)) return broken(schema.rules, value, path);
  if (schema.type === 'string' && typeof value === 'string') return broken(schema.rules, value, path);
  if (schema.type === 'integer' && typeof value === 'number') return broken(schema.rules, value, path);
  return [];
}

/** A value that breaks a rule is repeated when it is a scalar. */
function broken<Value>(rules: readonly Rule<Value>[] | undefined, value: Value, path: string): readonly Cause[] {
  const repeated = typeof value === 'object' ? '' : `${JSON.stringify(value)}: `;
  return (rules ?? [])
    .filter((rule) => !rule.holds(value))
    .map((rule) => invalidAt('FieldValueInvalid', path, `${repeated}${rule.message}`));
}

function invalidAt(reason: string, field: string, what: string): Cause {
  return { reason, message: `Invalid value: ${what}`, field };
}

function typeName(value: JsonValue): string {
  if (value === null) return 'null';
  if (isList(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}
