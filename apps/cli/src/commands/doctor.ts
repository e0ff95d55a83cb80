import { dirname } from 'node:path';
import type { ConfigProblem, ParsedConfig } from '@isthmus/config';
import { formatProblem, parseConfig } from '@isthmus/config';
import type { Check, ClusterSettings, Configuration, RedisSettings, SourceSettings } from '@isthmus/model';
import { broken, fine, toIsthmusError, unseen, warned } from '@isthmus/model';
import { EXIT } from '../exit-codes.js';
import type { Terminal } from '../terminal.js';
import type { Checkup } from './checkup-text.js';
import { checkupLines, exitCodeOf, sumOf } from './checkup-text.js';
import type { ConfigPlace } from './cluster/configured.js';
import { printable, printDocument, printLines } from './document.js';
import type { Files } from './files.js';
import type { KubeconfigCheck } from './kubeconfigs.js';
import { checkKubeconfigs } from './kubeconfigs.js';

/** What to look at. */
export interface DoctorOptions {
  readonly config: ConfigPlace;
  /** Of all clusters only this one, and no source and no store. */
  readonly cluster: string | undefined;
  /** Files alone: nothing is asked over the network. */
  readonly isOffline: boolean;
  readonly output: 'text' | 'json';
  /** How long the look at one thing may take. */
  readonly timeoutMs: number;
}

/** How things are looked at; each resolves to what it found. */
export interface Probes {
  source(source: SourceSettings, signal: AbortSignal): Promise<readonly Check[]>;
  redis(settings: RedisSettings, hub: string): Promise<readonly Check[]>;
  cluster(cluster: ClusterSettings, configuration: Configuration, signal: AbortSignal): Promise<readonly Check[]>;
}

/** What the doctor needs of the world. */
export interface DoctorSurroundings {
  readonly terminal: Terminal;
  readonly files: Files;
  readonly checkKubeconfig: KubeconfigCheck;
  readonly probes: Probes;
  /** Epoch. */
  readonly nowMs: number;
}

/** Looks at everything that a hub of this configuration would use, side by side, prints what it found and gives the exit code. */
export async function runDoctor(options: DoctorOptions, around: DoctorSurroundings): Promise<number> {
  const { terminal, files } = around;
  const { shown, path } = options.config;
  const text = await files.read(path);
  if (!text.ok) {
    terminal.tell(`isthmus: cannot read ${shown}: ${text.error} → name the configuration with -c`, 'bad');
    return EXIT.error;
  }
  const parsed = parseConfig(text.value, { file: shown, folder: dirname(path), nowMs: around.nowMs });
  if (!parsed.ok) {
    const checks = parsed.error.map((problem) => problemCheck(problem.code, problem));
    print([{ subject: 'configuration', checks }], options, terminal);
    return EXIT.badConfiguration;
  }
  const { configuration } = parsed.value;
  const names = configuration.clusters.map(({ name }): string => name);
  if (options.cluster !== undefined && !names.includes(options.cluster)) {
    const known = names.join(', ');
    terminal.tell(printable(`isthmus: ${shown} has no cluster ${options.cluster}, but ${known}`), 'bad');
    return EXIT.usage;
  }
  const first = await checkConfiguration(parsed.value, options, around);
  const checkups = [first, ...(options.isOffline ? [] : await Promise.all(looks(configuration, options, around)))];
  print(checkups, options, terminal);
  return exitCodeOf(checkups);
}

const CONFIG_FIX = 'docs/reference/configuration.generated.md says what each field takes.';

/** The file itself, and the kubeconfigs that it names. */
async function checkConfiguration(
  parsed: ParsedConfig,
  { config }: DoctorOptions,
  around: DoctorSurroundings,
): Promise<Checkup> {
  const { configuration, warnings } = parsed;
  const kubeconfigs = await checkKubeconfigs(parsed, around);
  const { sources, clusters } = configuration;
  return {
    subject: 'configuration',
    checks: [
      fine('file', `${config.shown}: ${sources.length} sources, ${clusters.length} clusters`),
      ...warnings.map((problem) => problemCheck(problem.code, problem)),
      ...kubeconfigs.map((problem) => problemCheck('kubeconfig', problem)),
      ...storeChecks(configuration),
    ],
  };
}

/** What stands behind the arrow of a problem is what to do. */
function problemCheck(name: string, problem: ConfigProblem): Check {
  const [what = '', ...remedy] = formatProblem(problem).split(' → ');
  const fix = remedy.join(' → ') || CONFIG_FIX;
  return problem.severity === 'error' ? broken(name, what, fix) : warned(name, what, fix);
}

function storeChecks({ store, election }: Configuration): readonly Check[] {
  if (store.kind === 'memory') return [fine('store', 'embedded: for one replica')];
  if (election.backend !== 'none') return [];
  const fix = 'Take election.backend out, or run one replica only.';
  return [warned('election', 'every replica leads: election.backend is none', fix)];
}

function looks(
  configuration: Configuration,
  { cluster: only, timeoutMs }: DoctorOptions,
  { probes }: DoctorSurroundings,
): readonly Promise<Checkup>[] {
  const { sources, clusters, store, hub } = configuration;
  const bounded = (subject: string, look: (signal: AbortSignal) => Promise<readonly Check[]>) =>
    lookWithin(timeoutMs, subject, look);
  const wanted = clusters.filter(({ name }) => only === undefined || name === only);
  return [
    ...(only === undefined
      ? sources.map((source) => bounded(`source ${source.name}`, (signal) => probes.source(source, signal)))
      : []),
    ...(only === undefined && store.kind === 'redis' ? [bounded('redis', () => probes.redis(store, hub.name))] : []),
    ...wanted.map((cluster) =>
      bounded(`cluster ${cluster.name}`, (signal) => probes.cluster(cluster, configuration, signal)),
    ),
  ];
}

/** One thing that hangs keeps nobody waiting: its time is over, and the others are told all the same. */
async function lookWithin(
  timeoutMs: number,
  subject: string,
  look: (signal: AbortSignal) => Promise<readonly Check[]>,
): Promise<Checkup> {
  const signal = AbortSignal.timeout(timeoutMs);
  const late = new Promise<readonly Check[]>((resolve) => {
    const check = broken('timeout', `not done in ${timeoutMs / 1000} s`, 'Try again with a longer --timeout.');
    signal.addEventListener('abort', () => resolve([check]), { once: true });
  });
  try {
    return { subject, checks: await Promise.race([look(signal), late]) };
  } catch (error) {
    return { subject, checks: [unseen('error', toIsthmusError(error, `looking at ${subject}`).message)] };
  }
}

function print(checkups: readonly Checkup[], { output }: DoctorOptions, terminal: Terminal): void {
  if (output === 'text') printLines(checkupLines(checkups), terminal);
  else printDocument({ healthy: exitCodeOf(checkups) === EXIT.ok, sum: sumOf(checkups), checkups }, 'json', terminal);
}
