import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { runGo, versionOf } from './go-module.js';
import { Missing, cachedFile, isReadable, tell } from './server-cache.js';

/** Real servers as files, and Istio's CRDs as YAML. */
export interface ServerBinaries {
  readonly etcd: string;
  readonly apiServer: string;
  readonly crds: string;
}

const API_SERVER = { folder: 'apiserver', requires: 'k8s.io/kubernetes' };
const ETCD = { folder: 'etcd', requires: 'go.etcd.io/etcd/server/v3' };
const CRDS = { folder: 'crds', requires: 'istio.io/api' };

/**
 * The servers: from KUBEBUILDER_ASSETS where that is set, else from the user's cache, else built from their Go modules,
 * which takes minutes once. A string says in one line why they cannot be had.
 */
export async function findServers(): Promise<ServerBinaries | string> {
  try {
    const assets = process.env['KUBEBUILDER_ASSETS'] ?? '';
    if (assets !== '') return { ...fromAssets(assets), crds: await crds() };
    return { etcd: await etcd(), crds: await crds(), apiServer: await apiServer() };
  } catch (error) {
    if (error instanceof Missing) return error.message;
    throw error;
  }
}

function fromAssets(folder: string): Omit<ServerBinaries, 'crds'> {
  const binaries = { etcd: join(folder, 'etcd'), apiServer: join(folder, 'kube-apiserver') };
  for (const file of Object.values(binaries)) {
    if (!isReadable(file)) throw new Missing(`KUBEBUILDER_ASSETS has no ${file} → run setup-envtest, or unset it`);
  }
  return binaries;
}

function etcd(): Promise<string> {
  const version = versionOf(ETCD);
  return cachedFile(['etcd', version, 'etcd'], async (target) => {
    tell(`building etcd ${version}, once …`);
    await runGo(ETCD, ['build', '-trimpath', '-ldflags=-s -w', '-o', target, '.']);
  });
}

function apiServer(): Promise<string> {
  const version = versionOf(API_SERVER);
  return cachedFile(['kube-apiserver', version, 'kube-apiserver'], async (target) => {
    tell(`building kube-apiserver ${version}, once, which takes some minutes …`);
    const [, major, minor] = /^v(\d+)\.(\d+)/.exec(version) ?? [];
    const stamp = { gitVersion: version, gitMajor: major, gitMinor: minor };
    const flags = Object.entries(stamp).map(([key, value]) => `-X k8s.io/component-base/version.${key}=${value ?? ''}`);
    const ldflags = `-ldflags=-s -w ${flags.join(' ')}`;
    await runGo(API_SERVER, ['build', '-trimpath', ldflags, '-o', target, 'k8s.io/kubernetes/cmd/kube-apiserver']);
  });
}

function crds(): Promise<string> {
  return cachedFile(['istio-crds', versionOf(CRDS), 'crds.yaml'], async (target) => {
    const { Dir } = JSON.parse(await runGo(CRDS, ['mod', 'download', '-json', CRDS.requires])) as {
      readonly Dir: string;
    };
    copyFileSync(join(Dir, 'kubernetes', 'customresourcedefinitions.gen.yaml'), target);
  });
}
