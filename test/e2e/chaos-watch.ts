import { setTimeout as sleep } from 'node:timers/promises';
import type { HubSite } from './hub-site.js';
import type { ClusterName, Hosts } from './registrations.js';
import { CLUSTER_NAMES } from './registrations.js';

const EVERY_MS = 100;

/**
 * Looks at every cluster all the time, whenever it answers, and notes what must never be seen: an endpoint missing that
 * was registered all along, or an object of somebody else that is gone or another one.
 */
export class ChaosWatch {
  readonly #hub: HubSite;
  readonly #lasting: ReadonlyMap<ClusterName, Hosts>;
  readonly #foreign: ReadonlyMap<ClusterName, string>;
  readonly #violations: string[] = [];
  readonly #ending = new AbortController();
  #looks = 0;
  #ended: Promise<unknown> = Promise.resolve();

  private constructor(
    hub: HubSite,
    lasting: ReadonlyMap<ClusterName, Hosts>,
    foreign: ReadonlyMap<ClusterName, string>,
  ) {
    this.#hub = hub;
    this.#lasting = lasting;
    this.#foreign = foreign;
  }

  /** Starts to look at clusters that hold what they should; `isLasting` says which addresses will stay registered. */
  static async start(hub: HubSite, isLasting: (address: string) => boolean): Promise<ChaosWatch> {
    const lasting = new Map<ClusterName, Hosts>();
    const foreign = new Map<ClusterName, string>();
    for (const name of CLUSTER_NAMES) {
      const hosts = Object.entries(hub.registrations.expectedOn(name));
      lasting.set(name, Object.fromEntries(hosts.map(([host, addresses]) => [host, addresses.filter(isLasting)])));
      foreign.set(name, (await hub.foreign(name)).join(', '));
    }
    const watch = new ChaosWatch(hub, lasting, foreign);
    watch.#ended = Promise.all(CLUSTER_NAMES.map((name) => watch.#run(name)));
    return watch;
  }

  /** What was seen and must not be, and how often the clusters were looked at since the last call. */
  report(): { readonly violations: readonly string[]; readonly looks: number } {
    const report = { violations: this.#violations.splice(0), looks: this.#looks };
    this.#looks = 0;
    return report;
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#ended;
  }

  async #run(name: ClusterName): Promise<void> {
    while (!this.#ending.signal.aborted) {
      await this.#look(name);
      await sleep(EVERY_MS);
    }
  }

  async #look(name: ClusterName): Promise<void> {
    const seen = await this.#read(name);
    if (seen === undefined) return;
    this.#looks += 1;
    for (const [host, addresses] of Object.entries(this.#lasting.get(name) ?? {})) {
      const missing = addresses.filter((address) => seen.hosts[host]?.includes(address) !== true);
      if (missing.length > 0) this.#violations.push(`${name} ${host} lost ${missing.join(' ')}`);
    }
    if (seen.foreign !== this.#foreign.get(name)) this.#violations.push(`${name}: foreign objects are ${seen.foreign}`);
  }

  /** Undefined while the API server does not answer: nothing was seen. */
  async #read(name: ClusterName): Promise<{ readonly hosts: Hosts; readonly foreign: string } | undefined> {
    try {
      return { hosts: await this.#hub.hosts(name), foreign: (await this.#hub.foreign(name)).join(', ') };
    } catch {
      return undefined;
    }
  }
}
