import { setTimeout as sleep } from 'node:timers/promises';
import { FederatedEstate, eventually, region } from './federated-estate.js';

const US = 'us-east-1';
const EU = 'eu-west-1';

const SHARED = ['orders', 'payments', 'search', 'users'];
const ESTATE = {
  regions: { [US]: region('10.1', SHARED), [EU]: region('10.2', SHARED) },
  clusters: { both: [US, EU], europe: [EU] },
};
/** Long enough for several polls, catalogue passes, proofs and grace periods of the test configuration. */
const A_WHILE_MS = 2_500;

type Specs = Readonly<Record<string, unknown>>;

describe('the federation', () => {
  let estate: FederatedEstate;
  const specs = (): Specs => ({
    both: Object.fromEntries(estate.specs('both')),
    europe: Object.fromEntries(estate.specs('europe')),
  });
  const endpoints = (cluster: string): number =>
    [...estate.specs(cluster).values()].reduce((sum, spec) => sum + (spec.endpoints?.length ?? 0), 0);
  const converged = (): boolean => endpoints('both') === 24 && endpoints('europe') === 12;
  const expectNothingWrittenFor = async (ms: number): Promise<void> => {
    const [before, writes] = [specs(), estate.writeCounts()];
    await sleep(ms);
    expect(estate.writeCounts()).toEqual(writes);
    expect(specs()).toEqual(before);
  };

  beforeEach(async () => {
    estate = await FederatedEstate.start(ESTATE);
    await estate.startHub();
    await eventually('both clusters converge', converged);
  }, 30_000);

  afterEach(() => estate.close());

  it('writes nothing when the first poll after a restart fails, and goes on where it was when it succeeds', async () => {
    await estate.stopHub();
    estate.cloudMap.model.faults.set({ kind: 'throttle' });
    await estate.startHub();
    await expectNothingWrittenFor(A_WHILE_MS);
    // The SDK backs off for seconds before it gives up.
    await eventually('the status says why', async () => {
      const status = await estate.sourceStatus(US);
      return status?.state === 'throttled' && status.error?.code === 'throttled';
    });
    estate.cloudMap.model.faults.clear();
    estate.register(US, 'orders', '10.1.0.9');
    await eventually(
      'the objects from before the restart are updated',
      () => estate.addresses('both', 'cloudmap-orders.shop')?.includes('10.1.0.9') === true,
    );
  }, 40_000);

  it('removes nothing when every answer is empty, even with a higher revision', async () => {
    estate.cloudMap.model.faults.set({ kind: 'emptyAnswer', revisionsAhead: 1 });
    await expectNothingWrittenFor(A_WHILE_MS);
    await estate.restartHub();
    await expectNothingWrittenFor(A_WHILE_MS);
  }, 40_000);

  it('holds source-empty when the data plane and ListInstances agree that everything is gone', async () => {
    for (const operation of ['DiscoverInstances', 'ListInstances'])
      estate.cloudMap.model.faults.set({ kind: 'emptyAnswer', operation, revisionsAhead: 1 });
    await eventually(
      'the removals are held',
      async () => (await estate.clusterStatus('both'))?.held.some(({ reason }) => reason === 'source-empty') === true,
    );
    expect(converged()).toBe(true);
    expect((await estate.clusterStatus('both'))?.plan.removals).toMatch(/^[0-9a-f]{16}$/);
  }, 40_000);

  it('removes nothing when access is denied, and says so', async () => {
    estate.cloudMap.model.faults.set({ kind: 'accessDenied', region: EU });
    await expectNothingWrittenFor(A_WHILE_MS);
    const source = await estate.sourceStatus(EU);
    expect(source).toMatchObject({ state: 'denied', error: { code: 'access-denied' } });
    expect(source?.error?.message).toContain('servicediscovery:');
  }, 40_000);

  it('goes on with one region while another hangs', async () => {
    estate.cloudMap.model.faults.set({ kind: 'outage', region: EU, mode: 'hang' });
    estate.register(US, 'orders', '10.1.0.9');
    await eventually(
      'the other region propagates',
      () => estate.addresses('both', 'cloudmap-orders.shop')?.includes('10.1.0.9') === true,
      5_000,
    );
    expect(estate.addresses('both', 'cloudmap-orders.shop')).toHaveLength(7);
    expect(endpoints('europe')).toBe(12);
  }, 40_000);

  it('keeps the endpoints of both regions in shared hosts through a full restart while one region is away', async () => {
    estate.cloudMap.model.faults.set({ kind: 'outage', region: EU, mode: 'refuse' });
    await estate.restartHub();
    estate.register(US, 'orders', '10.1.0.9');
    await eventually(
      'the region that is there propagates',
      () => estate.addresses('both', 'cloudmap-orders.shop')?.includes('10.1.0.9') === true,
    );
    await sleep(A_WHILE_MS);
    expect(estate.addresses('both', 'cloudmap-orders.shop')).toEqual([
      '10.1.0.1',
      '10.1.0.2',
      '10.1.0.3',
      '10.1.0.9',
      '10.2.0.1',
      '10.2.0.2',
      '10.2.0.3',
    ]);
    expect(endpoints('europe')).toBe(12);
  }, 40_000);

  it('is not held up by a cluster that accepts and never answers', async () => {
    const { model } = estate.cluster('both');
    model.faults.add({ kind: 'hang' });
    estate.register(EU, 'orders', '10.2.0.8');
    await eventually('a write hangs', () => Object.keys(model.log.counts()).some((call) => call.endsWith(' hang')));
    // What is registered now must not wait for the five seconds after which that write is given up.
    estate.register(EU, 'orders', '10.2.0.9');
    await eventually(
      'the other cluster gets the change',
      () => estate.addresses('europe', 'cloudmap-orders.shop')?.includes('10.2.0.9') === true,
      3_500,
    );
    estate.cluster('both').model.faults.clear();
    await eventually(
      'the cluster catches up when it answers again',
      () => estate.addresses('both', 'cloudmap-orders.shop')?.includes('10.2.0.9') === true,
      30_000,
    );
  }, 60_000);

  it('removes a deleted service in two phases, and only that one', async () => {
    const { model } = estate.cloudMap;
    const services = model.report().namespaces.find((namespace) => namespace.region === US)?.services ?? [];
    const search = services.find(({ name }) => name === 'search');
    for (const { id } of search?.instances ?? [])
      model.removeInstance({ account: '111122223333', region: US, namespace: 'shop', service: 'search', id });
    model.execute({ account: '111122223333', region: US, operation: 'DeleteService', input: { Id: search?.id } });
    await eventually(
      'its endpoints leave the shared host',
      () => estate.addresses('both', 'cloudmap-search.shop')?.length === 3,
      20_000,
    );
    expect(estate.addresses('both', 'cloudmap-search.shop')).toEqual(['10.2.2.1', '10.2.2.2', '10.2.2.3']);
    expect(endpoints('both')).toBe(21);
  }, 40_000);
});
