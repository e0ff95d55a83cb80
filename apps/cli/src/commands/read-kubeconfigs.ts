import { basename } from 'node:path';
import { displacedClusters } from '@isthmus/config';
import type { Target } from '@isthmus/config';
import { joinClusterSecrets } from '@isthmus/federation';
import type { Kubeconfig } from '@isthmus/kubernetes';
import { listClusterSecrets, openOwnCluster, parseKubeconfig } from '@isthmus/kubernetes';
import type { ClusterName, ClusterSettings, Code, Configuration, Result } from '@isthmus/model';
import { err, ok } from '@isthmus/model';
import type { ClusterSecret } from '@isthmus/ports';
import { systemClock, systemRandom } from '@isthmus/telemetry';
import type { Files } from './files.js';

/** Why a hub would not connect. */
export interface Refusal {
  readonly code: Code;
  readonly message: string;
}

type Secrets = Result<ReadonlyMap<ClusterName, ClusterSecret>, Refusal>;

/** The kubeconfig of each cluster, from its file or its Secret, or why a hub would not connect with it. */
export async function readKubeconfigs(
  configuration: Configuration,
  { files, signal }: { readonly files: Files; readonly signal: AbortSignal },
): Promise<ReadonlyMap<string, Result<Kubeconfig, Refusal>>> {
  const read = new Map<string, Result<Kubeconfig, Refusal>>();
  const targets: Target[] = [];
  const secrets = await readSecrets(configuration, signal);
  for (const cluster of configuration.clusters) {
    const { name, namespace } = cluster;
    const kubeconfig = await readKubeconfig(cluster, secrets, files);
    read.set(name, kubeconfig);
    if (kubeconfig.ok) targets.push({ cluster: name, server: kubeconfig.value.server, namespace });
  }
  for (const [name, first] of displacedClusters(targets)) {
    const message = `it reaches the API server and the namespace of ${first}: give each a namespace of its own`;
    read.set(name, err({ code: 'kubeconfig-refused', message }));
  }
  return read;
}

/** Asks the hub's own cluster, as KUBECONFIG names it, only when a kubeconfig is in a Secret. */
async function readSecrets(configuration: Configuration, signal: AbortSignal): Promise<Secrets> {
  const { clusters, clusterSecrets: settings } = configuration;
  if (settings === undefined || !clusters.some(({ kubeconfig }) => kubeconfig.kind === 'secret')) return ok(new Map());
  const open = () => openOwnCluster(process.env);
  const listed = await listClusterSecrets({ settings, open, clock: systemClock, random: systemRandom }, signal);
  if (listed.ok) return ok(joinClusterSecrets(configuration, listed.value).secrets);
  const message = `${listed.error.message} → name the hub's own cluster by KUBECONFIG`;
  return err({ code: 'kubeconfig-unreadable', message });
}

async function readKubeconfig(
  cluster: ClusterSettings,
  secrets: Secrets,
  files: Files,
): Promise<Result<Kubeconfig, Refusal>> {
  const found = await findText(cluster, secrets, files);
  if (!found.ok) return found;
  const { text, where } = found.value;
  const parsed = parseKubeconfig(text, where, cluster.auth.kind === 'kubeconfig' ? 'kubeconfig' : 'elsewhere');
  if (parsed.ok) return ok(parsed.value);
  const message = parsed.error.map(({ place, message: what }) => `${place} ${what}`).join('; ');
  return err({ code: 'kubeconfig-refused', message });
}

async function findText(
  { name, kubeconfig: place }: ClusterSettings,
  secrets: Secrets,
  files: Files,
): Promise<Result<{ readonly text: string; readonly where: string }, Refusal>> {
  if (place.kind === 'file') {
    const text = await files.read(place.file);
    if (text.ok) return ok({ text: text.value, where: basename(place.file) });
    return err({ code: 'kubeconfig-unreadable', message: `${place.file}: ${text.error}` });
  }
  if (!secrets.ok) return secrets;
  const secret = secrets.value.get(name);
  if (secret !== undefined) return ok({ text: secret.kubeconfig.reveal(), where: `${secret.secret}/${secret.key}` });
  return err({ code: 'kubeconfig-unreadable', message: `no Secret has the key ${place.key}` });
}
