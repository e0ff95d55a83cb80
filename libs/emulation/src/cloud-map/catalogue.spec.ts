import type { JsonObject } from './input.js';
import { ACCOUNT, codeOf, idOfNamespace, idOfService, newModel, pages, records, run } from './catalogue.spec-rig.js';

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
