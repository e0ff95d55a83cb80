import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { TestCluster } from '../../e2e/servers/index.js';
import { jsonOf, ServerProcess } from '../../e2e/servers/index.js';
import type { Manifest, PodSpec } from '../manifests.js';
import { podOf } from '../manifests.js';
import { NODE } from './kubelet-stand-in.js';

const NAMESPACE = 'isthmus';
const CORE = `/api/v1/namespaces/${NAMESPACE}`;
const DEPLOYMENT = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/isthmus`;
const MERGE = 'application/merge-patch+json';
/** What every pod of a Deployment is called here. */
const POD = 'isthmus-0';

/** How the pod of a page differs from one on a node. */
export interface PodPlace {
  readonly cluster: TestCluster;
  /** Its root folder: `/etc/isthmus` is `<root>/etc/isthmus`. */
  readonly root: string;
  /** The command that the image begins with. */
  readonly command: readonly string[];
  /** Changes the text of `isthmus.yaml` where AWS and Redis are others here. */
  readonly adapt: (text: string) => string;
}

type Deployed = Manifest & { readonly metadata: { readonly generation: number } };

/**
 * What the controllers and a kubelet make of the Deployment `isthmus`, which no test starts: a Pod object, which the API
 * server must admit, its volumes as files, the token of its ServiceAccount if the pod asks for one, the hub as a process
 * with its arguments, and the status of both. One pod stands for all replicas.
 */
export class PodStandIn {
  readonly #place: PodPlace;
  readonly #stop = new AbortController();
  readonly #loop: Promise<void>;
  #process: ServerProcess | undefined;
  #problem: unknown;

  constructor(place: PodPlace) {
    this.#place = place;
    this.#loop = this.#run();
  }

  /** Where the hub answers; fails with what kept the pod from running. */
  url(): string {
    const [, url] = /"url":"([^"]+)"/.exec(this.log()) ?? [];
    if (url === undefined) throw new Error(`the pod does not run: ${this.log()}`, { cause: this.#problem });
    return url;
  }

  log(): string {
    return existsSync(this.logFile) ? readFileSync(this.logFile, 'utf8') : '';
  }

  get logFile(): string {
    return join(this.#place.root, 'log');
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
    await this.#end();
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#reconcile().catch((error: unknown) => {
        this.#problem = error;
      });
      await sleep(200, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }

  async #reconcile(): Promise<void> {
    const reply = await this.#place.cluster.server.call({ path: DEPLOYMENT });
    if (reply.status === 404) return this.#end();
    const deployment = jsonOf(reply, 200) as Deployed;
    await this.#putVolumes(podOf(deployment));
    if (this.#process === undefined) await this.#begin(deployment);
    const { status } = await fetch(`${this.url()}/readyz`);
    if (status === 200) await this.#tellReady(deployment);
  }

  async #begin(deployment: Deployed): Promise<void> {
    const { cluster, root, command } = this.#place;
    const pod = podOf(deployment);
    const metadata = { name: POD, labels: deployment.spec?.template?.metadata.labels };
    const body = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { ...pod, nodeName: NODE } };
    jsonOf(await cluster.server.call({ method: 'POST', path: `${CORE}/pods`, body }), 201, 409);
    const [container] = pod.containers;
    const [program = '', ...words] = [...command, ...(container?.args ?? [])];
    const env = {
      PATH: '/nowhere',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      ...Object.fromEntries((container?.env ?? []).map(({ name, value }) => [name, value ?? ''])),
      ...(await this.#credential(pod)),
    };
    const inRoot = words.map((word) => (word.startsWith('/etc/') ? join(root, word) : word));
    this.#process = new ServerProcess(program, inRoot, { log: this.logFile, env });
  }

  /** The ServiceAccount's token, where a kubelet would mount one. */
  async #credential({ automountServiceAccountToken, serviceAccountName = '' }: PodSpec): Promise<NodeJS.ProcessEnv> {
    if (automountServiceAccountToken !== true) return {};
    const { cluster, root } = this.#place;
    const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 7200 } };
    const path = `${CORE}/serviceaccounts/${serviceAccountName}/token`;
    const reply = await cluster.server.call({ method: 'POST', path, body: request });
    const { token } = (jsonOf(reply, 201) as { readonly status: { readonly token: string } }).status;
    const file = join(root, 'own.kubeconfig');
    writeFileSync(file, cluster.kubeconfig({ token }), { mode: 0o600 });
    return { KUBECONFIG: file };
  }

  async #putVolumes({ containers, volumes = [] }: PodSpec): Promise<void> {
    for (const { name, mountPath } of containers.flatMap(({ volumeMounts = [] }) => volumeMounts)) {
      const volume = volumes.find((one) => one.name === name) as Volume | undefined;
      if (volume?.configMap !== undefined) await this.#putFiles(`configmaps/${volume.configMap.name}`, mountPath);
      if (volume?.secret !== undefined) await this.#putFiles(`secrets/${volume.secret.secretName}`, mountPath);
    }
  }

  async #putFiles(object: string, mountPath: string): Promise<void> {
    const { cluster, root, adapt } = this.#place;
    const { data = {} } = jsonOf(await cluster.server.call({ path: `${CORE}/${object}` }), 200) as Manifest;
    for (const [name, value] of Object.entries(data)) {
      const file = join(root, mountPath, name);
      const text = object.startsWith('secrets/') ? Buffer.from(value, 'base64').toString('utf8') : value;
      const adapted = name === 'isthmus.yaml' ? adapt(text) : text;
      if (existsSync(file) && readFileSync(file, 'utf8') === adapted) continue;
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, adapted);
    }
  }

  async #tellReady({ metadata: { generation }, spec }: Deployed): Promise<void> {
    const { server } = this.#place.cluster;
    const conditions = [{ type: 'Ready', status: 'True' }];
    const pod = { status: { phase: 'Running', conditions } };
    jsonOf(await server.call({ method: 'PATCH', path: `${CORE}/pods/${POD}/status`, body: pod, type: MERGE }), 200);
    const replicas = spec?.replicas ?? 1;
    const all = { replicas, updatedReplicas: replicas, readyReplicas: replicas, availableReplicas: replicas };
    const body = { status: { observedGeneration: generation, ...all } };
    jsonOf(await server.call({ method: 'PATCH', path: `${DEPLOYMENT}/status`, body, type: MERGE }), 200);
  }

  async #end(): Promise<void> {
    if (this.#process === undefined) return;
    await this.#process.stop(5_000);
    this.#process = undefined;
    rmSync(this.logFile, { force: true });
    const path = `${CORE}/pods/${POD}?gracePeriodSeconds=0`;
    await this.#place.cluster.server.call({ method: 'DELETE', path });
  }
}

interface Volume {
  readonly configMap?: { readonly name: string };
  readonly secret?: { readonly secretName: string };
}
