import type { AdministratorOptions, FoundSecret } from '@isthmus/kubernetes';
import { findClusterSecrets, parseKubeconfig } from '@isthmus/kubernetes';
import type { ClusterSettings } from '@isthmus/model';
import { EXIT } from '../../exit-codes.js';
import type { DocumentForm } from '../document.js';
import { columns, printable, printDocument, printLines } from '../document.js';
import type { Files } from '../files.js';
import type { ClusterSurroundings } from './add.js';
import type { ConfigPlace } from './configured.js';
import { kubeconfigFileOf, readConfiguration } from './configured.js';

/** What to compare: the Secrets of the hub's cluster, and its configuration. */
export interface ListOptions {
  readonly config: ConfigPlace;
  readonly hub: AdministratorOptions;
  readonly secretsNamespace: string;
  readonly output: 'text' | DocumentForm;
}

/** One cluster: what is known of it here and there. */
export interface ListedCluster {
  readonly name: string;
  /** Of `isthmus.yaml`; null: it has no entry. */
  readonly mode: string | null;
  /** Name of the Secret; null: there is none. */
  readonly secret: string | null;
  /** Other Secrets for the same cluster, which count for nothing. */
  readonly ignored: readonly string[];
  readonly server: string | null;
  readonly state: 'ready' | 'unconfigured' | 'no-secret' | 'file' | 'refused';
  readonly problem: string | null;
}

/** Lists clusters by their Secrets and by the configuration, and says which lacks which. */
export async function runClusterList(
  options: ListOptions,
  around: ClusterSurroundings & { readonly files: Files },
): Promise<number> {
  const { terminal, signal } = around;
  const configuration = await readConfiguration(options.config, around.files);
  if (!configuration.ok) {
    for (const line of configuration.error.lines) terminal.tell(printable(line), 'bad');
    return configuration.error.exitCode;
  }
  const hub = await around.open(options.hub);
  const secrets = await findClusterSecrets(hub, options.secretsNamespace, signal);
  const listed = joinClusters(configuration.value.clusters, secrets);
  if (options.output === 'text') printLines(textOf(listed), terminal);
  else printDocument(listed, options.output, terminal);
  return EXIT.ok;
}

/** Clusters of the configuration in its order, then those that have a Secret alone. */
export function joinClusters(
  configured: readonly ClusterSettings[],
  secrets: readonly FoundSecret[],
): readonly ListedCluster[] {
  const names = new Set<string>(configured.map(({ name }) => name));
  const others = [...new Set(secrets.map(({ cluster }) => cluster))].filter((name) => !names.has(name));
  return [
    ...configured.map((cluster) => listCluster(cluster.name, cluster, secrets)),
    ...others.toSorted().map((name) => listCluster(name, undefined, secrets)),
  ];
}

function listCluster(
  name: string,
  settings: ClusterSettings | undefined,
  secrets: readonly FoundSecret[],
): ListedCluster {
  const [first, ...ignored] = secretsFor(name, settings, secrets);
  const facts = {
    name,
    mode: settings?.mode ?? null,
    secret: first?.secret ?? null,
    ignored: ignored.map(({ secret }) => secret),
  };
  const file = settings === undefined ? undefined : kubeconfigFileOf(settings);
  if (file !== undefined) return { ...facts, server: null, state: 'file', problem: null };
  if (first === undefined) return { ...facts, server: null, state: 'no-secret', problem: null };
  const isOurs = settings?.auth.kind === undefined || settings.auth.kind === 'kubeconfig';
  const parsed = parseKubeconfig(first.kubeconfig, first.secret, isOurs ? 'kubeconfig' : 'elsewhere');
  if (!parsed.ok) {
    const problem = parsed.error.map(({ place, message }) => `${place} ${message}`).join('; ');
    return { ...facts, server: null, state: 'refused', problem };
  }
  const state = settings === undefined ? 'unconfigured' : 'ready';
  return { ...facts, server: parsed.value.server, state, problem: null };
}

/** The Secrets of a cluster, the one that counts first: the one that its entry names, else the oldest. */
export function secretsFor(
  name: string,
  settings: ClusterSettings | undefined,
  secrets: readonly FoundSecret[],
): readonly FoundSecret[] {
  const place = settings?.kubeconfig.kind === 'secret' ? settings.kubeconfig : { key: name, secret: undefined };
  const held = secrets.filter(({ cluster }) => cluster === place.key);
  const named = held.filter(({ secret }) => secret === place.secret);
  if (place.secret !== undefined) return named;
  return held;
}

const STATES: Readonly<Record<ListedCluster['state'], string>> = {
  ready: 'ready',
  unconfigured: 'has a Secret and no entry in the configuration',
  'no-secret': 'has an entry in the configuration and no Secret',
  file: 'its kubeconfig is a file',
  refused: 'its kubeconfig is refused',
};

function textOf(listed: readonly ListedCluster[]) {
  if (listed.length === 0) return [{ text: 'no cluster has a Secret or an entry in the configuration' }];
  const rows = listed.map(({ name, mode, secret, server, state }) => [
    name,
    mode ?? '–',
    secret ?? '–',
    server ?? '–',
    STATES[state],
  ]);
  return [
    ...columns([['CLUSTER', 'MODE', 'SECRET', 'SERVER', 'STATE'], ...rows]).map((text) => ({ text })),
    ...listed.flatMap(({ name, problem }) =>
      problem === null ? [] : [{ text: `✗ ${name}: ${problem}`, tone: 'bad' as const }],
    ),
    ...listed.flatMap(({ name, secret, ignored }) =>
      ignored.map((other) => {
        const text = `‼ ${name}: Secret ${other} is ignored, because ${secret} is older → delete one of them`;
        return { text, tone: 'warning' as const };
      }),
    ),
  ];
}
