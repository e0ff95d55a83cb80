import type { StatusCause } from '@isthmus/federation';
import { findCauses } from '@isthmus/federation';
import type { ClusterStatus, HubStatus, Result, SourceStatus } from '@isthmus/model';
import { err, ok } from '@isthmus/model';
import { EXIT } from '../exit-codes.js';
import type { Screen, Terminal } from '../terminal.js';
import type { AskHub } from './ask-hub.js';
import { isObject } from './ask-hub.js';
import type { DocumentForm } from './document.js';
import { printable, printDocument, printLines } from './document.js';
import type { Files } from './files.js';
import type { Failure, HubHints } from './find-hub.js';
import { findHub } from './find-hub.js';
import { statusLines } from './status-text.js';

/** Whom to ask, how often, and how to show it. */
export interface StatusOptions {
  readonly hints: HubHints;
  readonly output: 'text' | 'wide' | DocumentForm;
  /** Ask again and again, this many ms apart; undefined: once. */
  readonly everyMs: number | undefined;
}

/** What the status command needs of the world. */
export interface StatusSurroundings {
  readonly terminal: Terminal;
  readonly files: Files;
  readonly askHub: AskHub;
  readonly screen: Screen;
  nowMs(): number;
  /** Waits; answers false when the person has had enough. */
  pause(ms: number): Promise<boolean>;
}

/** Asks a hub how everything is, prints the answer and gives the exit code: 3 when something is wrong. */
export async function runStatus(options: StatusOptions, around: StatusSurroundings): Promise<number> {
  const hub = await findHub(options.hints, around.files);
  if (!hub.ok) return fail(hub.error, around.terminal);
  if (options.everyMs === undefined) {
    const asked = await askStatus(hub.value, around.askHub);
    return asked.ok ? show(asked.value, options, around) : fail(asked.error, around.terminal);
  }
  return watch(hub.value, { ...options, everyMs: options.everyMs }, around);
}

/** The status of a hub, or why it cannot be had. */
export async function askStatus(hub: string, askHub: AskHub): Promise<Result<HubStatus, Failure>> {
  const answer = await askHub(hub, '/api/v1/status');
  if (!answer.ok) return answer;
  const { status, body } = answer.value;
  if (status === 200 && isStatus(body)) return ok(withDefaults(body));
  const line = `isthmus: the hub at ${hub} answered ${status} → is it as new as this command?`;
  return err({ exitCode: EXIT.error, lines: [line] });
}

/** On a terminal each answer takes the place of the one before; in a file only what changed is added. */
async function watch(
  hub: string,
  options: StatusOptions & { readonly everyMs: number },
  around: StatusSurroundings,
): Promise<number> {
  const { screen, terminal } = around;
  let last: string | undefined;
  for (;;) {
    const asked = await askStatus(hub, around.askHub);
    const now = factsOf(asked);
    const isNew = now !== last;
    last = now;
    if (screen.isTerminal) screen.clear();
    else if (isNew) terminal.print(`# ${new Date(around.nowMs()).toISOString()}`);
    let exitCode = asked.ok ? exitCodeOf(findCauses(asked.value)) : asked.error.exitCode;
    if (screen.isTerminal || isNew) {
      exitCode = asked.ok ? show(asked.value, options, around) : fail(asked.error, terminal);
    }
    if (!(await around.pause(options.everyMs))) return exitCode;
  }
}

/** What must differ for an answer to be news: not how long ago something was. */
function factsOf(asked: Result<HubStatus, Failure>): string {
  if (!asked.ok) return JSON.stringify(asked.error);
  const { sources, clusters, ...rest } = asked.value;
  return JSON.stringify({
    ...rest,
    sources: sources.map((source) => ({ ...source, lastCompleteReadAt: null })),
    clusters,
  });
}

function show(status: HubStatus, { output }: StatusOptions, around: StatusSurroundings): number {
  const causes = findCauses(status);
  const { terminal } = around;
  if (output === 'text' || output === 'wide') {
    const shown = { status, causes, askedAtMs: around.nowMs(), isWide: output === 'wide' };
    printLines(statusLines(shown), terminal);
  } else {
    printDocument({ ...status, healthy: exitCodeOf(causes) === EXIT.ok, causes }, output, terminal);
  }
  return exitCodeOf(causes);
}

function exitCodeOf(causes: readonly StatusCause[]): number {
  return causes.some(({ severity }) => severity === 'fault') ? EXIT.unhealthy : EXIT.ok;
}

function fail({ exitCode, lines }: Failure, terminal: Terminal): number {
  for (const line of lines) terminal.tell(printable(line), 'bad');
  return exitCode;
}

function isStatus(body: unknown): body is HubStatus {
  return (
    isObject(body) && Array.isArray(body['sources']) && Array.isArray(body['clusters']) && isObject(body['leader'])
  );
}

/** What an older hub does not say is taken for nothing. */
function withDefaults(status: HubStatus): HubStatus {
  const { sources, clusters } = status as {
    readonly sources: readonly Partial<SourceStatus>[];
    readonly clusters: readonly Partial<ClusterStatus>[];
  };
  return {
    ...status,
    clusterSecrets: (status as Partial<HubStatus>).clusterSecrets ?? null,
    sources: sources.map(
      (source) => ({ paused: null, identity: null, warnings: [], ...source }) as unknown as SourceStatus,
    ),
    clusters: clusters.map((cluster) => {
      const defaults = { writesStopped: null, paused: null, warnings: [], held: [] };
      return { ...defaults, ...cluster } as unknown as ClusterStatus;
    }),
  };
}
