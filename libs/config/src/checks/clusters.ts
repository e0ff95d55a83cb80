import { resolve } from 'node:path';
import type { ClusterOutline, Outline } from '../outline.js';
import { legal } from '../outline.js';
import type { ConfigPath, Finding } from '../problem.js';
import { quote } from '../problem.js';
import { repeats } from './repeats.js';

/** What is wrong between the clusters, and between approvals and clusters. */
export function checkClusters(outline: Outline, folder: string): readonly Finding[] {
  const { clusters } = outline;
  const hasSecrets = outline.clusterSecrets !== undefined;
  if (clusters.length === 0) {
    return hasSecrets ? [] : [{ code: 'CFG061', path: ['clusters'], message: 'there is no cluster' }];
  }
  return [
    ...repeatedNames(clusters),
    ...sharedFiles(clusters, folder),
    ...clusters.flatMap((cluster, index) => checkKubeconfig(cluster, ['clusters', index], hasSecrets)),
    ...clusters.flatMap((cluster, index) => checkAuth(cluster, ['clusters', index])),
    ...clusters.flatMap((cluster, index) => checkRole(cluster, ['clusters', index], clusters)),
    ...clusters.flatMap((cluster, index) => checkRoutesExist(cluster, ['clusters', index])),
  ];
}

/** Approvals of clusters that are not configured. */
export function checkApprovals({ approvals, clusters }: Outline): readonly Finding[] {
  return approvals.flatMap(({ cluster }, index): readonly Finding[] => {
    if (cluster === undefined || clusters.some(({ name }) => name === cluster)) return [];
    return [
      { code: 'CFG034', path: ['approvals', index, 'cluster'], message: `there is no cluster ${quote(cluster)}` },
    ];
  });
}

function repeatedNames(clusters: readonly ClusterOutline[]): readonly Finding[] {
  return repeats(clusters.map(({ name }) => name)).map(({ index, value }): Finding => ({
    code: 'CFG031',
    path: ['clusters', index, 'name'],
    message: `${quote(value)} is already the name of another cluster`,
  }));
}

/** Without `kubeconfig` the Secret that has the cluster's name as a key is taken, where Secrets were asked for. */
function checkKubeconfig({ kubeconfig }: ClusterOutline, path: ConfigPath, hasSecrets: boolean): readonly Finding[] {
  const at: ConfigPath = [...path, 'kubeconfig'];
  if (kubeconfig === undefined) {
    const remedy =
      'add kubeconfig: { file } or { secret }, or clusterSecrets: {} to find it by the name of the cluster';
    return hasSecrets ? [] : [{ code: 'CFG006', path: at, message: 'is missing', remedy }];
  }
  const { file, secret, key } = kubeconfig;
  if (file !== undefined && (secret !== undefined || key !== undefined)) {
    return [{ code: 'CFG045', path: at, message: 'names a file and a Secret' }];
  }
  if (hasSecrets || file !== undefined || secret !== undefined || key !== undefined) return [];
  return [{ code: 'CFG006', path: [...at, 'file'], message: 'is missing', remedy: 'add it, or secret' }];
}

function checkAuth({ auth }: ClusterOutline, path: ConfigPath): readonly Finding[] {
  if (auth.length < 2) return [];
  return [{ code: 'CFG047', path: [...path, 'auth'], message: `names ${auth.join(' and ')}` }];
}

/** One file is one API server; that two files name the same one is seen only by who reads them. */
function sharedFiles(clusters: readonly ClusterOutline[], folder: string): readonly Finding[] {
  const targets = clusters.map(({ name, kubeconfig: { file, secret, key } = {}, namespace }) => {
    if (file !== undefined) return legal(file) && `${namespace} ${resolve(folder, file)}`;
    return legal(secret ?? '') === undefined ? undefined : JSON.stringify([namespace, secret, key ?? name]);
  });
  return repeats(targets).map(({ index }): Finding => {
    const field = clusters[index]?.kubeconfig?.file === undefined ? 'secret' : 'file';
    const path: ConfigPath = ['clusters', index, 'kubeconfig', field];
    const other = clusters[targets.indexOf(targets[index])]?.name ?? 'another cluster';
    return { code: 'CFG033', path, message: `has the same kubeconfig and namespace as ${quote(other)}` };
  });
}

function checkRole(cluster: ClusterOutline, path: ConfigPath, clusters: readonly ClusterOutline[]): readonly Finding[] {
  if (cluster.role !== 'remote') return strayPrimary(cluster, path);
  const findings = cluster.primary === undefined ? [] : checkPrimary(cluster.primary, [...path, 'primary'], clusters);
  return [...findings, ...remoteWarnings(cluster, path)];
}

function strayPrimary({ role, primary }: ClusterOutline, path: ConfigPath): readonly Finding[] {
  if (primary === undefined || role === undefined) return [];
  const message = 'only a remote has a primary';
  return [{ code: 'CFG032', path: [...path, 'primary'], message, remedy: 'remove it, or write role: remote' }];
}

function checkPrimary(primary: string, path: ConfigPath, clusters: readonly ClusterOutline[]): readonly Finding[] {
  const found = clusters.find(({ name }) => name === primary);
  if (found === undefined) return [{ code: 'CFG032', path, message: `there is no cluster ${quote(primary)}` }];
  return found.role === 'remote' ? [{ code: 'CFG032', path, message: `${quote(primary)} is a remote itself` }] : [];
}

function remoteWarnings({ push, routes }: ClusterOutline, path: ConfigPath): readonly Finding[] {
  const findings: Finding[] = [];
  if (push) {
    const message = 'this remote is written to, but istiod reads ServiceEntries from its config cluster only';
    findings.push({ code: 'CFG063', path: [...path, 'role'], message });
  }
  if (routes.length > 0) {
    const message = 'the routes of a remote have no effect on its mesh';
    findings.push({ code: 'CFG064', path: [...path, 'routes'], message, at: 'name' });
  }
  return findings;
}

function checkRoutesExist({ role, mode, push, routes }: ClusterOutline, path: ConfigPath): readonly Finding[] {
  if (role === 'remote' || mode === 'observe' || !push || routes.length > 0) return [];
  return [
    { code: 'CFG062', path: [...path, 'routes'], message: `there is no route, so mode ${mode} has nothing to do` },
  ];
}
