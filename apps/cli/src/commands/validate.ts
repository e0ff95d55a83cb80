import { dirname } from 'node:path';
import type { ConfigProblem } from '@isthmus/config';
import { parseConfig } from '@isthmus/config';
import type { Configuration } from '@isthmus/model';
import { EXIT } from '../exit-codes.js';
import type { Terminal } from '../terminal.js';
import type { Files } from './files.js';
import type { KubeconfigCheck } from './kubeconfigs.js';
import { checkKubeconfigs } from './kubeconfigs.js';
import type { Verdict } from './verdict.js';
import { printVerdict } from './verdict.js';

/** What to validate. */
export interface ValidateOptions {
  /** The configuration as the person named it. */
  readonly shown: string;
  /** Its absolute path. */
  readonly path: string;
  readonly output: 'text' | 'json';
}

/** What validating needs of the world. */
export interface ValidateSurroundings {
  readonly terminal: Terminal;
  readonly files: Files;
  readonly checkKubeconfig: KubeconfigCheck;
}

/** Checks a configuration and the kubeconfigs that it names, prints what it found and gives the exit code. */
export async function runValidate(options: ValidateOptions, around: ValidateSurroundings): Promise<number> {
  const text = await around.files.read(options.path);
  if (!text.ok) {
    around.terminal.tell(
      `isthmus: cannot read ${options.shown}: ${text.error} → name the configuration with -c`,
      'bad',
    );
    return EXIT.error;
  }
  const verdict = await judge(text.value, options, around);
  printVerdict(verdict, options.output, around.terminal);
  return verdict.errors.length > 0 ? EXIT.badConfiguration : EXIT.ok;
}

async function judge(text: string, { shown, path }: ValidateOptions, around: ValidateSurroundings): Promise<Verdict> {
  const parsed = parseConfig(text, { file: shown, folder: dirname(path) });
  if (!parsed.ok) return { file: shown, counts: undefined, errors: parsed.error, warnings: [] };
  const { configuration, warnings } = parsed.value;
  const found = await checkKubeconfigs(parsed.value, around);
  const bySeverity = (severity: ConfigProblem['severity']) => found.filter((problem) => problem.severity === severity);
  return {
    file: shown,
    counts: countsOf(configuration),
    errors: bySeverity('error'),
    warnings: [...warnings, ...bySeverity('warning')].toSorted((a, b) => a.line - b.line || a.column - b.column),
  };
}

function countsOf({ sources, clusters }: Configuration): Verdict['counts'] {
  const routes = clusters.reduce((sum, cluster) => sum + cluster.routes.length, 0);
  return { sources: sources.length, clusters: clusters.length, routes };
}
