import { CloudMapError } from './cloud-map-error.js';
import { CloudMapModel } from './cloud-map-model.js';
import type { CloudMapModelOptions } from './cloud-map-model.js';
import type { JsonObject } from './input.js';
import { seededRandom } from './seeded-random.js';

const ACCOUNT = '111122223333';
const REGION = 'us-east-1';
const CART = { account: ACCOUNT, region: REGION, namespace: 'shop', service: 'cart' };

/** A model with the service `cart` in namespace `shop`, and a clock that stands still until it is advanced. */
function newModel(cart: JsonObject, options: Partial<CloudMapModelOptions> = {}): CloudMapModel {
  const model = new CloudMapModel({ nowMs: () => 0, random: seededRandom(1), ...options });
  model.seed({ accounts: { [ACCOUNT]: { [REGION]: { namespaces: { shop: { services: { cart } } } } } } });
  return model;
}

function run(model: CloudMapModel, operation: string, input: JsonObject): JsonObject {
  return model.execute({ account: ACCOUNT, region: REGION, operation, input });
}

function discover(model: CloudMapModel, input: JsonObject = {}): JsonObject {
  return run(model, 'DiscoverInstances', { NamespaceName: 'shop', ServiceName: 'cart', ...input });
}

function ids(body: JsonObject): string[] {
  return (body['Instances'] as readonly JsonObject[]).map((instance) =>
    String(instance['InstanceId'] ?? instance['Id']),
  );
}

function serviceId(model: CloudMapModel): string {
  return model.report().namespaces[0]?.services[0]?.id ?? '';
}

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof CloudMapError) return error.code;
    throw error;
  }
  return 'none';
}

const many = (count: number): JsonObject =>
  Object.fromEntries(Array.from({ length: count }, (_, number) => [`i-${number}`, {}]));

describe('DiscoverInstances', () => {
  it('answers with names, attributes, health and the revision', () => {
    const model = newModel({ instances: { a: { attributes: { AWS_INSTANCE_IPV4: '10.0.0.1', stage: 'beta' } } } });
    expect(discover(model)).toEqual({
      Instances: [
        {
          Attributes: { AWS_INSTANCE_IPV4: '10.0.0.1', stage: 'beta' },
          HealthStatus: 'UNKNOWN',
          InstanceId: 'a',
          NamespaceName: 'shop',
          ServiceName: 'cart',
        },
      ],
      InstancesRevision: 1,
    });
  });

  it.each([
    ['100 of 1000 instances when the request names no MaxResults', {}, 100],
    ['1000 of 1000 instances with MaxResults 1000', { MaxResults: 1000 }, 1000],
    ['7 with MaxResults 7', { MaxResults: 7 }, 7],
  ])('answers with %s', (_, input, count) => {
    expect(new Set(ids(discover(newModel({ instances: many(1000) }), input))).size).toBe(count);
  });

  it.each([0, 1001])('refuses MaxResults %d', (MaxResults) => {
    expect(codeOf(() => discover(newModel({}), { MaxResults }))).toBe('InvalidInput');
  });

  it('answers in another order each time, and in the same orders for the same random seed', () => {
    const orders = (): string[] => {
      const model = newModel({ instances: many(20) });
      return [1, 2, 3].map(() => ids(discover(model)).join());
    };
    const first = orders();
    expect(new Set(first).size).toBe(3);
    expect(orders()).toEqual(first);
  });

  it('finds a namespace by its HttpName, not by its Name', () => {
    const model = new CloudMapModel({ nowMs: () => 0, random: seededRandom(1) });
    const namespaces = { shop: { httpName: 'shop-0abc', services: { cart: {} } } };
    model.seed({ accounts: { [ACCOUNT]: { [REGION]: { namespaces } } } });
    expect(codeOf(() => discover(model))).toBe('NamespaceNotFound');
    expect(discover(model, { NamespaceName: 'shop-0abc' })).toMatchObject({ Instances: [] });
  });

  it('answers ServiceNotFound for a service that is not there, never an empty list', () => {
    expect(codeOf(() => discover(newModel({}), { ServiceName: 'none' }))).toBe('ServiceNotFound');
  });

  it.each([
    ['HEALTHY', ['up']],
    ['UNHEALTHY', ['down']],
    ['ALL', ['down', 'up']],
    ['HEALTHY_OR_ELSE_ALL', ['up']],
  ])('filters by health %s', (HealthStatus, expected) => {
    const model = newModel({ health: 'custom', instances: { up: {}, down: { health: 'UNHEALTHY' } } });
    expect(ids(discover(model, { HealthStatus })).sort()).toEqual(expected);
  });

  it('answers with all for HEALTHY_OR_ELSE_ALL when none is healthy, and with none for HEALTHY', () => {
    const model = newModel({ health: 'custom', instances: { down: { health: 'UNHEALTHY' } } });
    expect(ids(discover(model, { HealthStatus: 'HEALTHY_OR_ELSE_ALL' }))).toEqual(['down']);
    expect(ids(discover(model, { HealthStatus: 'HEALTHY' }))).toEqual([]);
  });

  it('ignores the health filter for a service without a health check', () => {
    expect(ids(discover(newModel({ instances: { a: {} } }), { HealthStatus: 'HEALTHY' }))).toEqual(['a']);
  });

  it('applies QueryParameters always, and OptionalParameters only if something matches them', () => {
    const blue = { attributes: { color: 'blue', size: 'l' } };
    const model = newModel({ instances: { b: blue, r: { attributes: { color: 'red' } } } });
    expect(ids(discover(model, { QueryParameters: { color: 'green' } }))).toEqual([]);
    expect(ids(discover(model, { QueryParameters: { color: 'blue', size: 'l' } }))).toEqual(['b']);
    expect(ids(discover(model, { OptionalParameters: { color: 'red' } }))).toEqual(['r']);
    expect(ids(discover(model, { OptionalParameters: { color: 'green' } })).sort()).toEqual(['b', 'r']);
  });
});

