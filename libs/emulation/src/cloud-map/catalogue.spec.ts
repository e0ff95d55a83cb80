import { CloudMapError } from './cloud-map-error.js';
import { CloudMapModel } from './cloud-map-model.js';
import type { JsonObject } from './input.js';
import { seededRandom } from './seeded-random.js';

const ACCOUNT = '111122223333';
const CONSUMER = '444455556666';
const REGION = 'us-east-1';

function newModel(namespaces: JsonObject = {}): CloudMapModel {
  const model = new CloudMapModel({ nowMs: () => 1_700_000_000_000, random: seededRandom(1) });
  model.seed({ accounts: { [ACCOUNT]: { [REGION]: { namespaces } } } });
  return model;
}

function run(model: CloudMapModel, operation: string, input: JsonObject = {}, account = ACCOUNT): JsonObject {
  return model.execute({ account, region: REGION, operation, input });
}

function records(body: JsonObject, list: string): readonly JsonObject[] {
  return body[list] as readonly JsonObject[];
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

function idOfNamespace(model: CloudMapModel, name: string): string {
  return model.report().namespaces.find((namespace) => namespace.name === name)?.id ?? '';
}

function idOfService(model: CloudMapModel, name: string): string {
  const services = model.report().namespaces.flatMap((namespace) => namespace.services);
  return services.find((service) => service.name === name)?.id ?? '';
}

/** Pages of a listing, each as the names on it. */
function pages(model: CloudMapModel, operation: string, list: string, input: JsonObject): unknown[][] {
  const found: unknown[][] = [];
  let token: unknown;
  do {
    const body = run(model, operation, token === undefined ? input : { ...input, NextToken: token });
    found.push(records(body, list).map((record) => record['Name']));
    token = body['NextToken'];
  } while (token !== undefined);
  return found;
}

describe('namespaces', () => {
  it('are created at once, with id, ARN, owner, type and an HttpName equal to the Name', () => {
    const model = newModel();
    const { OperationId } = run(model, 'CreateHttpNamespace', { Name: 'shop' });
    expect(run(model, 'GetOperation', { OperationId })).toMatchObject({ Operation: { Status: 'SUCCESS' } });
    const [namespace] = records(run(model, 'ListNamespaces'), 'Namespaces');
    expect(namespace).toMatchObject({
      Arn: expect.stringMatching(/^arn:aws:servicediscovery:us-east-1:111122223333:namespace\/ns-[a-z0-9]{16}$/),
      CreateDate: 1_700_000_000,
      Id: expect.stringMatching(/^ns-[a-z0-9]{16}$/),
      Name: 'shop',
      Properties: { HttpProperties: { HttpName: 'shop' } },
      ResourceOwner: ACCOUNT,
      ServiceCount: 0,
      Type: 'HTTP',
    });
  });

  it('get an HttpName with a hash, and a new id, when a Name is used again', () => {
    const model = newModel();
    run(model, 'CreateHttpNamespace', { Name: 'shop' });
    const first = idOfNamespace(model, 'shop');
    run(model, 'DeleteNamespace', { Id: first });
    run(model, 'CreateHttpNamespace', { Name: 'shop' });
    const [namespace] = model.report().namespaces;
    expect(namespace?.httpName).toMatch(/^shop-[0-9a-f]{8}$/);
    expect(namespace?.id).not.toBe(first);
  });

  it('of one name live side by side only in different networks', () => {
    const model = newModel();
    run(model, 'CreatePrivateDnsNamespace', { Name: 'corp.local', Vpc: 'vpc-1' });
    run(model, 'CreatePrivateDnsNamespace', { Name: 'corp.local', Vpc: 'vpc-2' });
    const again = { Name: 'corp.local', Vpc: 'vpc-1' };
    expect(codeOf(() => run(model, 'CreatePrivateDnsNamespace', again))).toBe('NamespaceAlreadyExists');
    expect(new Set(model.report().namespaces.map(({ httpName }) => httpName)).size).toBe(2);
  });

  it('have a private DNS zone that is reported beside the HttpName', () => {
    const model = newModel({ 'corp.local': { type: 'DNS_PRIVATE' } });
    expect(run(model, 'GetNamespace', { Id: idOfNamespace(model, 'corp.local') })).toMatchObject({
      Namespace: { Properties: { DnsProperties: {}, HttpProperties: { HttpName: 'corp.local' } } },
    });
  });

  it('cannot be deleted while they have services', () => {
    const model = newModel({ shop: { services: { cart: {} } } });
    const Id = idOfNamespace(model, 'shop');
    expect(codeOf(() => run(model, 'DeleteNamespace', { Id }))).toBe('ResourceInUse');
    run(model, 'DeleteService', { Id: idOfService(model, 'cart') });
    run(model, 'DeleteNamespace', { Id });
    expect(codeOf(() => run(model, 'GetNamespace', { Id }))).toBe('NamespaceNotFound');
  });

  it('are at most 50 in a region', () => {
    const model = newModel();
    for (let number = 0; number < 50; number += 1) run(model, 'CreateHttpNamespace', { Name: `n${number}` });
    expect(codeOf(() => run(model, 'CreateHttpNamespace', { Name: 'n50' }))).toBe('ResourceLimitExceeded');
  });

  it.each([
    ['TYPE', 'EQ', 'HTTP', ['shop', 'shop-two']],
    ['NAME', 'BEGINS_WITH', 'shop', ['shop', 'shop-two']],
    ['HTTP_NAME', 'EQ', 'corp.local', ['corp.local']],
    ['RESOURCE_OWNER', 'EQ', 'OTHER_ACCOUNTS', []],
  ])('are filtered by %s %s %s', (Name, Condition, value, expected) => {
    const model = newModel({ shop: {}, 'corp.local': { type: 'DNS_PRIVATE' }, 'shop-two': {} });
    const input = { Filters: [{ Name, Condition, Values: [value] }] };
    expect(pages(model, 'ListNamespaces', 'Namespaces', input)).toEqual([expected]);
  });
});

describe('services', () => {
  it('are listed without their namespace, which GetService knows', () => {
    const model = newModel({ shop: { services: { cart: { health: 'custom', instances: { a: {} } } } } });
    const [summary] = records(run(model, 'ListServices'), 'Services');
    expect(summary).toMatchObject({ HealthCheckCustomConfig: {}, InstanceCount: 1, Name: 'cart', Type: 'HTTP' });
    expect(summary).not.toHaveProperty('NamespaceId');
    const detail = run(model, 'GetService', { Id: idOfService(model, 'cart') });
    expect(detail).toMatchObject({ Service: { Name: 'cart', NamespaceId: idOfNamespace(model, 'shop') } });
  });

  it.each([
    [100, [100]],
    [101, [100, 1]],
    [201, [100, 100, 1]],
  ])('come in pages of 100: %d in %j', (services, expected) => {
    const model = newModel({ shop: { generate: { services, instances: 0 } } });
    expect(pages(model, 'ListServices', 'Services', {}).map((page) => page.length)).toEqual(expected);
  });

  it('are filtered after the page was cut, so that a page may be empty and have a token', () => {
    const model = newModel({
      first: { generate: { services: 4, instances: 0 } },
      second: { services: { wanted: {} } },
    });
    const filters = [{ Name: 'NAMESPACE_ID', Values: [idOfNamespace(model, 'second')] }];
    const found = pages(model, 'ListServices', 'Services', { Filters: filters, MaxResults: 2 });
    expect(found).toEqual([[], [], ['wanted']]);
  });

  it('are filtered by the ARN of their namespace as by its id', () => {
    const model = newModel({ shop: { services: { cart: {} } }, other: { services: { mail: {} } } });
    const [shop] = records(run(model, 'ListNamespaces'), 'Namespaces');
    const filters = [{ Name: 'NAMESPACE_ID', Values: [shop?.['Arn']] }];
    expect(pages(model, 'ListServices', 'Services', { Filters: filters })).toEqual([['cart']]);
  });

  it('keep their order, and none is skipped, when one is deleted between two pages', () => {
    const model = newModel({ shop: { services: { a: {}, b: {}, c: {}, d: {} } } });
    const first = run(model, 'ListServices', { MaxResults: 2 });
    run(model, 'DeleteService', { Id: idOfService(model, 'a') });
    const second = run(model, 'ListServices', { MaxResults: 2, NextToken: first['NextToken'] });
    expect(records(second, 'Services').map((service) => service['Name'])).toEqual(['c', 'd']);
  });

  it('get a new id when a name is created again', () => {
    const model = newModel({ shop: { services: { cart: {} } } });
    const before = idOfService(model, 'cart');
    run(model, 'DeleteService', { Id: before });
    const created = run(model, 'CreateService', { Name: 'cart', NamespaceId: idOfNamespace(model, 'shop') });
    expect(created).toMatchObject({ Service: { Name: 'cart' } });
    expect(idOfService(model, 'cart')).not.toBe(before);
  });

  it('cannot be deleted while they have instances', () => {
    const model = newModel({ shop: { services: { cart: { instances: { a: {} } } } } });
    expect(codeOf(() => run(model, 'DeleteService', { Id: idOfService(model, 'cart') }))).toBe('ResourceInUse');
  });

  it('of one name collide: exactly in an HTTP namespace, whatever the case in a DNS one', () => {
    const model = newModel({ shop: {}, 'corp.local': { type: 'DNS_PRIVATE' } });
    const create = (namespace: string, Name: string) => () =>
      run(model, 'CreateService', { Name, NamespaceId: idOfNamespace(model, namespace) });
    expect(['cart', 'Cart', 'cart'].map((name) => codeOf(create('shop', name)))).toEqual([
      'none',
      'none',
      'ServiceAlreadyExists',
    ]);
    expect(['cart', 'Cart'].map((name) => codeOf(create('corp.local', name)))).toEqual([
      'none',
      'ServiceAlreadyExists',
    ]);
  });

  it.each<[string, (NamespaceId: string) => JsonObject, string]>([
    ['no namespace', () => ({ Name: 'a' }), 'InvalidInput'],
    ['an unknown namespace', () => ({ Name: 'a', NamespaceId: 'ns-none' }), 'NamespaceNotFound'],
    ['a name with a space', (NamespaceId) => ({ Name: 'a b', NamespaceId }), 'InvalidInput'],
    [
      'DNS records in an HTTP namespace',
      (NamespaceId) => ({ Name: 'a', NamespaceId, DnsConfig: { DnsRecords: [{ Type: 'A' }] } }),
      'InvalidInput',
    ],
    [
      'both kinds of health check',
      (NamespaceId) => ({ Name: 'a', NamespaceId, HealthCheckConfig: {}, HealthCheckCustomConfig: {} }),
      'InvalidInput',
    ],
    ['a name that is a number', (NamespaceId) => ({ Name: 7, NamespaceId }), 'SerializationException'],
  ])('are refused with %s', (_, inputFor, code) => {
    const model = newModel({ shop: {} });
    const input = inputFor(idOfNamespace(model, 'shop'));
    expect(codeOf(() => run(model, 'CreateService', input))).toBe(code);
  });
});

describe('page tokens', () => {
  const model = newModel({ shop: { generate: { services: 3, instances: 0 } } });
  const token = String(run(model, 'ListServices', { MaxResults: 1 })['NextToken']);

  it.each([
    ['made up', { NextToken: 'abc' }],
    ['changed by one character', { NextToken: `${token.startsWith('A') ? 'B' : 'A'}${token.slice(1)}` }],
    [
      'of the same listing with other filters',
      { NextToken: token, Filters: [{ Name: 'RESOURCE_OWNER', Values: ['SELF'] }] },
    ],
  ])('are refused when they are %s', (_, input) => {
    expect(codeOf(() => run(model, 'ListServices', input))).toBe('InvalidInput');
  });

  it('are refused by another listing', () => {
    expect(codeOf(() => run(model, 'ListNamespaces', { NextToken: token }))).toBe('InvalidInput');
  });

  it.each([0, 101])('go with at most 100 results and at least 1, not %d', (MaxResults) => {
    expect(codeOf(() => run(model, 'ListServices', { MaxResults }))).toBe('InvalidInput');
  });
});

describe('a shared namespace', () => {
  const shared = { shop: { sharedWith: [CONSUMER], services: { cart: { instances: { a: {} } } } } };

  it('is listed for the consumer with its owner, and its services too', () => {
    const model = newModel(shared);
    const [namespace] = records(run(model, 'ListNamespaces', {}, CONSUMER), 'Namespaces');
    expect(namespace).toMatchObject({ Name: 'shop', ResourceOwner: ACCOUNT });
    expect(records(run(model, 'ListServices', {}, CONSUMER), 'Services')).toHaveLength(1);
  });

  it('is read by ARN, never by id', () => {
    const model = newModel(shared);
    const [namespace] = records(run(model, 'ListNamespaces', {}, CONSUMER), 'Namespaces');
    expect(run(model, 'GetNamespace', { Id: namespace?.['Arn'] }, CONSUMER)).toMatchObject({
      Namespace: { Name: 'shop' },
    });
    expect(codeOf(() => run(model, 'GetNamespace', { Id: namespace?.['Id'] }, CONSUMER))).toBe('NamespaceNotFound');
  });

  it('is discovered with OwnerAccount only', () => {
    const model = newModel(shared);
    const input = { NamespaceName: 'shop', ServiceName: 'cart' };
    expect(codeOf(() => run(model, 'DiscoverInstances', input, CONSUMER))).toBe('NamespaceNotFound');
    const body = run(model, 'DiscoverInstances', { ...input, OwnerAccount: ACCOUNT }, CONSUMER);
    expect(records(body, 'Instances')).toHaveLength(1);
  });

  it('vanishes as a whole when it is no longer shared', () => {
    const model = newModel(shared);
    model.seed({ accounts: { [ACCOUNT]: { [REGION]: { namespaces: { shop: { sharedWith: [] } } } } } });
    expect(records(run(model, 'ListNamespaces', {}, CONSUMER), 'Namespaces')).toEqual([]);
    expect(records(run(model, 'ListServices', {}, CONSUMER), 'Services')).toEqual([]);
  });
});

describe('worlds', () => {
  it('of other regions and accounts are empty, and reading them adds no account', () => {
    const model = newModel({ shop: {} });
    const body = model.execute({ account: ACCOUNT, region: 'eu-west-1', operation: 'ListNamespaces', input: {} });
    expect(body).toEqual({ Namespaces: [] });
    expect(run(model, 'ListNamespaces', {}, CONSUMER)).toEqual({ Namespaces: [] });
    expect(model.accounts()).toEqual([ACCOUNT]);
  });

  it.each([
    ['cn-north-1', 'aws-cn'],
    ['us-gov-west-1', 'aws-us-gov'],
    ['us-isob-east-1', 'aws-iso-b'],
    ['eu-west-1', 'aws'],
  ])('in %s have ARNs of partition %s', (region, partition) => {
    const model = new CloudMapModel({ nowMs: () => 0, random: seededRandom(1) });
    model.seed({ accounts: { [ACCOUNT]: { [region]: { namespaces: { shop: {} } } } } });
    const body = model.execute({ account: ACCOUNT, region, operation: 'ListNamespaces', input: {} });
    expect(records(body, 'Namespaces')[0]?.['Arn']).toContain(`arn:${partition}:`);
  });
});
