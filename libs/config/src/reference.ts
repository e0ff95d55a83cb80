import type { FieldDoc } from './field-docs.js';
import { FIELD_DOCS, FIELD_EXAMPLES } from './field-docs.js';
import { generateSchema } from './schema/document.js';

/** A node of a JSON Schema, as far as it is read here. */
interface SchemaNode {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly SchemaNode[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly additionalProperties?: unknown;
  readonly description?: string;
  readonly required?: readonly string[];
  readonly examples?: readonly unknown[];
}

/** Fields that take the fields of others, and the path under which those are explained. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['defaults.source', 'sources[]'],
  ['defaults.cluster', 'clusters[]'],
  ['defaults.to', 'clusters[].routes[].to'],
]);

/** One row of the reference: a field that holds a value. */
export interface FieldRow {
  readonly path: string;
  readonly type: string;
  /** As it would be written, or undefined when there is none. */
  readonly default: string | undefined;
  readonly range: string;
  readonly doc: FieldDoc | undefined;
}

/** Every field that holds a value, in the order of the file. */
export function fieldRows(): readonly FieldRow[] {
  return rowsOf(generateSchema(), '');
}

/** The schema for editors, with the meaning of each field. */
export function describedSchema(): Record<string, unknown> {
  return described(generateSchema(), '') as Record<string, unknown>;
}

function rowsOf(node: SchemaNode, path: string): readonly FieldRow[] {
  const fields = childrenOf(node, path);
  if (fields.length > 0) return fields.flatMap(([name, child]) => rowsOf(child, name));
  const row = { path, type: typeOf(node), range: rangeOf(node), doc: FIELD_DOCS[path] };
  return [{ ...row, default: node.default === undefined ? undefined : JSON.stringify(node.default) }];
}

function childrenOf(node: SchemaNode, path: string): readonly (readonly [string, SchemaNode])[] {
  if (ALIASES.has(path)) return [];
  if (node.items?.properties !== undefined) return childrenOf(node.items, `${path}[]`);
  const prefix = path === '' ? '' : `${path}.`;
  return Object.entries(node.properties ?? {}).map(([name, child]) => [prefix + name, child]);
}

function described(node: SchemaNode, path: string): SchemaNode {
  const prefix = path === '' ? '' : `${path}.`;
  const entries = Object.entries(node.properties ?? {}).map(([name, child]) => [name, described(child, prefix + name)]);
  const required = node.required?.filter((name) => !mayComeFromDefaults(path, name));
  const place = explainedAt(path);
  const doc = FIELD_DOCS[place];
  const example = FIELD_EXAMPLES[place];
  return {
    ...node,
    ...(doc === undefined ? {} : { description: descriptionOf(doc) }),
    ...(example === undefined ? {} : { examples: [example] }),
    ...(required === undefined ? {} : { required }),
    ...(node.properties === undefined ? {} : { properties: Object.fromEntries(entries) as SchemaNode['properties'] }),
    ...(node.items === undefined ? {} : { items: described(node.items, `${path}[]`) }),
  };
}

/** The path under which a field is explained: that of its entry, where it stands among the defaults. */
function explainedAt(path: string): string {
  const [alias, entry] = [...ALIASES].find(([beginning]) => path.startsWith(`${beginning}.`)) ?? ['', ''];
  return entry + path.slice(alias.length);
}

/** An editor cannot know what `defaults` adds to an entry, so it must not miss anything there but the name. */
function mayComeFromDefaults(path: string, name: string): boolean {
  const isEntry = path === 'sources[]' || path === 'clusters[]';
  if (isEntry) return name !== 'name';
  return /^((sources|clusters)\[\]|defaults)(\.\w+|\.routes\[\])*$/.test(path);
}

function descriptionOf({ meaning, form }: FieldDoc): string {
  return form === undefined ? meaning : `${meaning} (${form})`;
}

function typeOf(node: SchemaNode): string {
  if (node.const !== undefined) return JSON.stringify(node.const);
  if (node.enum !== undefined) return node.enum.map(String).join(', ');
  if (node.anyOf !== undefined) return node.anyOf.map(typeOf).join(' or ');
  if (node.type === 'array') return `list of ${node.items === undefined ? 'values' : typeOf(node.items)}`;
  return node.type === 'object' ? 'map' : (node.type ?? 'any');
}

function rangeOf({ minimum, exclusiveMinimum, maximum }: SchemaNode): string {
  const least =
    exclusiveMinimum === undefined ? (minimum === undefined ? '' : `≥ ${minimum}`) : `> ${exclusiveMinimum}`;
  const most = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? '' : `≤ ${maximum}`;
  return [least, most].filter((part) => part !== '').join(', ');
}
