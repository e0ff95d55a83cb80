import type { ServiceReport } from '@isthmus/emulation';
import { CloudMapModel } from '@isthmus/emulation';

import type { Dice } from './dice.js';
import { Truth, TrueService } from './truth.js';
import type { VirtualTime } from './virtual-time.js';

export const ACCOUNT = '111122223333';
export const REGIONS = ['us-east-1', 'eu-west-1'] as const;
/** An attribute that no route uses: it must never leave the adapter. */
export const CANARY = 'canary-attribute';
const CANARY_ATTRIBUTE = 'DB_PASSWORD';

/** Services by region; those in both become one host. */
const SERVICES: Readonly<Record<(typeof REGIONS)[number], readonly string[]>> = {
  'us-east-1': ['cart', 'orders', 'users', 'mail', 'stock'],
  'eu-west-1': ['cart', 'orders', 'pay', 'geo', 'tax'],
};
/** Never an endpoint and never a host, whatever happens. */
const HOSTILE = { name: 'evil', addresses: ['127.0.0.1', '169.254.169.254'] } as const;
const STOLEN_NAME = 'kubernetes.default.svc';

export interface EstateOptions {
  readonly time: VirtualTime;
  readonly dice: Dice;
  readonly epochMs: number;
  /** Mean time between two changes. */
  readonly changeEveryMs: number;
}

/** What people and schedulers do with services: it changes Cloud Map, and records what is true. */
export class Estate {
  readonly model: CloudMapModel;
  readonly truth = new Truth();
  readonly #options: EstateOptions;
  #addresses = 0;
  #isQuiet = false;

  constructor(options: EstateOptions) {
    const { time, dice, epochMs } = options;
    this.#options = options;
    const random = dice.fork('model');
    this.model = new CloudMapModel({
      nowMs: () => epochMs + time.nowMs,
      random: () => random.next(),
      callLogSize: 1,
    });
    this.#found();
  }

  /** Changes go on until `rest`. */
  plan(): void {
    const { time, dice, changeEveryMs } = this.#options;
    time.every(
      () => dice.exponential(changeEveryMs),
      () => {
        if (!this.#isQuiet) this.#change();
      },
    );
  }

  /** Nothing changes any more. */
  rest(): void {
    this.#isQuiet = true;
  }

  #found(): void {
    const { dice } = this.#options;
    for (const region of REGIONS) {
      const services = SERVICES[region].map((name) => [name, { health: dice.chance(0.5) ? 'custom' : 'none' }]);
      const hostile = [HOSTILE.name, STOLEN_NAME].map((name) => [name, {}]);
      const namespaces = { shop: { services: Object.fromEntries([...services, ...hostile]) as unknown } };
      this.model.seed({ accounts: { [ACCOUNT]: { [region]: { namespaces } } } });
      for (const service of this.#reported(region)) {
        this.truth.add(new TrueService({ id: service.id, region, name: service.name, createdAtMs: 0 }));
      }
      for (const name of SERVICES[region]) {
        for (let count = dice.whole(1, 4); count > 0; count--) this.#register(region, name);
      }
      for (const address of HOSTILE.addresses) this.#register(region, HOSTILE.name, address);
      this.#register(region, STOLEN_NAME);
    }
  }

