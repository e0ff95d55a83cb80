import type { EntrySpec } from './federated-estate.js';
import { ACCOUNT, FederatedEstate, eventually } from './federated-estate.js';

const SERVICES = 300;
const INSTANCES = 20;
const REGIONS = ['us-east-1', 'eu-west-1'];
const CLUSTERS = { both: REGIONS, america: ['us-east-1'], europe: ['eu-west-1'] };

/** The oracle: what a cluster should hold, built from Cloud Map's own state and from the documented rules alone. */
function expectedSpecs(estate: FederatedEstate, regions: readonly string[]): ReadonlyMap<string, EntrySpec> {
  const specs = new Map<string, EntrySpec>();
  const namespaces = estate.cloudMap.model.report().namespaces.filter(({ region }) => regions.includes(region));
  for (const { region, name, services } of namespaces.toSorted((a, b) => (a.region < b.region ? -1 : 1))) {
    for (const service of services) {
      const host = `${service.name}.${name}`;
      const endpoints = service.instances
        .map(({ attributes }) => ({
          address: attributes['AWS_INSTANCE_IPV4'] ?? '',
          ports: { http: Number(attributes['AWS_INSTANCE_PORT']) },
          locality: `${region}/${attributes['AVAILABILITY_ZONE']}`,
        }))
        .toSorted((a, b) => (a.address < b.address ? -1 : 1));
      const others = specs.get(`cloudmap-${host}`)?.endpoints ?? [];
      specs.set(`cloudmap-${host}`, {
        hosts: [host],
        location: 'MESH_EXTERNAL',
        resolution: 'STATIC',
        ports: [{ number: 8080, name: 'http', protocol: 'HTTP' }],
        endpoints: [...others, ...endpoints],
      } as EntrySpec);
    }
  }
  return specs;
}

function isConverged(estate: FederatedEstate, cluster: string, regions: readonly string[]): boolean {
  const [live, expected] = [estate.specs(cluster), expectedSpecs(estate, regions)];
  const count = (specs: ReadonlyMap<string, EntrySpec>): number =>
    [...specs.values()].reduce((sum, { endpoints }) => sum + (endpoints?.length ?? 0), 0);
  return live.size === expected.size && count(live) === count(expected);
}

describe('two sources of 300 services with 20 instances each, three clusters with different mappings', () => {
  let estate: FederatedEstate;

  beforeAll(async () => {
    const generate = { services: SERVICES, instances: INSTANCES, shape: 'ecs' };
    estate = await FederatedEstate.start({
      regions: Object.fromEntries(
        REGIONS.map((region, i) => [
          region,
          { namespaces: { shop: { generate: { ...generate, firstAddress: `10.${i + 1}.0.1` } } } },
        ]),
      ),
      clusters: CLUSTERS,
      source: { poll: { hot: '2s', warm: '5s', cold: '5s', catalogue: '2s' } },
    });
    await estate.startHub();
    for (const [cluster, regions] of Object.entries(CLUSTERS)) {
      await eventually(`${cluster} converges`, () => isConverged(estate, cluster, regions), 300_000);
    }
  }, 240_000);

  afterAll(() => estate.close());

  it.each(Object.entries(CLUSTERS))('converge to exactly the desired objects in %s', (cluster, regions) => {
    expect(Object.fromEntries(estate.specs(cluster))).toEqual(Object.fromEntries(expectedSpecs(estate, regions)));
  });

  it('are left alone by one more catalogue pass, one more poll of each service, in random order, and one more sweep', async () => {
    const before = estate.writeCounts();
    estate.cloudMap.model.callLog.reset();
    for (const cluster of Object.keys(CLUSTERS)) estate.cluster(cluster).model.log.reset();
    const called = (operation: string): number =>
      estate.cloudMap.model.callLog
        .counts()
        .filter((call) => call.operation === operation)
        .reduce((sum, { count }) => sum + count, 0);
    const swept = (cluster: string): number => estate.cluster(cluster).model.log.counts()['list 200'] ?? 0;
    await eventually(
      'every service was polled again',
      () => called('DiscoverInstances') >= 2 * SERVICES * REGIONS.length,
      120_000,
    );
    await eventually('the catalogue was read again', () => called('ListServices') >= 4 * REGIONS.length, 60_000);
    await eventually('every cluster was swept again', () =>
      Object.keys(CLUSTERS).every((cluster) => swept(cluster) >= 1),
    );
    expect(before.every((count) => count > 0)).toBe(true);
    expect(estate.writeCounts()).toEqual([0, 0, 0]);
  }, 240_000);

  it('get a new instance where its region is mapped, by one write each, and nowhere else', async () => {
    for (const cluster of Object.keys(CLUSTERS)) estate.cluster(cluster).model.log.reset();
    const place = { account: ACCOUNT, region: 'eu-west-1', namespace: 'shop', service: 'service-007', id: 'new' };
    estate.cloudMap.model.putInstance(place, {
      AWS_INSTANCE_IPV4: '10.2.99.1',
      AWS_INSTANCE_PORT: '8080',
      AVAILABILITY_ZONE: 'eu-west-1a',
    });
    const has = (cluster: string): boolean =>
      estate.addresses(cluster, 'cloudmap-service-007.shop')?.includes('10.2.99.1') === true;
    await eventually('the instance is in both clusters that take its region', () => has('both') && has('europe'));
    expect(estate.writeCounts()).toEqual([1, 0, 1]);
  });

  it('are written over kept connections', () => {
    for (const cluster of Object.keys(CLUSTERS))
      expect(estate.cluster(cluster).tlsConnectionCount()).toBeLessThanOrEqual(12);
  });
});
