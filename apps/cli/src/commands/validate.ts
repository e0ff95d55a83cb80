import { dirname } from 'node:path';
import type { ConfigProblem, Loss } from '@isthmus/config';
import { findLosses, formatProblem, parseConfig } from '@isthmus/config';
import type { Configuration, Result } from '@isthmus/model';
import { err, ok } from '@isthmus/model';
import { EXIT } from '../exit-codes.js';
import type { Terminal } from '../terminal.js';
import type { AskHub } from './ask-hub.js';
import { compareWithHub } from './compare-hub.js';
import { printable } from './document.js';
import type { Files } from './files.js';
import type { Failure } from './find-hub.js';
import type { KubeconfigCheck } from './kubeconfigs.js';
import { checkKubeconfigs } from './kubeconfigs.js';
import type { Verdict } from './verdict.js';
import { printVerdict } from './verdict.js';

/** A configuration as the person named it, and its absolute path. */
export interface NamedFile {
  readonly shown: string;
  readonly path: string;
}

/** What to validate. */
export interface ValidateOptions extends NamedFile {
  /** An older configuration, to list what the new one would stop mapping. */
  readonly against: NamedFile | undefined;
  /** URL of a running hub, to list what the new configuration would remove of what it holds. */
  readonly server: string | undefined;
  readonly output: 'text' | 'json';
}

/** What validating needs of the world. */
export interface ValidateSurroundings {
  readonly terminal: Terminal;
  readonly files: Files;
  readonly checkKubeconfig: KubeconfigCheck;
  readonly askHub: AskHub;
  /** Epoch; pauses and approvals that are over are warned of. */
  readonly nowMs: number;
}

/** Checks a configuration and the kubeconfigs that it names, prints what it found and gives the exit code. */
export async function runValidate(options: ValidateOptions, around: ValidateSurroundings): Promise<number> {
  const text = await readNamed(options, around);
  if (!text.ok) return text.error;
  const old = options.against && (await readOld(options.against, around));
  if (old?.ok === false) return old.error;
  const verdict = await judge(text.value, old?.value, { options, around });
  if (!verdict.ok) {
    for (const line of verdict.error.lines) around.terminal.tell(printable(line), 'bad');
    return verdict.error.exitCode;
  }
  printVerdict(verdict.value, options.output, around.terminal);
  if (verdict.value.errors.length > 0) return EXIT.badConfiguration;
  return (verdict.value.server?.unknown.length ?? 0) > 0 ? EXIT.error : EXIT.ok;
}

/** The text of a file, or the exit code after saying why there is none. */
async function readNamed({ shown, path }: NamedFile, around: ValidateSurroundings): Promise<Result<string, number>> {
  const text = await around.files.read(path);
  if (text.ok) return text;
  around.terminal.tell(`isthmus: cannot read ${shown}: ${text.error} → name the configuration with -c`, 'bad');
  return err(EXIT.error);
}

/** The configuration to compare with; one that cannot be used says nothing of what is mapped. */
async function readOld(file: NamedFile, around: ValidateSurroundings): Promise<Result<Configuration, number>> {
  const text = await readNamed(file, around);
  if (!text.ok) return text;
  const parsed = parseConfig(text.value, { file: file.shown, folder: dirname(file.path) });
  if (parsed.ok) return ok(parsed.value.configuration);
  for (const problem of parsed.error) around.terminal.tell(formatProblem(problem), 'bad');
  around.terminal.tell(`isthmus: ${file.shown} is no configuration to compare with`, 'bad');
  return err(EXIT.badConfiguration);
}

async function judge(
  text: string,
  old: Configuration | undefined,
  { options, around }: { readonly options: ValidateOptions; readonly around: ValidateSurroundings },
): Promise<Result<Verdict, Failure>> {
  const { shown, path, against, server } = options;
  const parsed = parseConfig(text, { file: shown, folder: dirname(path), nowMs: around.nowMs });
  if (!parsed.ok) return ok({ file: shown, counts: undefined, errors: parsed.error, warnings: [] });
  const { configuration, warnings } = parsed.value;
  const found = await checkKubeconfigs(parsed.value, around);
  const compared = server === undefined ? undefined : await compareWithHub(configuration, server, around.askHub);
  if (compared?.ok === false) return compared;
  const bySeverity = (severity: ConfigProblem['severity']) => found.filter((problem) => problem.severity === severity);
  return ok({
    file: shown,
    counts: countsOf(configuration),
    errors: bySeverity('error'),
    warnings: [...warnings, ...bySeverity('warning')].toSorted((a, b) => a.line - b.line || a.column - b.column),
    ...comparison(old, configuration, against),
    ...(compared === undefined ? {} : { server: compared.value }),
  });
}

function comparison(
  old: Configuration | undefined,
  next: Configuration,
  against: NamedFile | undefined,
): { readonly against?: { readonly file: string; readonly losses: readonly Loss[] } } {
  if (old === undefined || against === undefined) return {};
  return { against: { file: against.shown, losses: findLosses(old, next) } };
}

function countsOf({ sources, clusters }: Configuration): Verdict['counts'] {
  const routes = clusters.reduce((sum, cluster) => sum + cluster.routes.length, 0);
  return { sources: sources.length, clusters: clusters.length, routes };
}
