import type { Administrator, AdministratorOptions, FoundSecret } from '@isthmus/kubernetes';
import {
  deleteObject,
  findClusterSecrets,
  KubernetesClusterClient,
  nameOf,
  parseKubeconfig,
  patchObject,
  targetManifests,
} from '@isthmus/kubernetes';
import type { ObservedEntry } from '@isthmus/model';
import { clusterName, IsthmusError, toIsthmusError } from '@isthmus/model';
import { ownershipOf } from '@isthmus/plan';
import { EXIT } from '../../exit-codes.js';
import { printable } from '../document.js';
import type { Files } from '../files.js';
import type { ClusterSurroundings } from './add.js';
import { accountUser, releaseAccount } from './account.js';
import type { ConfigPlace } from './configured.js';
import { readConfiguration } from './configured.js';

/** The cluster to remove, and what becomes of the objects in it. */
export interface RemoveOptions {
  readonly name: string;
  /** `orphan`: they stay; `delete`: those of this hub and cluster go. */
  readonly policy: 'orphan' | 'delete';
  readonly config: ConfigPlace;
  readonly hub: AdministratorOptions;
  /** The cluster itself, to take away the hub's account there; undefined: that stays. */
  readonly target: AdministratorOptions | undefined;
  readonly namespace: string;
  readonly secretsNamespace: string;
  readonly isDryRun: boolean;
}

type Surroundings = ClusterSurroundings & { readonly files: Files };

/** Takes a cluster from a hub: its objects as the policy says, then the Secret, then what `add` made in it. */
export async function runClusterRemove(options: RemoveOptions, around: Surroundings): Promise<number> {
  const { terminal, signal } = around;
  const configuration = await readConfiguration(options.config, around.files);
  if (!configuration.ok) {
    for (const line of configuration.error.lines) terminal.tell(printable(line), 'bad');
    return configuration.error.exitCode;
  }
  const { clusters, hub } = configuration.value;
  if (clusters.some(({ name }) => name === options.name)) {
    const why = 'the hub would write to it again';
    terminal.tell(
      `isthmus: ${options.config.shown} still has cluster ${options.name} → take it out first: ${why}`,
      'bad',
    );
    return EXIT.error;
  }
  const own = await around.open(options.hub);
  const found = await findClusterSecrets(own, options.secretsNamespace, signal);
  const secrets = found.filter(({ cluster }) => cluster === options.name);
  if (options.policy === 'delete') {
    const isGone = await removeEntries(secrets[0], [hub.name, ...hub.formerNames], { options, around });
    if (!isGone) return EXIT.error;
  }
  for (const secret of secrets) await removeSecret(own, secret, { options, around });
  if (secrets.length === 0) terminal.tell(`no Secret in ${options.secretsNamespace} holds ${options.name}`, 'warning');
  await removeAccount(own, { options, around });
  return EXIT.ok;
}

interface Work {
  readonly options: RemoveOptions;
  readonly around: Surroundings;
}

/** Deletes the entries of this hub and cluster, each as it was shown; answers whether all of them are gone. */
async function removeEntries(
  secret: FoundSecret | undefined,
  hubs: readonly string[],
  { options, around }: Work,
): Promise<boolean> {
  const { name, namespace, isDryRun } = options;
  if (secret === undefined) {
    throw new IsthmusError('not-found', `there is no Secret of ${name} to reach it with → use --policy orphan`);
  }
  const parsed = parseKubeconfig(secret.kubeconfig, secret.secret);
  if (!parsed.ok) throw new IsthmusError('kubeconfig-refused', parsed.error.map(({ message }) => message).join('; '));
  const client = new KubernetesClusterClient({ cluster: clusterName(name), kubeconfig: parsed.value, namespace });
  try {
    const { items } = await client.listEntries(around.signal);
    const owner = { hubs, clusters: [name] };
    const ours = items.filter((entry) => ownershipOf(entry, owner) === 'ours');
    const others = items.length - ours.length;
    around.terminal.print(`${ours.length} ServiceEntries of this hub in ${namespace}, ${others} of others, which stay`);
    for (const entry of ours) around.terminal.print(printable(`  - ${entry.name}  ${entry.spec.hosts.join(', ')}`));
    if (isDryRun) return true;
    const failures: string[] = [];
    for (const entry of ours) failures.push(...(await removeEntry(client, entry, around.signal)));
    for (const failure of failures) around.terminal.tell(printable(failure), 'bad');
    if (failures.length === 0) around.terminal.tell(`${ours.length} deleted`, 'good');
    else around.terminal.tell('run it again: the Secret stays until all of them are gone', 'bad');
    return failures.length === 0;
  } finally {
    await client.close();
  }
}

async function removeEntry(
  client: KubernetesClusterClient,
  { name, uid, resourceVersion }: ObservedEntry,
  signal: AbortSignal,
): Promise<readonly string[]> {
  try {
    await client.delete(name, { uid, resourceVersion }, signal);
    return [];
  } catch (error) {
    return [toIsthmusError(error, `deleting ${name}`).message];
  }
}

/** A Secret that holds other clusters too loses this one's key alone. */
async function removeSecret(own: Administrator, found: FoundSecret, { options, around }: Work): Promise<void> {
  const { secret, keys, uid, resourceVersion, cluster } = found;
  const manifest = { kind: 'Secret', metadata: { name: secret, namespace: options.secretsNamespace } } as const;
  const what = keys === 1 ? nameOf(manifest) : `${cluster} in ${nameOf(manifest)}`;
  if (options.isDryRun) {
    around.terminal.print(`would delete ${what}`);
    return;
  }
  // As it was seen: a key that somebody added since must not go with it.
  if (keys === 1) await deleteObject(own, manifest, { signal: around.signal, seen: { uid, resourceVersion } });
  else {
    const patch = { metadata: { uid, resourceVersion }, data: { [cluster]: null } };
    await patchObject(own, manifest, { patch, signal: around.signal });
  }
  around.terminal.tell(`deleted ${what}`, 'good');
}

/** What `add` made in the cluster, but for the namespace, in which objects of others may be. */
async function removeAccount(own: Administrator, { options, around }: Work): Promise<void> {
  const { target, namespace, isDryRun } = options;
  const { terminal, signal } = around;
  if (target === undefined) {
    const made = targetManifests(namespace).filter(({ kind }) => kind !== 'Namespace');
    const what = made.map(nameOf).join(', ');
    terminal.tell(`in the cluster itself stay: ${what} → name it with --context to take them away`, 'warning');
    return;
  }
  const administrator = await around.open(target);
  const user = await accountUser(own, options, signal);
  await releaseAccount(namespace, { administrator, terminal, signal, isDryRun, user });
  terminal.tell(`the namespace ${namespace} stays`);
}