describe('the revision', () => {
  it('moves up with each registration and deregistration, and the two data plane actions agree on it', () => {
    const model = newModel({ instances: { a: {}, b: {} } });
    const revisions = [discover(model)['InstancesRevision']];
    model.removeInstance({ ...CART, id: 'a' });
    revisions.push(discover(model)['InstancesRevision']);
    model.putInstance({ ...CART, id: 'c' }, {});
    const names = { NamespaceName: 'shop', ServiceName: 'cart' };
    revisions.push(run(model, 'DiscoverInstancesRevision', names)['InstancesRevision']);
    expect(revisions).toEqual([2, 3, 4]);
    expect(discover(model, { QueryParameters: { no: 'match' } })).toEqual({ Instances: [], InstancesRevision: 4 });
  });

  it('does not move with health', () => {
    const model = newModel({ health: 'custom', instances: { a: {} } });
    run(model, 'UpdateInstanceCustomHealthStatus', {
      ServiceId: serviceId(model),
      InstanceId: 'a',
      Status: 'UNHEALTHY',
    });
    model.advanceMs(60_000);
    expect(discover(model)).toMatchObject({ Instances: [{ HealthStatus: 'UNHEALTHY' }], InstancesRevision: 1 });
  });

  it.each([
    ['moves', 'moves-revision', 2],
    ['stays', 'keeps-revision', 1],
  ] as const)('%s when an instance is registered again as it is, with %s', (_, repeatedRegistration, revision) => {
    const model = newModel({ instances: { a: {} } }, { repeatedRegistration });
    model.putInstance({ ...CART, id: 'a' }, {});
    expect(discover(model)['InstancesRevision']).toBe(revision);
  });

  it('moves when the attributes of an instance change, whatever the switch', () => {
    const model = newModel({ instances: { a: {} } }, { repeatedRegistration: 'keeps-revision' });
    model.putInstance({ ...CART, id: 'a' }, { stage: 'beta' });
    expect(discover(model)).toMatchObject({ Instances: [{ Attributes: { stage: 'beta' } }], InstancesRevision: 2 });
  });
});

describe('the lag of the data plane', () => {
  it('hides registrations, deregistrations and new services until it is over', () => {
    const model = newModel({ instances: { a: {} } }, { dataPlaneLagMs: 5000 });
    model.putInstance({ ...CART, id: 'b' }, {});
    model.removeInstance({ ...CART, id: 'a' });
    const NamespaceId = model.report().namespaces[0]?.id;
    run(model, 'CreateService', { Name: 'new', NamespaceId });
    expect(discover(model)).toMatchObject({ Instances: [{ InstanceId: 'a' }], InstancesRevision: 1 });
    expect(codeOf(() => discover(model, { ServiceName: 'new' }))).toBe('ServiceNotFound');
    model.advanceMs(5000);
    expect(discover(model)).toMatchObject({ Instances: [{ InstanceId: 'b' }], InstancesRevision: 3 });
    expect(ids(discover(model, { ServiceName: 'new' }))).toEqual([]);
  });
});

