import type { InstancesAnswer, ServiceSummary } from '@isthmus/model';
import type { CloudMapContract, CloudMapRig } from './cloud-map-contract-rig.js';
import {
  at,
  createServices,
  errorOf,
  idsOf,
  namespaceNamed,
  NEVER,
  completeValue,
  payments,
  withInstances,
  withService,
} from './cloud-map-contract-rig.js';

/** What a source reads while nothing goes wrong. */
export function cloudMapReadingContract(contract: CloudMapContract): void {
  describe('namespaces', () => namespaces(contract));
  describe('services', () => services(contract));
  describe('presence', () => presence(contract));
  describe('instances', () => instances(contract));
  describe('large services', () => largeServices(contract));
}

function namespaces({ open, it }: CloudMapContract): void {
  it('lists no namespaces, completely, where there are none', async () => {
    const rig = await open();
    const names = completeValue(await rig.source.listNamespaces(NEVER)).map(({ name }) => name);
    expect(ownNames(rig, names)).toEqual([]);
  });

  it('takes partition, region and owner from the ARN', async () => {
    const rig = await withService(open);
    const { account, region } = rig;
    const namespace = await namespaceNamed(rig, 'shop');
    expect(namespace).toEqual({
      id: expect.stringMatching(/^ns-[a-z0-9]+$/) as string,
      arn: `arn:aws:servicediscovery:${region}:${account}:namespace/${namespace.id}`,
      name: rig.nameOf('shop'),
      httpName: rig.nameOf('shop'),
      partition: 'aws',
      region,
      ownerAccount: account,
      isShared: false,
    });
  });

  it('asks for instances by the HttpName, where the name was used before', async () => {
    const rig = await open();
    await rig.createNamespace('shop');
    await rig.deleteNamespace('shop');
    await rig.createNamespace('shop');
    await rig.createService('shop', 'payments');
    await rig.register({ namespace: 'shop', service: 'payments', instance: 'i-1' }, {});
    const service = await payments(rig);
    expect(service.httpName).not.toBe(rig.nameOf('shop'));
    expect(idsOf((await discover(rig)).instances)).toEqual(['i-1']);
  });

  it('dates what it reads by the clock of the other side', async () => {
    const rig = await open();
    const answer = await rig.source.listNamespaces(NEVER);
    const seconds = answer.kind === 'complete' ? answer.observedAtMs / 1000 : Number.NaN;
    expect(Math.abs(seconds - Math.floor(rig.timeMs() / 1000))).toBeLessThanOrEqual(1);
    expect(Number.isInteger(seconds)).toBe(true);
  });
}

function services({ open, it }: CloudMapContract): void {
  it('lists 101 services of one namespace, page by page', async () => {
    const rig = await open();
    await rig.createNamespace('shop');
    await createServices(rig, 'shop', 101);
    const pages: (readonly ServiceSummary[])[] = [];
    const shop = await namespaceNamed(rig, 'shop');
    const listed = completeValue(await rig.source.listServices(shop, (page) => pages.push(page), NEVER));
    expect(new Set(listed.map(({ name }) => name)).size).toBe(101);
    expect(pages.map((page) => page.length)).toEqual([100, 1]);
  });

  it('reads on over pages that the filter left empty', async () => {
    const rig = await open();
    await rig.createNamespace('crowded');
    await createServices(rig, 'crowded', 150);
    await rig.createNamespace('shop');
    await rig.createService('shop', 'payments');
    const sizes: number[] = [];
    const shop = await namespaceNamed(rig, 'shop');
    const listed = completeValue(await rig.source.listServices(shop, (page) => sizes.push(page.length), NEVER));
    expect(listed.map(({ name }) => name)).toEqual(['payments']);
    expect(sizes).toEqual([0, 1]);
  });

  it('lists the services of every namespace at once', async () => {
    const rig = await open();
    const services = ['bank', 'shop'].map((namespace) => ({ namespace, name: rig.nameOf(`${namespace}-api`) }));
    for (const { namespace, name } of services) {
      await rig.createNamespace(namespace);
      await rig.createService(namespace, name);
    }
    const listed = completeValue(await rig.source.listAllServices(() => undefined, NEVER));
    const names = listed.map(({ name }) => name);
    expect(ownNames(rig, names)).toEqual(services.map(({ name }) => name));
  });

  it('knows id, ARN and date of creation of a service', async () => {
    const rig = await withService(open);
    const shop = await namespaceNamed(rig, 'shop');
    const [service] = completeValue(await rig.source.listServices(shop, () => undefined, NEVER));
    expect(service?.id).toMatch(/^srv-[a-z0-9]+$/);
    expect(service?.arn).toBe(`arn:aws:servicediscovery:${rig.region}:${rig.account}:service/${service?.id}`);
    expect(Math.abs((service?.createdAtMs ?? 0) - rig.timeMs())).toBeLessThan(60_000);
  });
}

