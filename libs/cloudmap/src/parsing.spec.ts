import type { HttpInstanceSummary, NamespaceSummary, ServiceSummary } from '@aws-sdk/client-servicediscovery';
import {
  parseArn,
  parseDiscovered,
  parseItems,
  parseListed,
  parseNamespace,
  parseNamespaceId,
  parseRevision,
  parseService,
} from './parsing.js';

const NAMESPACE_ID = 'ns-abcdefgh12345678';
const SERVICE_ID = 'srv-abcdefgh12345678';
const arn = (kind: string, id: string): string => `arn:aws:servicediscovery:eu-west-1:111122223333:${kind}/${id}`;

const NAMESPACE: NamespaceSummary = {
  Id: NAMESPACE_ID,
  Arn: arn('namespace', NAMESPACE_ID),
  Name: 'shop',
  ResourceOwner: '111122223333',
  Type: 'HTTP',
  Properties: { HttpProperties: { HttpName: 'shop-1a2b3c' } },
};
const SERVICE: ServiceSummary = {
  Id: SERVICE_ID,
  Arn: arn('service', SERVICE_ID),
  Name: 'payments',
  CreateDate: new Date('2025-06-01T00:00:00.500Z'),
};

describe('parseArn', () => {
  it('takes an ARN of Cloud Map apart, in every partition', () => {
    expect(parseArn(`arn:aws-cn:servicediscovery:cn-north-1:111122223333:service/${SERVICE_ID}`)).toEqual({
      partition: 'aws-cn',
      region: 'cn-north-1',
      account: '111122223333',
      kind: 'service',
      id: SERVICE_ID,
    });
  });

  it.each(['', 'arn:aws:s3:::bucket', arn('operation', 'x'), `${arn('service', 'x')}/y`, arn('service', ''), 7])(
    'refuses %j',
    (text) => {
      expect(parseArn(text)).toBeUndefined();
    },
  );
});

describe('parseNamespace', () => {
  it('keeps the name that the data plane wants beside the name that people write', () => {
    expect(parseNamespace(NAMESPACE, false)).toEqual({
      id: NAMESPACE_ID,
      arn: NAMESPACE.Arn,
      name: 'shop',
      httpName: 'shop-1a2b3c',
      partition: 'aws',
      region: 'eu-west-1',
      ownerAccount: '111122223333',
      isShared: false,
    });
  });

  it.each<[string, NamespaceSummary]>([
    ['no id', { ...NAMESPACE, Id: undefined }],
    ['an id that is not the one of its ARN', { ...NAMESPACE, Id: 'ns-other' }],
    ['no HttpName', { ...NAMESPACE, Properties: {} }],
    ['an empty name', { ...NAMESPACE, Name: '' }],
    ['a name with a line break', { ...NAMESPACE, Name: 'shop\nlevel=error' }],
    ['the ARN of a service', { ...NAMESPACE, Arn: arn('service', NAMESPACE_ID) }],
    ['an owner that is not the one of its ARN', { ...NAMESPACE, ResourceOwner: '444455556666' }],
  ])('does not read one with %s', (_, raw) => {
    expect(parseNamespace(raw, false)).toBeUndefined();
  });
});

describe('parseService', () => {
  it('reads id, ARN, name and date of creation', () => {
    expect(parseService(SERVICE)).toEqual({
      id: SERVICE_ID,
      arn: SERVICE.Arn,
      name: 'payments',
      createdAtMs: Date.UTC(2025, 5, 1) + 500,
    });
  });

  it.each<[string, ServiceSummary]>([
    ['no id', { ...SERVICE, Id: undefined }],
    ['no name', { ...SERVICE, Name: undefined }],
    ['no date', { ...SERVICE, CreateDate: undefined }],
    ['a date that is none', { ...SERVICE, CreateDate: new Date('never') }],
    ['an ARN of another service', { ...SERVICE, Arn: arn('service', 'srv-other') }],
  ])('does not read one with %s', (_, raw) => {
    expect(parseService(raw)).toBeUndefined();
  });
});

