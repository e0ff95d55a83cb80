import { setTimeout as sleep } from 'node:timers/promises';
import type { Kill, Victim } from './chaos-plan.js';
import { planKills } from './chaos-plan.js';
import { ChaosWatch } from './chaos-watch.js';
import { HubSite } from './hub-site.js';
import type { Region } from './registrations.js';
import { REGIONS } from './registrations.js';
import { describeOnServers } from './servers/index.js';

const COUNT = Number(process.env['ISTHMUS_KILLS'] ?? '5');
const SEED = Number(process.env['ISTHMUS_SEED'] ?? String(Date.now() % 1_000_000));
/** Breakers may rest for some seconds before they try again. */
const CONVERGES_WITHIN_MS = 120_000;
const CHURN_EVERY_MS = 60;

describeOnServers(`kills at random moments, first seed ${SEED}`, (binaries) => {
  let hub: HubSite;
  let watch: ChaosWatch;

  beforeAll(async () => {
    hub = await HubSite.start(binaries);
    hub.startHub();
    await hub.expectConverged();
    await hub.putForeign();
    watch = await ChaosWatch.start(hub, isLasting);
  }, 120_000);
  afterAll(async () => {
    await watch.stop();
    await hub.stop();
  });

  it.each(planKills(SEED, COUNT).map((kill) => [sentence(kill), kill] as const))(
    'lose no endpoint and touch nothing of others: %s',
    async (_, kill) => {
      const churn = new Churn(hub, kill.seed);
      const churning = churn.run();
      await sleep(kill.afterMs);
      await Promise.all(kill.victims.map((victim) => strike(hub, victim)));
      await sleep(kill.awayMs);
      await Promise.all(kill.victims.map((victim) => raise(hub, victim)));
      churn.end();
      await churning;
      await hub.expectConverged(undefined, CONVERGES_WITHIN_MS);
      const { violations, looks } = watch.report();
      process.stderr.write(`${sentence(kill)}: ${looks} looks, ${violations.length} violations\n`);
      expect(violations).toEqual([]);
      expect(looks).toBeGreaterThan(0);
    },
    CONVERGES_WITHIN_MS + 60_000,
  );
});

function sentence({ seed, victims, afterMs, awayMs }: Kill): string {
  return `seed ${seed}, ${victims.join(' and ')} killed after ${afterMs} ms, away for ${awayMs} ms`;
}

/** Instances that no churn takes away. */
function isLasting(address: string): boolean {
  return Number(address.split('.')[3]) <= 3;
}

async function strike(hub: HubSite, victim: Victim): Promise<void> {
  switch (victim) {
    case 'hub':
      return hub.killHub();
    case 'etcd':
      return hub.site.etcd.kill();
    case 'cloud-map':
      return hub.freezeCloudMap();
    case 'eks-us':
    case 'aks-west':
      return hub.cluster(victim).server.kill();
  }
}

async function raise(hub: HubSite, victim: Victim): Promise<void> {
  switch (victim) {
    case 'hub':
      return hub.startHub();
    case 'etcd':
      return hub.site.etcd.start();
    case 'cloud-map':
      return hub.thawCloudMap();
    case 'eks-us':
    case 'aks-west':
      return hub.cluster(victim).server.start();
  }
}

/** Instances that come and go, one after the other, until it is ended. */
class Churn {
  readonly #hub: HubSite;
  #next: number;
  #isEnded = false;

  constructor(hub: HubSite, seed: number) {
    this.#hub = hub;
    this.#next = seed;
  }

  end(): void {
    this.#isEnded = true;
  }

  async run(): Promise<void> {
    while (!this.#isEnded) {
      await this.#change();
      await sleep(CHURN_EVERY_MS);
    }
  }

  async #change(): Promise<void> {
    const regions = Object.keys(REGIONS) as Region[];
    const region = regions[this.#next % regions.length] ?? 'us-east-1';
    const services = this.#hub.registrations.services(region);
    const index = Math.floor(this.#next / 2) % services.length;
    const service = services[index] ?? '';
    const address = `${REGIONS[region]}.${index}.${4 + (Math.floor(this.#next / 6) % 2)}`;
    this.#next += 1;
    const isThere = this.#hub.registrations.addresses(region, service).includes(address);
    if (isThere) await this.#hub.deregister(region, service, address);
    else await this.#hub.register(region, service, address);
  }
}
