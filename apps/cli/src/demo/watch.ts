import type { Cluster } from './estate.js';
import { CLUSTERS } from './estate.js';
import type { DemoWorld, Hosts } from './world.js';

/** An endpoint that came to or left a host of a cluster. */
export interface Movement {
  readonly cluster: Cluster;
  readonly host: string;
  readonly address: string;
  readonly kind: 'added' | 'removed';
}

/** Looks at the clusters again and again and tells what moved. */
export class ClusterWatch {
  readonly #world: DemoWorld;
  readonly #seen = new Map<Cluster, Hosts>();

  constructor(world: DemoWorld) {
    this.#world = world;
  }

  /** What moved since the last look. */
  async look(): Promise<readonly Movement[]> {
    const moved: Movement[] = [];
    for (const cluster of Object.keys(CLUSTERS) as Cluster[]) {
      const now = await this.#world.hostsOf(cluster);
      moved.push(...difference(cluster, this.#seen.get(cluster) ?? new Map(), now));
      this.#seen.set(cluster, now);
    }
    return moved;
  }

  /** Whether every cluster holds exactly what is registered and healthy: host by host, address by address. */
  isConverged(): boolean {
    return (Object.keys(CLUSTERS) as Cluster[]).every((cluster) => {
      const [live, expected] = [
        this.#seen.get(cluster) ?? new Map<string, readonly string[]>(),
        this.#world.expectedOn(cluster),
      ];
      return (
        live.size === expected.size &&
        [...expected].every(([host, addresses]) => live.get(host)?.join() === addresses.join())
      );
    });
  }

  /** Endpoints that a cluster held at the last look. */
  endpointsOf(cluster: Cluster): number {
    return [...(this.#seen.get(cluster)?.values() ?? [])].reduce((sum, addresses) => sum + addresses.length, 0);
  }

  entriesOf(cluster: Cluster): number {
    return this.#seen.get(cluster)?.size ?? 0;
  }
}

function difference(cluster: Cluster, before: Hosts, after: Hosts): readonly Movement[] {
  const hosts = new Set([...before.keys(), ...after.keys()]);
  return [...hosts].flatMap((host) => {
    const [old, young] = [before.get(host) ?? [], after.get(host) ?? []];
    const added = young
      .filter((address) => !old.includes(address))
      .map((address) => ({ cluster, host, address, kind: 'added' as const }));
    const removed = old
      .filter((address) => !young.includes(address))
      .map((address) => ({ cluster, host, address, kind: 'removed' as const }));
    return [...added, ...removed];
  });
}
