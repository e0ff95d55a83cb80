import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster, Region, Registrations } from './estate.js';
import {
  CLUSTERS,
  NAMESPACE,
  attributesOf,
  configOf,
  expectedOn,
  firstRegistrations,
  instanceId,
  seedOf,
} from './estate.js';
import type { Part } from './processes.js';
import { freePort, startEmulator, startPart } from './processes.js';
import type { Peer } from './remote.js';
import { callJson, peerOf, readHosts } from './remote.js';

/** Host → addresses of one cluster. */
export type Hosts = ReadonlyMap<string, readonly string[]>;

/** What the demo reads of `/api/v1/status`. */
export interface DemoStatus {
  readonly replica: string;
  readonly leader: { readonly isLeader: boolean; readonly holder: string; readonly epoch: number };
  readonly store: { readonly error: { readonly code: string } | null };
  readonly sources: readonly {
    readonly name: string;
    readonly state: string;
    readonly services: number;
    readonly instances: number;
    readonly error: { readonly code: string } | null;
  }[];
  readonly clusters: readonly {
    readonly name: string;
    readonly sync: string;
    readonly connection: string;
    readonly warnings: readonly string[];
  }[];
}

/** One process of the hub. */
interface Replica {
  readonly url: string;
  readonly configFile: string;
  part: Part | undefined;
}

/** Two regions, two clusters and a hub or several, each a process of its own, and the truth about what is registered. */
export class DemoWorld {
  readonly folder: string;
  readonly #registrations: Registrations = firstRegistrations();
  readonly #parts: Part[] = [];
  readonly #clusters = new Map<Cluster, Peer>();
  #cloudMap: Peer = { url: '' };
  readonly #hubs = new Map<string, Replica>();

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Starts everything but the hubs; `redisUrl`: where several replicas of the hub meet. */
  static async start(replicas: readonly string[] = ['hub'], redisUrl?: string): Promise<DemoWorld> {
    const world = new DemoWorld(await mkdtemp(join(tmpdir(), 'isthmus-demo-')));
    try {
      await world.#startEmulators(replicas, redisUrl);
      return world;
    } catch (error) {
      await world.stop(true);
      throw error;
    }
  }