describe('parseDiscovered', () => {
  const INSTANCE: HttpInstanceSummary = {
    InstanceId: 'i-1',
    HealthStatus: 'UNHEALTHY',
    Attributes: { AWS_INSTANCE_IPV4: '10.0.0.1', ECS_CLUSTER_NAME: 'c' },
  };

  it('keeps the attributes that are asked for, and no others', () => {
    expect(parseDiscovered(INSTANCE, ['AWS_INSTANCE_IPV4', 'AWS_INSTANCE_PORT'])).toEqual({
      id: 'i-1',
      health: 'UNHEALTHY',
      attributes: new Map([['AWS_INSTANCE_IPV4', '10.0.0.1']]),
    });
  });

  it('takes a missing health for UNKNOWN, because the service may have no health check', () => {
    expect(parseDiscovered({ ...INSTANCE, HealthStatus: undefined }, [])?.health).toBe('UNKNOWN');
  });

  it('does not read an instance without an id or with a health that is not known', () => {
    expect(parseDiscovered({ ...INSTANCE, InstanceId: undefined }, [])).toBeUndefined();
    expect(parseDiscovered({ ...INSTANCE, HealthStatus: 'FINE' as 'HEALTHY' }, [])).toBeUndefined();
  });

  it.each([
    ['is too long', 'x'.repeat(1025)],
    ['has a control character', '10.0.0.1\u0000'],
    ['has a line break', '10.0.0.1\n'],
    ['is not a text', 7],
  ])('drops a value that %s, and keeps the instance', (_, value) => {
    const Attributes = { a: value as string, b: 'x'.repeat(1024) };
    const parsed = parseDiscovered({ ...INSTANCE, Attributes }, ['a', 'b']);
    expect([...(parsed?.attributes ?? [])].map(([name]) => name)).toEqual(['b']);
  });

  it('reads only own keys, whatever name is asked for', () => {
    expect(parseDiscovered(INSTANCE, ['constructor', '__proto__'])?.attributes.size).toBe(0);
    expect(parseDiscovered({ ...INSTANCE, Attributes: undefined }, ['a'])?.attributes.size).toBe(0);
  });
});

describe('parseListed', () => {
  it('knows no health', () => {
    expect(parseListed({ Id: 'i-1', Attributes: { a: '1' } }, ['a'])).toEqual({
      id: 'i-1',
      health: 'UNKNOWN',
      attributes: new Map([['a', '1']]),
    });
    expect(parseListed({ Attributes: {} }, [])).toBeUndefined();
  });
});

describe('parseItems', () => {
  it('counts what it could not read', () => {
    const raw = [{ id: 1 }, null, {}] as { id?: number }[];
    expect(parseItems(raw, ({ id }) => id)).toEqual({ items: [1], unreadableCount: 2 });
  });

  it('tells an empty list from no list', () => {
    expect(parseItems([], () => 1)).toEqual({ items: [], unreadableCount: 0 });
    expect(parseItems(undefined, () => 1)).toBeUndefined();
    expect(parseItems('[]' as unknown as [], () => 1)).toBeUndefined();
  });
});

describe('parseRevision', () => {
  it.each([0, 1, Number.MAX_SAFE_INTEGER])('reads %d', (revision) => {
    expect(parseRevision(revision)).toBe(revision);
  });

  it.each([undefined, null, -1, 1.5, Number.NaN, 2 ** 53, '7', 7n])('does not read %p', (revision) => {
    expect(parseRevision(revision)).toBeUndefined();
  });
});

describe('parseNamespaceId', () => {
  it('reads an id, also out of the ARN of a shared namespace', () => {
    expect(parseNamespaceId(NAMESPACE_ID)).toBe(NAMESPACE_ID);
    expect(parseNamespaceId(arn('namespace', NAMESPACE_ID))).toBe(NAMESPACE_ID);
  });

  it.each([undefined, '', 'a/b', arn('service', SERVICE_ID)])('does not read %j', (raw) => {
    expect(parseNamespaceId(raw)).toBeUndefined();
  });
});
