import type { ConfigProblem, Loss } from '@isthmus/config';
import { formatProblem, UNDECIDED } from '@isthmus/config';
import type { ConfigRemoval } from '@isthmus/federation';
import type { Terminal } from '../terminal.js';
import type { HubComparison } from './compare-hub.js';
import { printable } from './document.js';

/** What validating a configuration found. */
export interface Verdict {
  readonly file: string;
  /** Undefined when the configuration cannot be read. */
  readonly counts: { readonly sources: number; readonly clusters: number; readonly routes: number } | undefined;
  readonly errors: readonly ConfigProblem[];
  readonly warnings: readonly ConfigProblem[];
  /** What an older configuration mapped and this one does not; absent when nothing was compared. */
  readonly against?: { readonly file: string; readonly losses: readonly Loss[] };
  /** What it would remove of what a running hub holds; absent when none was asked. */
  readonly server?: HubComparison;
}

/** Prints a verdict: one line per problem and one that sums up, or one JSON document. */
export function printVerdict(verdict: Verdict, output: 'text' | 'json', terminal: Terminal): void {
  if (output === 'json') {
    terminal.print(JSON.stringify({ valid: verdict.errors.length === 0, ...verdict }, undefined, 2));
    return;
  }
  for (const error of verdict.errors) terminal.print(formatProblem(error), 'bad');
  for (const warning of verdict.warnings) terminal.print(formatProblem(warning), 'warning');
  printLosses(verdict, terminal);
  printRemovals(verdict, terminal);
  terminal.print(summaryOf(verdict), verdict.errors.length === 0 ? 'good' : 'bad');
}

function printLosses({ file, against }: Verdict, terminal: Terminal): void {
  if (against === undefined) return;
  const { losses } = against;
  if (losses.length === 0) terminal.print(`${file} maps all that ${against.file} maps`, 'good');
  else terminal.print(`${file} would stop mapping, compared with ${against.file}:`, 'warning');
  for (const { subject, message } of losses) terminal.print(`  - ${subject}: ${message}`, 'warning');
  terminal.print(`  two files do not tell ${UNDECIDED.join('; ')}: ask a hub, with --server`);
}

function printRemovals({ file, server }: Verdict, terminal: Terminal): void {
  if (server === undefined) return;
  const { hub, removals, unknown } = server;
  if (removals.length === 0) terminal.print(`${file} would remove nothing of what ${hub} holds`, 'good');
  else terminal.print(`${file} would remove, of what ${hub} holds:`, 'warning');
  for (const removal of removals) terminal.print(printable(`  - ${removalText(removal)}`), 'warning');
  for (const cluster of clustersThatWait(removals)) {
    terminal.print(`  more than one object of ${cluster}: the hub holds them until they are approved`);
  }
  for (const { cluster, message } of unknown) terminal.print(printable(`  not known: ${cluster}: ${message}`), 'bad');
  terminal.print(
    '  instances that other rules leave out (where, networks, address attributes): isthmus plan shows them',
  );
}

function removalText({ cluster, name, kind, endpoints, components, detail }: ConfigRemoval): string {
  const many = count(endpoints, 'endpoint') || 'no endpoint';
  if (kind === 'left') return `${cluster}: ${name} stays as it is, with ${many}: ${detail}`;
  if (kind === 'object') return `${cluster}: ${name}, with ${many}`;
  const whose = components.map(({ service, namespace, source }) => `${service} in ${namespace} (source ${source})`);
  return `${cluster}: ${many} of ${name}, of ${whose.join(', ')}`;
}

/** Clusters in which the configuration drops something of more than one object. */
function clustersThatWait(removals: readonly ConfigRemoval[]): readonly string[] {
  const dropped = Map.groupBy(
    removals.filter(({ kind }) => kind !== 'left'),
    ({ cluster }) => cluster,
  );
  return [...dropped].filter(([, objects]) => objects.length > 1).map(([cluster]) => cluster);
}

function summaryOf({ file, counts, errors, warnings }: Verdict): string {
  const troubles = [count(errors.length, 'error'), count(warnings.length, 'warning')].filter((text) => text !== '');
  if (errors.length > 0 || counts === undefined) return `${file}: ${troubles.join(', ')}`;
  const parts = [
    count(counts.sources, 'source') || 'no source',
    count(counts.clusters, 'cluster') || 'no cluster',
    count(counts.routes, 'route') || 'no route',
  ];
  return `${file}: ok, ${[...parts, ...troubles].join(', ')}`;
}

/** `1 error`, `2 errors`, and nothing for none. */
function count(number: number, noun: string): string {
  if (number === 0) return '';
  return number === 1 ? `1 ${noun}` : `${number} ${noun}s`;
}
