import { dirname } from 'node:path';
import { formatProblem, parseConfig } from '@isthmus/config';
import type { PlanInput, PlannedClusters } from '@isthmus/federation';
import { decodePlanInput, encodePlanInput, planOnce } from '@isthmus/federation';
import type { Configuration, Result } from '@isthmus/model';
import { err, ok } from '@isthmus/model';
import { EXIT } from '../exit-codes.js';
import type { Terminal } from '../terminal.js';
import type { DocumentForm } from './document.js';
import { printable, printDocument, printLines } from './document.js';
import type { Files, WritableFiles } from './files.js';
import type { Failure } from './find-hub.js';
import { planMarkdown } from './plan-markdown.js';
import { planLines } from './plan-text.js';
import type { WorldRequest } from './read-world.js';

/** What to plan, from what, and how to show it. Paths are absolute; `shown` is as the person wrote them. */
export interface PlanOptions {
  readonly config: NamedFile;
  /** Of all clusters, only this one. */
  readonly cluster: string | undefined;
  readonly output: 'text' | 'markdown' | DocumentForm;
  /** Give 2 when the plan has changes. */
  readonly hasDetailedExitCode: boolean;
  /** A saved reading to plan from: neither AWS nor a cluster is asked. */
  readonly offline: NamedFile | undefined;
  /** Where to keep what was read. */
  readonly saveSnapshot: NamedFile | undefined;
  /** How long reading everything may take. */
  readonly timeoutMs: number;
}

export interface NamedFile {
  readonly shown: string;
  readonly path: string;
}

/** What planning needs of the world. */
export interface PlanSurroundings {
  readonly terminal: Terminal;
  readonly files: WritableFiles;
  /** Reads every source and the clusters in question once; never rejects for what they do. */
  readonly readWorld: (configuration: Configuration, request: WorldRequest) => Promise<PlanInput>;
}

/** Plans what a configuration would do to each cluster, prints it and gives the exit code. It never writes to a cluster. */
export async function runPlan(options: PlanOptions, around: PlanSurroundings): Promise<number> {
  const { terminal } = around;
  const planned = await plan(options, around);
  if (!planned.ok) {
    for (const line of planned.error.lines) terminal.tell(printable(line), 'bad');
    return planned.error.exitCode;
  }
  show(planned.value, options, terminal);
  return exitCodeOf(planned.value, options);
}

async function plan(options: PlanOptions, around: PlanSurroundings): Promise<Result<PlannedClusters, Failure>> {
  const configuration = await readConfiguration(options, around.files);
  if (!configuration.ok) return configuration;
  const { offline, saveSnapshot, cluster } = options;
  const signal = AbortSignal.timeout(options.timeoutMs);
  const input =
    offline === undefined
      ? ok(await around.readWorld(configuration.value, { cluster, signal }))
      : await readSaved(offline, around.files);
  if (!input.ok) return input;
  if (saveSnapshot !== undefined) await save(saveSnapshot, input.value, around);
  const clusters = configuration.value.clusters.filter(({ name }) => cluster === undefined || name === cluster);
  return ok(planOnce({ ...configuration.value, clusters }, input.value));
}

/** The configuration; it has the cluster that is asked for. */
async function readConfiguration(
  { config, cluster }: PlanOptions,
  files: Files,
): Promise<Result<Configuration, Failure>> {
  const text = await files.read(config.path);
  if (!text.ok) {
    const line = `isthmus: cannot read ${config.shown}: ${text.error} → name the configuration with -c`;
    return err({ exitCode: EXIT.error, lines: [line] });
  }
  const parsed = parseConfig(text.value, { file: config.shown, folder: dirname(config.path) });
  if (!parsed.ok) return err({ exitCode: EXIT.badConfiguration, lines: parsed.error.map(formatProblem) });
  const { configuration } = parsed.value;
  if (cluster === undefined) return ok(configuration);
  const clusters: readonly string[] = configuration.clusters.map(({ name }) => name);
  if (clusters.includes(cluster)) return ok(configuration);
  const names = clusters.join(', ');
  return err({ exitCode: EXIT.usage, lines: [`isthmus: ${config.shown} has no cluster ${cluster}, but ${names}`] });
}

async function readSaved({ shown, path }: NamedFile, files: Files): Promise<Result<PlanInput, Failure>> {
  const text = await files.read(path);
  const decoded = text.ok ? decodePlanInput(text.value) : text;
  if (decoded.ok) return decoded;
  const way = 'write one with `isthmus plan --save-snapshot`';
  return err({ exitCode: EXIT.error, lines: [`isthmus: cannot plan from ${shown}: ${decoded.error} → ${way}`] });
}

async function save(
  { shown, path }: NamedFile,
  input: PlanInput,
  { files, terminal }: PlanSurroundings,
): Promise<void> {
  await files.write(path, `${JSON.stringify(encodePlanInput(input))}\n`);
  terminal.tell(`what was read is kept in ${shown}`);
}

function show(planned: PlannedClusters, { output }: PlanOptions, terminal: Terminal): void {
  if (output === 'text') printLines(planLines(planned), terminal);
  else if (output === 'markdown') terminal.print(planMarkdown(planned));
  else printDocument(planned, output, terminal);
}

/** A plan that lacks something is no plan to rely on: it fails, whatever it shows. */
function exitCodeOf({ problems, clusters }: PlannedClusters, { hasDetailedExitCode }: PlanOptions): number {
  if (problems.length > 0) return EXIT.error;
  const hasChanges = clusters.some(({ plan }) => plan !== null && plan.changes.length > 0);
  return hasDetailedExitCode && hasChanges ? EXIT.planHasChanges : EXIT.ok;
}
