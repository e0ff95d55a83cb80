import type { Access, Administrator, AdministratorOptions, Manifest } from '@isthmus/kubernetes';
import {
  applyManifest,
  clusterSecret,
  findClusterSecrets,
  KubernetesClusterClient,
  nameOf,
  parseKubeconfig,
  renderKubeconfig,
  targetManifests,
  waitForToken,
} from '@isthmus/kubernetes';
import type { ClusterRole } from '@isthmus/model';
import { clusterName, IsthmusError } from '@isthmus/model';
import { stringify } from 'yaml';
import { EXIT } from '../../exit-codes.js';
import type { Terminal } from '../../terminal.js';
import { accountManifests, accountUser, MADE_HERE } from './account.js';
import { refusedForOthers } from './reachable-server.js';

/** The cluster to add, and the cluster of the hub that is to write to it. */
export interface AddOptions {
  readonly name: string;
  readonly target: AdministratorOptions;
  /** Where the Secret goes. */
  readonly hub: AdministratorOptions;
  readonly namespace: string;
  readonly secretsNamespace: string;
  readonly role: ClusterRole;
  /** Of the API server, as the hub sees it; undefined: as the kubeconfig says. */
  readonly server: string | undefined;
  /** Say what would be done, and do nothing. */
  readonly isDryRun: boolean;
  readonly output: 'text' | 'yaml';
}

/** What the cluster commands need of the world. */
export interface ClusterSurroundings {
  readonly terminal: Terminal;
  open(options: AdministratorOptions): Promise<Administrator>;
  readonly signal: AbortSignal;
  /** How long a cluster may take until a new credential may do what its Role says. */
  readonly patienceMs: number;
}

const TOKEN_WITHIN_MS = 30_000;
const TRIAL_GAP_MS = 250;

/** Gives a hub access to a cluster: what it needs there, the Secret here, and the lines for `isthmus.yaml`. */
export async function runClusterAdd(options: AddOptions, around: ClusterSurroundings): Promise<number> {
  const target = await around.open(options.target);
  const server = options.server ?? target.server.url;
  const refusal = options.server === undefined ? refusedForOthers(target.server) : undefined;
  if (refusal !== undefined) {
    const way = 'name the address at which the hub reaches it with --server';
    throw new IsthmusError('kubeconfig-refused', `${server} ${refusal} → ${way}`);
  }
  if (options.isDryRun) return showPlan(options, { context: target.context, server, ...partsOf(target) }, around);
  const hub = await around.open(options.hub);
  await refuseTaken(options, hub, around.signal);
  const user = await accountUser(hub, options, around.signal);
  await applyAll(target, accountManifests(options.namespace, user), around);
  around.terminal.tell(`waiting for the token in ${options.namespace}`);
  const wait = { timeoutMs: TOKEN_WITHIN_MS, signal: around.signal };
  const given = await waitForToken(target, options.namespace, wait);
  const { serverName } = target.server;
  const access = { server, caPem: target.server.caPem ?? given.caPem, serverName, token: given.token };
  const kubeconfig = renderKubeconfig(options.name, access);
  await tryAccess(kubeconfig, options, around);
  const namespace: Manifest = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: options.secretsNamespace } };
  const secret = clusterSecret(options.name, { namespace: options.secretsNamespace, kubeconfig });
  await applyAll(hub, [namespace, secret], around);
  showEntry(options, around.terminal);
  return EXIT.ok;
}

function partsOf({ server: { caPem, serverName } }: Administrator): Pick<Access, 'caPem' | 'serverName'> {
  return { caPem, serverName };
}

/** Of two Secrets for one cluster the older one counts: a newer one would have no effect. */
async function refuseTaken(options: AddOptions, hub: Administrator, signal: AbortSignal): Promise<void> {
  const secrets = await findClusterSecrets(hub, options.secretsNamespace, signal);
  const other = secrets.find(({ cluster, secret }) => cluster === options.name && secret !== options.name);
  if (other === undefined) return;
  const where = `Secret ${options.secretsNamespace}/${other.secret}`;
  throw new IsthmusError('already-exists', `${where} holds cluster ${options.name} already → delete it there first`);
}