  async #startEmulators(replicas: readonly string[], redisUrl: string | undefined): Promise<void> {
    const at = (file: string): string => join(this.folder, file);
    await writeFile(at('cloud-map.yaml'), seedOf(this.#registrations));
    const cloudMap = await startEmulator('cloud-map-emulator', ['--seed', at('cloud-map.yaml')], at('cloud-map.log'));
    this.#parts.push(cloudMap);
    this.#cloudMap = { url: cloudMap.url };
    const kubeconfigs: Record<string, string> = {};
    for (const name of Object.keys(CLUSTERS) as Cluster[]) {
      kubeconfigs[name] = at(`${name}.kubeconfig`);
      const admin = at(`${name}.admin.kubeconfig`);
      const words = ['--name', name, '--kubeconfig-out', kubeconfigs[name], '--admin-kubeconfig-out', admin];
      this.#parts.push(await startEmulator('kube-emulator', words, at(`${name}.log`)));
      this.#clusters.set(name, await peerOf(admin));
    }
    for (const name of replicas) {
      const port = await freePort();
      const configFile = at(`${name}.yaml`);
      this.#hubs.set(name, { url: `http://127.0.0.1:${port}`, configFile, part: undefined });
      await writeFile(configFile, configOf({ cloudMapUrl: cloudMap.url, port, kubeconfigs, redisUrl }));
    }
  }

  /** Starts a hub as `isthmus serve` does. */
  startHub(name = 'hub'): void {
    const hub = this.#replica(name);
    hub.part = startPart('cli', ['serve', '-c', hub.configFile], join(this.folder, `${name}.log`));
  }

  /** Takes a hub down as a crash does. */
  async killHub(name: string): Promise<void> {
    await this.#replica(name).part?.kill();
  }

  /** Ends a hub with SIGTERM and starts it again: it remembers nothing. */
  async restartHub(name = 'hub'): Promise<number | null> {
    const exitCode = await this.#replica(name).part?.stop();
    this.startHub(name);
    return exitCode ?? null;
  }

  /** Ends every process; the folder goes too unless somebody should look into it. */
  async stop(keepsFolder = false): Promise<void> {
    await Promise.all([...this.#hubs.values()].flatMap(({ part }) => part?.stop() ?? []));
    await Promise.all(this.#parts.map((part) => part.stop()));
    if (!keepsFolder) await rm(this.folder, { recursive: true, force: true });
  }

  /** False once a process has ended that should run. */
  isAlive(): boolean {
    const hubs = [...this.#hubs.values()].map(({ part }) => part);
    return [...this.#parts, ...hubs].every((part) => part?.hasEnded() !== true);
  }

  async register(region: Region, service: string, address: string): Promise<void> {
    const body = { ...this.#place(region, service, address), attributes: attributesOf(region, address) };
    await callJson(this.#cloudMap, { method: 'POST', path: '/_admin/instances', body });
    this.#registrations[region][service]?.set(address, true);
  }

  async deregister(region: Region, service: string, address: string): Promise<void> {
    await callJson(this.#cloudMap, {
      method: 'DELETE',
      path: '/_admin/instances',
      body: this.#place(region, service, address),
    });
    this.#registrations[region][service]?.delete(address);
  }

  async setHealth(
    place: { readonly region: Region; readonly service: string; readonly address: string },
    isHealthy: boolean,
  ): Promise<void> {
    const { region, service, address } = place;
    const body = { ...this.#place(region, service, address), status: isHealthy ? 'HEALTHY' : 'UNHEALTHY' };
    await callJson(this.#cloudMap, { method: 'POST', path: '/_admin/health', body });
    this.#registrations[region][service]?.set(address, isHealthy);
  }

  /** From now on every request to a region is accepted and never answered. */
  async darken(region: Region): Promise<void> {
    await callJson(this.#cloudMap, {
      method: 'POST',
      path: '/_admin/faults',
      body: { kind: 'outage', region, mode: 'hang' },
    });
  }

  async brighten(): Promise<void> {
    await callJson(this.#cloudMap, { method: 'DELETE', path: '/_admin/faults' });
  }

  /** What a cluster holds now, as its API server says. */
  async hostsOf(cluster: Cluster): Promise<Hosts> {
    const peer = this.#clusters.get(cluster);
    if (peer === undefined) throw new Error(`no cluster ${cluster}`);
    return readHosts(peer);
  }

  /** Writes that the API servers of all clusters have received since they started. */
  async writes(): Promise<number> {
    let sum = 0;
    for (const peer of this.#clusters.values()) {
      sum += ((await callJson(peer, { method: 'GET', path: '/_admin/calls' })) as { readonly writeCount: number })
        .writeCount;
    }
    return sum;
  }

  /** What a cluster should hold by what is registered and healthy now. */
  expectedOn(cluster: Cluster): Hosts {
    return expectedOn(cluster, this.#registrations);
  }

  addressesOf(region: Region, service: string): readonly string[] {
    return [...(this.#registrations[region][service]?.keys() ?? [])];
  }

  /** A hub's status, or undefined while it does not answer. */
  async status(name = 'hub'): Promise<DemoStatus | undefined> {
    try {
      return (await callJson(
        { url: this.#replica(name).url },
        { method: 'GET', path: '/api/v1/status' },
      )) as DemoStatus;
    } catch {
      return undefined;
    }
  }

  #replica(name: string): Replica {
    const replica = this.#hubs.get(name);
    if (replica === undefined) throw new Error(`no replica ${name}`);
    return replica;
  }

  #place(region: Region, service: string, address: string): object {
    return { region, namespace: NAMESPACE, service, id: instanceId(address) };
  }
}
