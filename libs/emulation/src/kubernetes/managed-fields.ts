import type { ManagedField, StoredEntry } from './entry.js';
import type { JsonObject, JsonValue } from './json.js';
import { compareKeys, isList, isObject, sameJson, textAt } from './json.js';
import { rfc3339 } from './timestamp.js';

/** Who writes: the manager's name, the API version it speaks, and the subresource it writes to. */
export interface FieldWriter {
  readonly manager: string;
  readonly apiVersion: string;
  readonly subresource?: 'status';
  readonly atMs: number;
}

/** Field path (its elements as JSON) → its value; a container maps to undefined. */
type Fields = ReadonlyMap<string, JsonValue | undefined>;

type Owned = Pick<StoredEntry, 'labels' | 'annotations' | 'finalizers' | 'ownerReferences' | 'spec' | 'status'>;

/**
 * Ownership of fields after an update, as structured-merge-diff computes it for `operation: Update`: what the writer
 * added or changed is its own now and nobody else's; what it removed belongs to nobody.
 * Lists without a list type (`hosts`, `endpoints`, …) are one field; `ports` is a map by `name`.
 * Source: sigs.k8s.io/structured-merge-diff, merge/update.go.
 */
export function trackUpdate(
  before: StoredEntry | undefined,
  after: Owned,
  writer: FieldWriter,
): readonly ManagedField[] {
  const old = before === undefined ? new Map<string, JsonValue | undefined>() : fieldsOf(before);
  const now = fieldsOf(after);
  const written = [...now.keys()].filter((path) => !old.has(path) || !sameJson(old.get(path), now.get(path)));
  const theirs = new Set(written);
  const others = (before?.managedFields ?? [])
    .filter((field) => !isWriter(field, writer))
    .map((field) => keep(field, (path) => now.has(path) && !theirs.has(path)))
    .filter((field) => field.paths.size > 0);
  const mine = before?.managedFields.find((field) => isWriter(field, writer));
  const paths = new Set([...(mine?.paths ?? []), ...written].filter((path) => now.has(path)));
  return paths.size === 0 ? others : [...others, manage(paths, writer)].toSorted(byAge);
}

/** Oldest first; those of one second by the name of their manager. */
function byAge(a: ManagedField, b: ManagedField): number {
  const key = ({ rendered, manager }: ManagedField): string => `${textAt(rendered, 'time') ?? ''} ${manager}`;
  return compareKeys(key(a), key(b));
}

function isWriter(field: ManagedField, writer: FieldWriter): boolean {
  return (
    field.manager === writer.manager &&
    field.subresource === writer.subresource &&
    field.rendered['apiVersion'] === writer.apiVersion
  );
}

function keep(field: ManagedField, wanted: (path: string) => boolean): ManagedField {
  const paths = new Set([...field.paths].filter(wanted));
  if (paths.size === field.paths.size) return field;
  return { ...field, paths, rendered: { ...field.rendered, fieldsV1: renderPaths(paths) } };
}

function manage(paths: ReadonlySet<string>, writer: FieldWriter): ManagedField {
  const { subresource } = writer;
  return {
    manager: writer.manager,
    subresource,
    paths,
    rendered: {
      apiVersion: writer.apiVersion,
      fieldsType: 'FieldsV1',
      fieldsV1: renderPaths(paths),
      manager: writer.manager,
      operation: 'Update',
      ...(subresource === undefined ? {} : { subresource }),
      time: rfc3339(writer.atMs),
    },
  };
}

function fieldsOf(entry: Owned): Fields {
  const fields = new Map<string, JsonValue | undefined>();
  collect(fields, ['f:metadata', 'f:labels'], nonEmpty(entry.labels));
  collect(fields, ['f:metadata', 'f:annotations'], nonEmpty(entry.annotations));
  collectItems(fields, ['f:metadata', 'f:finalizers'], entry.finalizers, (item) => `v:${JSON.stringify(item)}`);
  collectItems(fields, ['f:metadata', 'f:ownerReferences'], entry.ownerReferences, (item) =>
    keyElement('uid', isObject(item) ? (textAt(item, 'uid') ?? '') : ''),
  );
  collect(fields, ['f:spec'], entry.spec);
  collect(fields, ['f:status'], entry.status);
  return fields;
}

function nonEmpty(value: JsonObject): JsonObject | undefined {
  return Object.keys(value).length === 0 ? undefined : value;
}

function collect(
  fields: Map<string, JsonValue | undefined>,
  path: readonly string[],
  value: JsonValue | undefined,
): void {
  if (value === undefined) return;
  if (isObject(value)) {
    fields.set(JSON.stringify(path), undefined);
    for (const [key, member] of Object.entries(value)) collect(fields, [...path, `f:${key}`], member);
    return;
  }
  if (isList(value) && path.join('/') === 'f:spec/f:ports') {
    collectPorts(fields, path, value);
    return;
  }
  fields.set(JSON.stringify(path), value);
}

function collectPorts(
  fields: Map<string, JsonValue | undefined>,
  path: readonly string[],
  ports: readonly JsonValue[],
): void {
  fields.set(JSON.stringify(path), undefined);
  for (const port of ports) {
    if (isObject(port)) collect(fields, [...path, keyElement('name', textAt(port, 'name') ?? '')], port);
  }
}

function collectItems(
  fields: Map<string, JsonValue | undefined>,
  path: readonly string[],
  ...[items, element]: readonly [items: readonly JsonValue[], element: (item: JsonValue) => string]
): void {
  if (items.length === 0) return;
  fields.set(JSON.stringify(path), undefined);
  for (const item of items) fields.set(JSON.stringify([...path, element(item)]), item);
}

function keyElement(key: string, value: string): string {
  return `k:${JSON.stringify({ [key]: value })}`;
}

interface PathNode {
  isMember: boolean;
  readonly children: Map<string, PathNode>;
}

/** The set as FieldsV1: `.` marks a container that is itself a member beside its children. */
function renderPaths(paths: ReadonlySet<string>): JsonObject {
  const root: PathNode = { isMember: false, children: new Map() };
  for (const path of paths) {
    let node = root;
    for (const element of JSON.parse(path) as readonly string[]) {
      const next = node.children.get(element) ?? { isMember: false, children: new Map() };
      node.children.set(element, next);
      node = next;
    }
    node.isMember = true;
  }
  return renderNode(root);
}

function renderNode(node: PathNode): JsonObject {
  const children = [...node.children].sort(([a], [b]) => compareKeys(a, b));
  if (children.length === 0) return {};
  const members = children.map(([element, child]): [string, JsonObject] => [element, renderNode(child)]);
  return Object.fromEntries(node.isMember ? [['.', {}], ...members] : members);
}