describe('custom health', () => {
  const update = (model: CloudMapModel, Status: string): JsonObject =>
    run(model, 'UpdateInstanceCustomHealthStatus', { ServiceId: serviceId(model), InstanceId: 'a', Status });
  const healthOf = (model: CloudMapModel): unknown =>
    run(model, 'GetInstancesHealthStatus', { ServiceId: serviceId(model) })['Status'];

  it('changes 30 s after the update, not before', () => {
    const model = newModel({ health: 'custom', instances: { a: {} } });
    update(model, 'UNHEALTHY');
    model.advanceMs(29_999);
    expect(healthOf(model)).toEqual({ a: 'HEALTHY' });
    model.advanceMs(1);
    expect(healthOf(model)).toEqual({ a: 'UNHEALTHY' });
  });

  it('does not change when the update is taken back within 30 s', () => {
    const model = newModel({ health: 'custom', instances: { a: {} } });
    update(model, 'UNHEALTHY');
    model.advanceMs(20_000);
    update(model, 'HEALTHY');
    model.advanceMs(60_000);
    expect(healthOf(model)).toEqual({ a: 'HEALTHY' });
  });

  it('is not put off by a repeated update', () => {
    const model = newModel({ health: 'custom', instances: { a: {} } });
    update(model, 'UNHEALTHY');
    model.advanceMs(20_000);
    update(model, 'UNHEALTHY');
    model.advanceMs(10_000);
    expect(healthOf(model)).toEqual({ a: 'UNHEALTHY' });
  });

  it('begins with AWS_INIT_HEALTH_STATUS, else HEALTHY', () => {
    const model = newModel({ health: 'custom', instances: { b: {} } });
    model.putInstance({ ...CART, id: 'a' }, { AWS_INIT_HEALTH_STATUS: 'UNHEALTHY' });
    expect(healthOf(model)).toEqual({ a: 'UNHEALTHY', b: 'HEALTHY' });
  });

  it('is set at once, without delay, by the one who runs the emulator', () => {
    const model = newModel({ health: 'custom', instances: { a: {} } });
    model.setHealth({ ...CART, id: 'a' }, 'UNHEALTHY');
    expect(healthOf(model)).toEqual({ a: 'UNHEALTHY' });
  });

  it('does not exist without a health check: UNKNOWN, and no update', () => {
    const model = newModel({ instances: { a: { attributes: { AWS_INIT_HEALTH_STATUS: 'UNHEALTHY' } } } });
    expect(healthOf(model)).toEqual({ a: 'UNKNOWN' });
    expect(codeOf(() => update(model, 'HEALTHY'))).toBe('CustomHealthNotFound');
  });
});

describe('ListInstances', () => {
  it('comes in pages of 100 unless asked for less, without health', () => {
    const model = newModel({ instances: many(250) });
    const first = run(model, 'ListInstances', { ServiceId: serviceId(model) });
    const second = run(model, 'ListInstances', { ServiceId: serviceId(model), NextToken: first['NextToken'] });
    expect([ids(first).length, ids(second).length]).toEqual([100, 100]);
    expect((first['Instances'] as readonly JsonObject[])[0]).toEqual({
      Attributes: {},
      CreatedByAccount: ACCOUNT,
      Id: 'i-0',
    });
  });

  it('skips none when one is deregistered between two pages', () => {
    const model = newModel({ instances: many(4) });
    const ServiceId = serviceId(model);
    const first = run(model, 'ListInstances', { ServiceId, MaxResults: 2 });
    model.removeInstance({ ...CART, id: 'i-0' });
    expect(ids(run(model, 'ListInstances', { ServiceId, NextToken: first['NextToken'] }))).toEqual(['i-2', 'i-3']);
  });

  it('refuses more than 100 at once', () => {
    const model = newModel({});
    expect(codeOf(() => run(model, 'ListInstances', { ServiceId: serviceId(model), MaxResults: 101 }))).toBe(
      'InvalidInput',
    );
  });
});

describe('RegisterInstance and DeregisterInstance', () => {
  it('replace the instance of the same id', () => {
    const model = newModel({ instances: { a: { attributes: { stage: 'beta' } } } });
    model.putInstance({ ...CART, id: 'a' }, { stage: 'prod' });
    expect(discover(model)).toMatchObject({ Instances: [{ Attributes: { stage: 'prod' } }] });
  });

  it('answer InstanceNotFound for an instance that is not there', () => {
    const model = newModel({});
    expect(codeOf(() => model.removeInstance({ ...CART, id: 'a' }))).toBe('InstanceNotFound');
  });

  it('stop at 1000 instances in a service, and still replace', () => {
    const model = newModel({ instances: many(1000) });
    expect(codeOf(() => model.putInstance({ ...CART, id: 'one-more' }, {}))).toBe('ResourceLimitExceeded');
    model.putInstance({ ...CART, id: 'i-1' }, { stage: 'beta' });
    expect(codeOf(() => model.putInstance({ ...CART, id: 'i-1' }, {}))).toBe('none');
  });

  it('stop at the quota of the namespace', () => {
    const model = newModel({ instances: { a: {} } }, { quotas: { instancesPerNamespace: 2 } });
    model.putInstance({ ...CART, id: 'b' }, {});
    expect(codeOf(() => model.putInstance({ ...CART, id: 'c' }, {}))).toBe('ResourceLimitExceeded');
  });

  it('refuse an id that AWS would refuse', () => {
    expect(codeOf(() => newModel({}).putInstance({ ...CART, id: 'a b' }, {}))).toBe('InvalidInput');
  });
});