async function applyAll(
  administrator: Administrator,
  manifests: readonly Manifest[],
  { terminal, signal }: ClusterSurroundings,
): Promise<void> {
  for (const manifest of manifests) {
    const labelsOfNew = manifest.kind === 'Namespace' ? {} : MADE_HERE;
    const applied = await applyManifest(administrator, manifest, { signal, labelsOfNew });
    const tone = applied === 'unchanged' ? 'plain' : 'good';
    terminal.tell(`${administrator.context}: ${nameOf(manifest)} ${applied}`, tone);
  }
}

/** Before the hub is told of it: the kubeconfig is one that it takes, and it opens the cluster. */
async function tryAccess(
  kubeconfig: string,
  { name, namespace, server }: AddOptions,
  { terminal, signal, patienceMs }: ClusterSurroundings,
): Promise<void> {
  const parsed = parseKubeconfig(kubeconfig, 'the new kubeconfig');
  if (!parsed.ok) {
    const problems = parsed.error.map(({ place, message }) => `${place} ${message}`).join('; ');
    throw new IsthmusError('kubeconfig-refused', problems);
  }
  const client = new KubernetesClusterClient({ cluster: clusterName(name), kubeconfig: parsed.value, namespace });
  try {
    await untilAllowed(client, patienceMs, signal);
    terminal.tell(`the hub's credential reads ServiceEntries in ${namespace}`, 'good');
  } catch (error) {
    // From here another address than the person's own may be out of reach.
    if (server === undefined || !(error instanceof IsthmusError) || error.code !== 'network') throw error;
    terminal.tell(`not tried from here: ${error.message}`, 'warning');
  } finally {
    await client.close();
  }
}

/** An authorizer learns of a new binding a moment later. */
async function untilAllowed(client: KubernetesClusterClient, patienceMs: number, signal: AbortSignal): Promise<void> {
  for (const endMs = performance.now() + patienceMs; ;) {
    try {
      await client.listMetadata(signal);
      return;
    } catch (error) {
      const isEarly = error instanceof IsthmusError && (error.code === 'forbidden' || error.code === 'unauthorized');
      if (!isEarly || performance.now() >= endMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, TRIAL_GAP_MS));
    }
  }
}

function showPlan(
  options: AddOptions,
  place: Pick<Access, 'server' | 'caPem' | 'serverName'> & { readonly context: string },
  { terminal }: ClusterSurroundings,
): number {
  const { namespace, secretsNamespace: secrets, name } = options;
  const kubeconfig = renderKubeconfig(name, { ...place, token: `the-token-of-${namespace}` });
  const namespaceOfSecrets: Manifest = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: secrets } };
  const { data: _data, ...form } = clusterSecret(name, { namespace: secrets, kubeconfig });
  const secret = { ...form, stringData: { [name]: kubeconfig } };
  const groups = [
    { where: `the cluster to add, context ${place.context}`, manifests: targetManifests(namespace) },
    { where: 'the cluster of the hub', manifests: [namespaceOfSecrets, secret as Manifest] },
  ];
  for (const { where, manifests } of groups) {
    for (const manifest of manifests) {
      if (options.output === 'yaml') terminal.print(`---\n# In ${where}\n${stringify(manifest).trimEnd()}`);
      else terminal.print(`would make ${nameOf(manifest)} in ${where}`);
    }
  }
  if (options.output === 'text') showEntry(options, terminal);
  return EXIT.ok;
}

function showEntry({ name, role, namespace, output }: AddOptions, terminal: Terminal): void {
  const entry = {
    name,
    role,
    kubeconfig: { secret: name },
    ...(namespace === 'isthmus' ? {} : { namespace }),
    mode: 'observe',
    routes: [{ from: { namespaces: ['shop'] } }],
  };
  if (output === 'text') terminal.print('\n# for isthmus.yaml: it writes nothing until mode is sync');
  terminal.print(stringify({ clusters: [entry] }).trimEnd());
}
