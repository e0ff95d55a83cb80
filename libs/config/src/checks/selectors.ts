import { matchesAny, matchesGlob } from '@isthmus/model';
import type { Outline, RouteOutline, SingleSource } from '../outline.js';
import { singleSources } from '../outline.js';
import type { ConfigPath, Finding } from '../problem.js';
import { quote } from '../problem.js';

/** Globs of sources, regions and accounts that cannot match; a source without an account may have any. */
export function checkSelectors({ from }: RouteOutline, path: ConfigPath, { sources }: Outline): readonly Finding[] {
  if (sources.length === 0) return [];
  const singles = sources.flatMap(singleSources);
  const selectors = [
    { field: 'sources', globs: from.sources, values: singles.map(({ name }) => name) },
    { field: 'regions', globs: from.regions, values: singles.map(({ region }) => region) },
    { field: 'accounts', globs: from.accounts, values: singles.map(({ account }) => account) },
  ];
  return selectors.flatMap(({ field, globs = [], values }) =>
    globs.flatMap((glob, index): readonly Finding[] => {
      if (values.some((value) => value === undefined || matchesGlob(glob, value))) return [];
      const at = [...path, field, index];
      const message = `${quote(glob)} matches none of the configured sources`;
      const isExpanded = field === 'sources' && sources.some(({ name, regions }) => name === glob && regions);
      const finding = { code: 'CFG065', path: at, message } as const;
      return [isExpanded ? { ...finding, remedy: `write ${quote(`${glob}-*`)}: its regions are sources` } : finding];
    }),
  );
}

/** AWS regions that no source reads, among the names of `localities`. */
export function checkLocalities({ sources, clusters }: Outline): readonly Finding[] {
  const regions = sources.flatMap(singleSources).map(({ region }) => region);
  if (regions.length === 0 || regions.includes(undefined)) return [];
  return clusters.flatMap(({ localities }, index) =>
    localities.flatMap((region): readonly Finding[] => {
      if (regions.includes(region)) return [];
      const message = `${quote(region)} is the region of none of the configured sources`;
      return [{ code: 'CFG065', path: ['clusters', index, 'localities', region], message, at: 'name' }];
    }),
  );
}

/**
 * Routes by which whoever may create a Cloud Map namespace chooses the hosts of a mesh: any namespace matches, and
 * neither a suffix nor the end of the template says what a host has to look like.
 */
export function checkOpenHosts({ from, to }: RouteOutline, path: ConfigPath, outline: Outline): readonly Finding[] {
  const isBound = (to.hostSuffixes ?? []).length > 0 || /\}\.[^{}]+$/.test(to.host);
  if (isBound || !isOpen(from, outline.sources.flatMap(singleSources))) return [];
  const message = 'any namespace whose name matches becomes hosts of the mesh';
  return [{ code: 'CFG068', path: [...path, 'from', 'namespaces'], message }];
}

function isOpen(from: RouteOutline['from'], sources: readonly SingleSource[]): boolean {
  if (from.namespaces !== undefined) return from.namespaces.some(hasWildcard);
  const reached = sources.filter((source) => reaches(from, source));
  return reached.some(({ namespaces }) => namespaces === undefined || namespaces.some(hasWildcard));
}

function reaches(from: RouteOutline['from'], { name, region, account }: SingleSource): boolean {
  const mayMatch = (globs: readonly string[] | undefined, value: string | undefined): boolean =>
    value === undefined || matchesAny(globs, value);
  return mayMatch(from.sources, name) && mayMatch(from.regions, region) && mayMatch(from.accounts, account);
}

const hasWildcard = (glob: string): boolean => /[*?]/.test(glob);