  #change(): void {
    const { dice } = this.#options;
    const region = dice.pick(REGIONS) ?? REGIONS[0];
    const name = dice.pick(SERVICES[region]) ?? '';
    const service = this.truth.find(region, name);
    if (service === undefined) return this.#create(region, name);
    const kind = dice.next();
    if (kind < 0.3) this.#register(region, name);
    else if (kind < 0.52) this.#deregister(service, dice.whole(1, 2));
    else if (kind < 0.72) this.#rollOut(service);
    else if (kind < 0.84) this.#flip(service);
    else if (kind < 0.89) this.#deregister(service, service.addresses.size);
    else if (kind < 0.93) this.#delete(service);
    else if (kind < 0.97) this.#recreate(service);
    else this.#collapse(region);
  }

  /** Half of the time or more of a region is deregistered at once. */
  #collapse(region: string): void {
    const { dice } = this.#options;
    if (!dice.chance(0.3)) return;
    for (const service of this.truth.live) {
      const isPlain = service.name !== HOSTILE.name && service.name !== STOLEN_NAME;
      if (service.region === region && isPlain && dice.chance(0.85)) this.#deregister(service, service.addresses.size);
    }
  }

  #rollOut(service: TrueService): void {
    const old = service.addresses.size;
    for (let count = 0; count < Math.max(1, old); count++) this.#register(service.region, service.name);
    this.#deregister(service, old);
  }

  #flip(service: TrueService): void {
    const { dice, time } = this.#options;
    const id = dice.pick([...service.addresses]);
    if (id === undefined || !this.#hasHealth(service)) return;
    const isHealthy = dice.chance(0.5);
    const place = { account: ACCOUNT, region: service.region, namespace: 'shop', service: service.name, id };
    this.model.setHealth(place, isHealthy ? 'HEALTHY' : 'UNHEALTHY');
    service.setHealth(id, isHealthy, time.nowMs);
  }

  #hasHealth(service: TrueService): boolean {
    const instances = this.#report(service)?.instances ?? [];
    return instances.some(({ health }) => health !== 'UNKNOWN');
  }

  /** The address is the id of the instance too. */
  #register(region: string, name: string, address = this.#newAddress(region)): void {
    const service = this.truth.find(region, name);
    if (service === undefined) return;
    const attributes = { AWS_INSTANCE_IPV4: address, [CANARY_ATTRIBUTE]: CANARY };
    this.model.putInstance({ account: ACCOUNT, region, namespace: 'shop', service: name, id: address }, attributes);
    this.truth.assign(address, service);
    this.#record(service);
  }

  #deregister(service: TrueService, count: number): void {
    const oldest = [...service.addresses].slice(0, count);
    for (const id of oldest) {
      this.model.removeInstance({
        account: ACCOUNT,
        region: service.region,
        namespace: 'shop',
        service: service.name,
        id,
      });
      this.#record(service);
    }
  }

  #create(region: string, name: string): void {
    const { dice, time } = this.#options;
    const namespaceId = this.model.report().namespaces.find((namespace) => namespace.region === region)?.id ?? '';
    const input = { Name: name, NamespaceId: namespaceId };
    this.model.execute({ account: ACCOUNT, region, operation: 'CreateService', input });
    const id = this.#reported(region).find((service) => service.name === name)?.id ?? '';
    this.truth.add(new TrueService({ id, region, name, createdAtMs: time.nowMs }));
    for (let count = dice.whole(0, 3); count > 0; count--) this.#register(region, name);
  }

  #delete(service: TrueService): void {
    this.#deregister(service, service.addresses.size);
    const { region, id } = service;
    this.model.execute({ account: ACCOUNT, region, operation: 'DeleteService', input: { Id: id } });
    service.deletedAtMs = this.#options.time.nowMs;
  }

  #recreate(service: TrueService): void {
    this.#delete(service);
    this.#create(service.region, service.name);
  }

  #record(service: TrueService): void {
    const report = this.#report(service);
    if (report === undefined) return;
    const addresses = new Set(report.instances.map(({ id }) => id));
    service.changed({ revision: report.revision, addresses, sinceMs: this.#options.time.nowMs });
  }

  #report(service: TrueService): ServiceReport | undefined {
    return this.#reported(service.region).find(({ id }) => id === service.id);
  }

  #reported(region: string): readonly ServiceReport[] {
    return this.model
      .report()
      .namespaces.filter((namespace) => namespace.region === region)
      .flatMap(({ services }) => services);
  }

  #newAddress(region: string): string {
    this.#addresses++;
    return `10.${REGIONS.indexOf(region as (typeof REGIONS)[number]) + 1}.${this.#addresses >> 8}.${this.#addresses & 255}`;
  }
}
