import { serviceRecord } from '@isthmus/testing';
import { entryNameOf } from './entry-name.js';
import { hostOf } from './host.js';

const TEMPLATE = '{service}.{namespace}';

describe('hostOf', () => {
  it.each([
    ['joins service and namespace', 'orders.shop.internal', TEMPLATE, 'orders.shop.internal'],
    ['lowers the case', 'Orders.Shop', TEMPLATE, 'orders.shop'],
    ['drops a final dot', 'orders.shop.', TEMPLATE, 'orders.shop'],
    [
      'knows region and account',
      'orders.shop',
      '{service}.{region}.{account}.mesh',
      'orders.us-east-1.111122223333.mesh',
    ],
    ['takes a punycode label', 'xn--bcher-kva.shop', TEMPLATE, 'xn--bcher-kva.shop'],
    ['does not read a placeholder out of a name', '{region}.shop', '{service}.mesh', undefined],
  ])('%s', (_, name, template, expected) => {
    const host = hostOf(template, serviceRecord(name));
    expect(host.ok ? host.value : undefined).toBe(expected);
  });

  it.each([
    ['a wildcard', '*.prod'],
    ['a label that begins with an underscore', '_http._tcp.shop'],
    ['a name with an underscore', 'my_svc.shop'],
    ['an empty label', 'a..b'],
    ['an IP address', '10.0.0.1'],
    ['a label of 64 characters', `${'a'.repeat(64)}.shop`],
    ['254 characters', `${'a.'.repeat(126)}aaa`],
    ['a newline', 'a\nb.shop'],
    ['a label that ends in a hyphen', 'a-.shop'],
    ['a last label that is a number', 'a.123'],
  ])('refuses %s as host-illegal', (_, name) => {
    expect(hostOf(TEMPLATE, serviceRecord(name))).toMatchObject({ ok: false, error: { reason: 'host-illegal' } });
  });

  it.each([
    'kubernetes.default.svc.cluster.local',
    'a.svc.cluster.local',
    'orders.shop.svc',
    'orders.shop.svc.example',
    'sts.amazonaws.com',
    'metadata.google.internal',
    'x.blob.core.windows.net',
    'storage.googleapis.com',
    'a.localhost',
  ])('refuses %s, which belongs to Kubernetes or a cloud', (name) => {
    expect(hostOf(TEMPLATE, serviceRecord(name))).toMatchObject({ ok: false, error: { reason: 'host-denied' } });
  });

  it('refuses a single label', () => {
    expect(hostOf('{service}', serviceRecord('localhost.shop'))).toMatchObject({
      ok: false,
      error: { reason: 'host-illegal' },
    });
  });
});

describe('entryNameOf', () => {
  const nameOf = (text: string): string => {
    const host = hostOf(TEMPLATE, serviceRecord(text));
    if (!host.ok) throw new Error(host.error.detail);
    return entryNameOf(host.value);
  };

  it('puts cloudmap- before the host', () => {
    expect(nameOf('orders.shop')).toBe('cloudmap-orders.shop');
  });

  it('cuts a name that would be too long and tells two such hosts apart', () => {
    const long = `${'a'.repeat(60)}.`.repeat(4);
    const [one, other] = [nameOf(`${long}one`), nameOf(`${long}two`)];
    expect(one.length).toBeLessThanOrEqual(253);
    expect(one).toMatch(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/);
    expect(one).not.toBe(other);
  });
});
