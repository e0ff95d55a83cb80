import type { Outline } from '../outline.js';
import type { ConfigPath, Finding } from '../problem.js';
import { quote } from '../problem.js';
import { repeats } from './repeats.js';

/** Former and previous names that are in use, or claimed twice: objects would count as two owners'. */
export function checkFormerNames({ hub, clusters }: Outline): readonly Finding[] {
  return [
    ...inUse(hub.formerNames, hub.name === undefined ? [] : [hub.name], ['hub', 'formerNames']),
    ...formerClusters(clusters),
    ...clusters.flatMap(({ namespace, previousNamespaces }, index) =>
      inUse(previousNamespaces, [namespace], ['clusters', index, 'previousNamespaces']),
    ),
  ];
}

/** Fields that would be dropped in silence where any name is allowed, and with them the filter that they are. */
export function checkFieldNames(value: unknown, path: ConfigPath = []): readonly Finding[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]): readonly Finding[] => {
    const at = [...path, Array.isArray(value) ? Number(name) : name];
    if (name === '__proto__') return [{ code: 'CFG004', path: at, message: 'is an unknown field', at: 'name' }];
    return checkFieldNames(inner, at);
  });
}

function formerClusters(clusters: Outline['clusters']): readonly Finding[] {
  const present = new Set(clusters.map(({ name }) => name));
  const former = clusters.flatMap(({ formerNames }, index) =>
    formerNames.map((name, position) => ({ name, path: ['clusters', index, 'formerNames', position] })),
  );
  const taken = former.filter(({ name }) => present.has(name)).map(({ name, path }) => presentName(name, path));
  return [...taken, ...repeats(former.map(({ name }) => name)).map((repeat) => twice(repeat, former))];
}

function inUse(names: readonly string[], present: readonly string[], path: ConfigPath): readonly Finding[] {
  const entries = names.map((name, index) => ({ name, path: [...path, index] }));
  const taken = entries
    .filter(({ name }) => present.includes(name))
    .map((entry) => presentName(entry.name, entry.path));
  return [...taken, ...repeats(names).map((repeat) => twice(repeat, entries))];
}

function presentName(name: string, path: ConfigPath): Finding {
  return { code: 'CFG038', path, message: `${quote(name)} is a present name` };
}

function twice(
  { index, value }: { readonly index: number; readonly value: string },
  entries: readonly { readonly path: ConfigPath }[],
): Finding {
  return { code: 'CFG038', path: entries[index]?.path ?? [], message: `${quote(value)} is given twice` };
}
