import type { AdministratorOptions, Kubeconfig } from '@isthmus/kubernetes';
import { findClusterSecrets, parseKubeconfig } from '@isthmus/kubernetes';
import type { Check, ClusterSettings, Configuration } from '@isthmus/model';
import { clusterName } from '@isthmus/model';
import { EXIT } from '../../exit-codes.js';
import { checkupLines, exitCodeOf } from '../checkup-text.js';
import { refusedKubeconfig } from '../refused-kubeconfig.js';
import type { DocumentForm } from '../document.js';
import { printable, printDocument, printLines } from '../document.js';
import type { Files } from '../files.js';
import type { ClusterSurroundings } from './add.js';
import type { ConfigPlace } from './configured.js';
import { kubeconfigFileOf, readConfiguration } from './configured.js';
import { secretsFor } from './list.js';

/** The cluster to try. */
export interface TestOptions {
  readonly name: string;
  readonly config: ConfigPlace;
  /** Where its Secret is, if it has one. */
  readonly hub: AdministratorOptions;
  readonly secretsNamespace: string;
  /** Of a cluster that the configuration does not have. */
  readonly namespace: string;
  readonly output: 'text' | DocumentForm;
}

/** What a cluster is tried with. */
export type Target = Pick<
  ClusterSettings,
  'name' | 'formerNames' | 'role' | 'push' | 'mode' | 'namespace' | 'previousNamespaces' | 'createNamespace' | 'auth'
>;

type Surroundings = ClusterSurroundings & {
  readonly files: Files;
  readonly checkTarget: (
    target: Target,
    of: {
      readonly configuration: Pick<Configuration, 'hub'>;
      readonly kubeconfig: Kubeconfig;
      readonly where: string;
      readonly signal: AbortSignal;
    },
  ) => Promise<readonly Check[]>;
};

/** Tries a cluster as a hub would use it, up to a write as a dry run: by its Secret, or by the file of the configuration. */
export async function runClusterTest(options: TestOptions, around: Surroundings): Promise<number> {
  const { terminal } = around;
  const read = await readConfiguration(options.config, around.files);
  if (!read.ok) {
    for (const line of read.error.lines) terminal.tell(printable(line), 'bad');
    return read.error.exitCode;
  }
  const configuration = read.value;
  const settings = configuration.clusters.find(({ name }) => name === options.name);
  const found = await findKubeconfig(settings, options, around);
  if (typeof found === 'string') {
    terminal.tell(printable(`isthmus: ${found}`), 'bad');
    return EXIT.error;
  }
  const target = settings ?? unlisted(options);
  const { where } = found;
  const parsed = parseKubeconfig(
    found.kubeconfig,
    where,
    target.auth.kind === 'kubeconfig' ? 'kubeconfig' : 'elsewhere',
  );
  // It is tried whether the hub could write, also where it does not yet.
  const checks = parsed.ok
    ? await around.checkTarget(
        { ...target, mode: 'sync', push: true },
        {
          configuration: { hub: { ...configuration.hub, readOnly: false } },
          kubeconfig: parsed.value,
          where,
          signal: around.signal,
        },
      )
    : parsed.error.map(refusedKubeconfig);
  const checkups = [{ subject: `cluster ${options.name}`, checks }];
  if (options.output === 'text') printLines(checkupLines(checkups), terminal);
  else printDocument({ healthy: exitCodeOf(checkups) === EXIT.ok, checkups }, options.output, terminal);
  return exitCodeOf(checkups);
}

/** The kubeconfig and its name, or why there is none. */
async function findKubeconfig(
  settings: ClusterSettings | undefined,
  { name, hub, secretsNamespace }: TestOptions,
  { open, files, signal }: Surroundings,
): Promise<{ readonly kubeconfig: string; readonly where: string } | string> {
  const file = settings === undefined ? undefined : kubeconfigFileOf(settings);
  if (file !== undefined) {
    const text = await files.read(file);
    return text.ok ? { kubeconfig: text.value, where: file } : `cannot read ${file}: ${text.error}`;
  }
  const secrets = await findClusterSecrets(await open(hub), secretsNamespace, signal);
  const [secret] = secretsFor(name, settings, secrets);
  if (secret !== undefined) return { kubeconfig: secret.kubeconfig, where: `Secret ${secret.secret}` };
  return `no Secret in ${secretsNamespace} holds ${name} → isthmus cluster add ${name} makes one`;
}

function unlisted({ name, namespace }: TestOptions): Target {
  return {
    name: clusterName(name),
    formerNames: [],
    role: 'primary',
    push: true,
    mode: 'sync',
    namespace,
    previousNamespaces: [],
    createNamespace: false,
    auth: { kind: 'kubeconfig' },
  };
}
