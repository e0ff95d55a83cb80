/** The account of every region here. */
export const ACCOUNT = '111122223333';
/** The regions, with the first two octets of their instances. */
export const REGIONS = { 'us-east-1': '10.1', 'eu-west-1': '10.2' } as const;
export type Region = keyof typeof REGIONS;

/** The clusters, with their role and the regions that they take. */
export const CLUSTERS = {
  'eks-us': { role: 'primary', regions: ['us-east-1', 'eu-west-1'] },
  'aks-west': { role: 'remote', regions: ['eu-west-1'] },
} as const satisfies Record<string, { readonly role: string; readonly regions: readonly Region[] }>;
export type ClusterName = keyof typeof CLUSTERS;
export const CLUSTER_NAMES = ['eks-us', 'aks-west'] as const satisfies readonly ClusterName[];

/** Services of each region; those of one name are one host where both regions are taken. */
const SERVICES: Readonly<Record<Region, readonly string[]>> = {
  'us-east-1': ['orders', 'payments', 'search'],
  'eu-west-1': ['orders', 'payments', 'ledger'],
};

/** Host → sorted addresses. */
export type Hosts = Readonly<Record<string, readonly string[]>>;

/** Whether two clusters hold the same hosts with the same addresses. */
export function sameHosts(a: Hosts, b: Hosts): boolean {
  const text = (hosts: Hosts): string =>
    JSON.stringify(
      Object.keys(hosts)
        .toSorted()
        .map((host) => [host, hosts[host]]),
    );
  return text(a) === text(b);
}

/** What is registered in Cloud Map: the truth with which clusters are compared. */
export class Registrations {
  readonly #addresses = new Map<string, Set<string>>();

  constructor() {
    for (const region of Object.keys(REGIONS) as Region[]) {
      SERVICES[region].forEach((service, i) => {
        const addresses = [1, 2, 3].map((last) => `${REGIONS[region]}.${i}.${last}`);
        this.#addresses.set(`${region} ${service}`, new Set(addresses));
      });
    }
  }

  services(region: Region): readonly string[] {
    return SERVICES[region];
  }

  addresses(region: Region, service: string): readonly string[] {
    return [...(this.#addresses.get(`${region} ${service}`) ?? [])];
  }

  add(region: Region, service: string, address: string): void {
    this.#addresses.get(`${region} ${service}`)?.add(address);
  }

  remove(region: Region, service: string, address: string): void {
    this.#addresses.get(`${region} ${service}`)?.delete(address);
  }

  /** What a cluster should hold. */
  expectedOn(cluster: ClusterName): Hosts {
    const hosts = new Map<string, readonly string[]>();
    for (const region of CLUSTERS[cluster].regions) {
      for (const service of this.services(region)) {
        const host = `${service}.shop`;
        hosts.set(host, [...(hosts.get(host) ?? []), ...this.addresses(region, service)].toSorted());
      }
    }
    return Object.fromEntries(hosts);
  }

  /** The seed of the Cloud Map emulator. */
  seed(): object {
    const regions = (Object.keys(REGIONS) as Region[]).map((region) => {
      const services = this.services(region).map((service) => {
        const instances = this.addresses(region, service).map((address) => [
          `i-${address}`,
          { attributes: attributesOf(address) },
        ]);
        return [service, { health: 'custom', instances: Object.fromEntries(instances) }];
      });
      return [region, { namespaces: { shop: { services: Object.fromEntries(services) } } }];
    });
    return { accounts: { [ACCOUNT]: Object.fromEntries(regions) } };
  }
}

/** What an instance is registered with. */
export function attributesOf(address: string): Readonly<Record<string, string>> {
  return { AWS_INSTANCE_IPV4: address, AWS_INSTANCE_PORT: '8080' };
}
