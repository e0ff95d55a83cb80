import { stringify } from 'yaml';

/** Regions of the demo and the first two octets of their instances. */
export const REGIONS = { 'us-east-1': '10.1', 'eu-west-1': '10.2' } as const;
export type Region = keyof typeof REGIONS;

/** Clusters of the demo and the regions that their routes take. */
export const CLUSTERS = {
  'eks-us': { role: 'primary', regions: ['us-east-1', 'eu-west-1'] },
  'aks-west': { role: 'remote', regions: ['eu-west-1'] },
} as const satisfies Record<string, { readonly role: string; readonly regions: readonly Region[] }>;
export type Cluster = keyof typeof CLUSTERS;

export const ACCOUNT = '111122223333';
export const NAMESPACE = 'shop';

/** What is registered: region → service → address → healthy. The demo's own truth, against which clusters are compared. */
export type Registrations = Record<Region, Record<string, Map<string, boolean>>>;

/** Services of each region with the number of their instances. */
const SERVICES: Record<Region, Record<string, number>> = {
  'us-east-1': { orders: 3, payments: 2, search: 2 },
  'eu-west-1': { orders: 2, payments: 2, ledger: 1 },
};

/** The registrations at the start. */
export function firstRegistrations(): Registrations {
  const of = (region: Region): Record<string, Map<string, boolean>> =>
    Object.fromEntries(
      Object.entries(SERVICES[region]).map(([service, count], index) => [
        service,
        new Map(Array.from({ length: count }, (_, i) => [`${REGIONS[region]}.${index}.${i + 1}`, true])),
      ]),
    );
  return { 'us-east-1': of('us-east-1'), 'eu-west-1': of('eu-west-1') };
}

/** The attributes with which the demo registers an instance: as ECS service discovery does. */
export function attributesOf(region: Region, address: string): Record<string, string> {
  const zone = 'abc'[Number(address.split('.')[3]) % 3] ?? 'a';
  return {
    AWS_INSTANCE_IPV4: address,
    AWS_INSTANCE_PORT: '8080',
    AVAILABILITY_ZONE: `${region}${zone}`,
    REGION: region,
  };
}

export function instanceId(address: string): string {
  return `task-${address.replaceAll('.', '-')}`;
}

/** The seed of the Cloud Map emulator. */
export function seedOf(registrations: Registrations): string {
  const regions = (Object.keys(REGIONS) as Region[]).map((region) => {
    const services = Object.entries(registrations[region]).map(([service, instances]) => {
      const seeded = [...instances.keys()].map((address) => [
        instanceId(address),
        { attributes: attributesOf(region, address) },
      ]);
      return [service, { health: 'custom', instances: Object.fromEntries(seeded) }];
    });
    return [region, { namespaces: { [NAMESPACE]: { services: Object.fromEntries(services) } } }];
  });
  return stringify({ accounts: { [ACCOUNT]: Object.fromEntries(regions) } });
}

/** Shorter than the defaults of 15 s, 10 s and 2 s, for the same reason. */
export const PAIR_TIMINGS = { lease: '6s', renewDeadline: '4s', retry: '1s' };

/** The `isthmus.yaml` of the demo: short intervals, so that a person need not wait. */
export function configOf(site: {
  readonly cloudMapUrl: string;
  readonly port: number;
  readonly kubeconfigs: Record<Cluster, string>;
  /** Of a pair of replicas; undefined: one replica on the embedded store. */
  readonly redisUrl: string | undefined;
}): string {
  const source = (region: Region): object => ({
    name: region,
    region,
    account: ACCOUNT,
    endpoint: site.cloudMapUrl,
    poll: { hot: '1s', warm: '1s', cold: '2s', catalogue: '3s' },
    limits: { listServicesPerSecond: 10, listNamespacesPerSecond: 5 },
  });
  const cluster = (name: Cluster): object => ({
    name,
    role: CLUSTERS[name].role,
    ...(CLUSTERS[name].role === 'remote' ? { primary: 'eks-us' } : {}),
    kubeconfig: { file: site.kubeconfigs[name] },
    mode: 'sync',
    sweep: '5s',
    routes: [{ from: { regions: [...CLUSTERS[name].regions], namespaces: ['shop*'] } }],
  });
  return stringify({
    apiVersion: 'isthmus.dev/v1',
    hub: { name: 'demo', http: { host: '127.0.0.1', port: site.port } },
    ...(site.redisUrl === undefined ? {} : { store: { redis: { url: site.redisUrl } }, election: PAIR_TIMINGS }),
    sources: (Object.keys(REGIONS) as Region[]).map(source),
    clusters: (Object.keys(CLUSTERS) as Cluster[]).map(cluster),
  });
}

/** Host → addresses that a cluster should hold: healthy ones of the regions that its routes take, sorted. */
export function expectedOn(cluster: Cluster, registrations: Registrations): ReadonlyMap<string, readonly string[]> {
  const hosts = new Map<string, string[]>();
  for (const region of CLUSTERS[cluster].regions) {
    for (const [service, instances] of Object.entries(registrations[region])) {
      const addresses = [...instances].filter(([, isHealthy]) => isHealthy).map(([address]) => address);
      const host = `${service}.${NAMESPACE}`;
      hosts.set(host, [...(hosts.get(host) ?? []), ...addresses].toSorted());
    }
  }
  return hosts;
}