function presence({ open, it }: CloudMapContract): void {
  it('finds a service and its namespace by their ids', async () => {
    const rig = await withService(open);
    const { source } = rig;
    const { identity } = await payments(rig);
    const { namespaceId, serviceId } = identity;
    expect(completeValue(await source.getService(serviceId, NEVER))).toEqual({ namespaceId });
    expect(completeValue(await source.getNamespace(namespaceId, NEVER))).toBe('present');
  });

  it('says, completely, that what was deleted does not exist', async () => {
    const rig = await withService(open);
    const { identity } = await payments(rig);
    await rig.deleteService('shop', 'payments');
    expect(completeValue(await rig.source.getService(identity.serviceId, NEVER))).toBe('not-found');
    await rig.deleteNamespace('shop');
    expect(completeValue(await rig.source.getNamespace(identity.namespaceId, NEVER))).toBe('not-found');
  });

  it('does not take a service that the data plane does not know for an empty one', async () => {
    const rig = await withService(open);
    const service = await payments(rig);
    await rig.deleteService('shop', 'payments');
    expect(errorOf(await rig.source.discoverInstances(service, NEVER))?.code).toBe('service-not-found');
    await rig.deleteNamespace('shop');
    expect(errorOf(await rig.source.discoverInstances(service, NEVER))?.code).toBe('namespace-not-found');
  });
}

function instances({ open, it }: CloudMapContract): void {
  it('answers, completely, that a service has no instances', async () => {
    const rig = await withService(open);
    expect((await discover(rig)).instances).toEqual([]);
  });

  it('keeps the attributes that Isthmus uses, and drops the others', async () => {
    const rig = await withService(open);
    const used = { AWS_INSTANCE_IPV4: '10.0.0.1', AWS_INSTANCE_PORT: '8080', AVAILABILITY_ZONE: 'eu-west-1a' };
    await rig.register(at('i-1'), { ...used, ECS_CLUSTER_NAME: 'c', note: 'x' });
    const [instance] = (await discover(rig)).instances;
    expect(Object.fromEntries(instance?.attributes ?? [])).toEqual(used);
  });

  it('raises the revision with each registration and deregistration, and not with health', async () => {
    const rig = await withService(open, true);
    const revisions = [(await discover(rig)).revision];
    await rig.register(at('i-1'), {});
    revisions.push((await discover(rig)).revision);
    await rig.register(at('i-2'), {});
    revisions.push((await discover(rig)).revision);
    await rig.deregister(at('i-1'));
    const { revision } = await discover(rig);
    revisions.push(revision);
    expect(new Set(revisions).size).toBe(4);
    expect(revisions.toSorted((a, b) => a - b)).toEqual(revisions);
    await rig.setHealth(at('i-2'), 'UNHEALTHY');
    expect((await discover(rig)).revision).toBe(revision);
  });

  it('tells healthy from unhealthy instances, and leaves none of them out', async () => {
    const rig = await withService(open, true);
    await rig.register(at('i-1'), {});
    await rig.register(at('i-2'), {});
    await rig.setHealth(at('i-1'), 'HEALTHY');
    await rig.setHealth(at('i-2'), 'UNHEALTHY');
    const { instances } = await discover(rig);
    expect(instances.map(({ id, health }) => `${id} ${health}`).toSorted()).toEqual(['i-1 HEALTHY', 'i-2 UNHEALTHY']);
  });

  it('says UNKNOWN where the service has no health check', async () => {
    const rig = await withService(open);
    await rig.register(at('i-1'), {});
    expect((await discover(rig)).instances.map(({ health }) => health)).toEqual(['UNKNOWN']);
  });
}

function largeServices({ open, it }: CloudMapContract): void {
  it('reads 999 instances in one call', async () => {
    const rig = await withInstances(open, 999);
    expect(new Set(idsOf((await discover(rig)).instances)).size).toBe(999);
    expect(rig.callCount('DiscoverInstances')).toBe(1);
    expect(rig.callCount('ListInstances')).toBe(0);
  });

  it('confirms 1,000 instances, the longest answer, by the list of the control plane', async () => {
    const rig = await withInstances(open, 1000);
    expect(new Set(idsOf((await discover(rig)).instances)).size).toBe(1000);
    expect(rig.callCount('ListInstances')).toBe(10);
  });

  it('lists every instance of a service on the control plane', async () => {
    const rig = await withInstances(open, 201);
    const service = await payments(rig);
    expect(new Set(idsOf(completeValue(await rig.source.listInstances(service, NEVER)))).size).toBe(201);
  });
}

async function discover(rig: CloudMapRig): Promise<InstancesAnswer> {
  return completeValue(await rig.source.discoverInstances(await payments(rig), NEVER));
}

/** Of names that were read, sorted, those of the contract: an account may hold more. */
function ownNames(rig: CloudMapRig, names: readonly string[]): readonly string[] {
  return names.filter((name) => name.startsWith(rig.nameOf(''))).toSorted();
}
