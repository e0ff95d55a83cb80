import { setTimeout as sleep } from 'node:timers/promises';
import { FederatedEstate, eventually, region } from './federated-estate.js';

const US = 'us-east-1';

describe('the federation, at the limits of one answer', () => {
  let estate: FederatedEstate;

  afterEach(() => estate.close());

  it('publishes all 101 services of a namespace', async () => {
    estate = await FederatedEstate.start({
      regions: { [US]: { namespaces: { shop: { generate: { services: 101, instances: 1 } } } } },
      clusters: { one: [US] },
    });
    await estate.startHub();
    await eventually('all are there', () => estate.specs('one').size === 101);
    expect(estate.specs('one').size).toBe(101);
  }, 40_000);

  it('publishes all 1,000 instances of a service, and none of them flaps', async () => {
    estate = await FederatedEstate.start({
      regions: { [US]: { namespaces: { shop: { generate: { services: 1, instances: 1000 } } } } },
      clusters: { one: [US] },
    });
    await estate.startHub();
    const count = (): number =>
      new Set(
        [...estate.specs('one').values()].flatMap(({ endpoints }) => endpoints?.map(({ address }) => address) ?? []),
      ).size;
    await eventually('all are there', () => count() === 1000);
    const writes = estate.writeCounts();
    await sleep(2_000);
    expect(estate.writeCounts()).toEqual(writes);
  }, 40_000);

  it('adds from page 1 and removes nothing while page 2 of 3 is throttled', async () => {
    const generate = { services: 250, instances: 1, firstAddress: '10.1.0.1' };
    estate = await FederatedEstate.start({
      regions: { [US]: { namespaces: { shop: { generate } } } },
      clusters: { one: [US] },
    });
    await estate.startHub();
    await eventually('all are there', () => estate.specs('one').size === 250);
    estate.cloudMap.model.faults.set({ kind: 'failPage', page: 2, operation: 'ListServices' });
    await estate.restartHub();
    await sleep(3_000);
    expect(estate.specs('one').size).toBe(250);
    expect((await estate.clusterStatus('one'))?.plan).toMatchObject({ delete: 0, mark: 0 });
    estate.register(US, 'service-001', '10.9.0.1');
    await eventually(
      'what was read is served',
      () => estate.addresses('one', 'cloudmap-service-001.shop')?.includes('10.9.0.1') === true,
    );
  }, 60_000);

  it('never writes over a foreign object of the same name, and says who has it', async () => {
    estate = await FederatedEstate.start({
      regions: { [US]: region('10.1', ['orders', 'users']) },
      clusters: { one: [US] },
    });
    const metadata = { name: 'cloudmap-orders.shop', namespace: 'isthmus' };
    const foreign = {
      apiVersion: 'networking.istio.io/v1',
      kind: 'ServiceEntry',
      metadata,
      spec: { hosts: ['orders.shop'], resolution: 'NONE' },
    };
    await estate.putByHand('one', foreign);
    await estate.startHub();
    await eventually('the other host is published', () => estate.addresses('one', 'cloudmap-users.shop')?.length === 3);
    await sleep(1_500);
    expect(estate.specs('one').get('cloudmap-orders.shop')).toEqual({ hosts: ['orders.shop'], resolution: 'NONE' });
    expect((await estate.clusterStatus('one'))?.held).toEqual([
      expect.objectContaining({ name: 'cloudmap-orders.shop', reason: 'foreign-owner' }),
    ]);
  }, 40_000);
});
