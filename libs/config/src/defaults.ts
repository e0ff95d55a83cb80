import { PRESET_FIELDS } from './preset-fields.js';
import type { ConfigPath } from './problem.js';

/** Fields of a document, as YAML gives them. */
type Fields = Readonly<Record<string, unknown>>;

/** A value and where it stands. */
interface Layer {
  readonly value: unknown;
  readonly path: ConfigPath;
}

/** A document with its defaults put under its entries. */
export interface EffectiveDocument {
  readonly value: unknown;
  /** Where what stands at a path of `value` was written: there, or in `defaults`. */
  readonly originOf: (path: ConfigPath) => ConfigPath;
}

/** Default fields that leave room for each other: an entry that gives one of them takes none of the others. */
const RIVALS: ReadonlyMap<string, readonly string[]> = new Map([
  ['defaults.source', ['region', 'regions']],
  ['defaults.source.credentials', ['assumeRole', 'webIdentity', 'static']],
  ['defaults.cluster.kubeconfig', ['file', 'secret', 'key']],
  ['defaults.cluster.auth', ['kubeconfig', 'eks', 'aks', 'gke']],
]);

/** Which effective paths were taken from which path of `defaults`. */
type Taken = Map<string, ConfigPath>;

/**
 * Puts `defaults.source`, `defaults.cluster` and `defaults.to` under the entries of a document, which is not changed:
 * maps merge deep, lists replace, and the own value wins. What a preset decides is no default's to say.
 */
export function withDefaults(document: unknown): EffectiveDocument {
  if (!isFields(document) || !isFields(document['defaults'])) return { value: document, originOf: (path) => path };
  const { source, cluster, to } = document['defaults'];
  const taken: Taken = new Map();
  const value = {
    ...document,
    ...eachOf(document, { name: 'sources', path: [] }, (entry) =>
      merged({ value: source, path: ['defaults', 'source'] }, entry, taken),
    ),
    ...eachOf(document, { name: 'clusters', path: [] }, (entry) => {
      const whole = merged({ value: cluster, path: ['defaults', 'cluster'] }, entry, taken);
      const routes = eachOf(whole, { name: 'routes', path: entry.path }, (route) => withTarget(to, route, taken));
      return { ...whole, ...routes };
    }),
  };
  return { value, originOf: (path) => originOf(path, taken) };
}

/** A map at a place. */
type FieldsLayer = Layer & { readonly value: Fields };

function eachOf(
  around: Fields,
  { name, path }: { readonly name: string; readonly path: ConfigPath },
  edit: (entry: FieldsLayer) => Fields,
): Fields {
  const list = around[name];
  if (!Array.isArray(list)) return {};
  return {
    [name]: list.map((value: unknown, index) =>
      isFields(value) ? edit({ value, path: [...path, name, index] }) : value,
    ),
  };
}

function withTarget(to: unknown, { value: route, path }: FieldsLayer, taken: Taken): Fields {
  const own = Object.hasOwn(route, 'to') ? route['to'] : {};
  if (!isFields(to) || !isFields(own)) return route;
  const under = route['preset'] === undefined ? to : without(to, PRESET_FIELDS);
  const target = merged({ value: under, path: ['defaults', 'to'] }, { value: own, path: [...path, 'to'] }, taken);
  return { ...route, to: target };
}

function merged(under: Layer, over: FieldsLayer, taken: Taken): Fields {
  if (!isFields(under.value)) return over.value;
  const lower = without(under.value, rivalsOf(under.path, over.value));
  const added = Object.entries(lower).filter(([name]) => !Object.hasOwn(over.value, name));
  for (const [name] of added) taken.set(keyOf([...over.path, name]), [...under.path, name]);
  const own = Object.entries(over.value).map(([name, value]) => {
    if (!Object.hasOwn(lower, name) || !isFields(value)) return [name, value] as const;
    const below = { value: lower[name], path: [...under.path, name] };
    return [name, merged(below, { value, path: [...over.path, name] }, taken)] as const;
  });
  return Object.fromEntries([...added, ...own]);
}

/** Defaults that give way, because the entry gives one of the same group. */
function rivalsOf(path: ConfigPath, own: Fields): readonly string[] {
  const group = RIVALS.get(path.join('.')) ?? [];
  return group.some((name) => Object.hasOwn(own, name)) ? group.filter((name) => !Object.hasOwn(own, name)) : [];
}

/** The longest beginning of a path that was taken decides: `defaults.to` may stand in a route of `defaults.cluster`. */
function originOf(path: ConfigPath, taken: Taken): ConfigPath {
  for (let length = path.length; length > 0; length--) {
    const origin = taken.get(keyOf(path.slice(0, length)));
    if (origin !== undefined) return [...origin, ...path.slice(length)];
  }
  return path;
}

const keyOf = (path: ConfigPath): string => JSON.stringify(path);

function without(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
