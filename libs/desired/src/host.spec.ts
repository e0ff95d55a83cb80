import { serviceRecord, target } from '@isthmus/testing';
import type { HostPolicy } from './host.js';
import { hostOf } from './host.js';

const TEMPLATE = '{service}.{namespace}';
const policy = (host: string, more: Partial<HostPolicy> = {}): HostPolicy => target({ host, ...more });

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
    const host = hostOf(policy(template), serviceRecord(name));
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
    expect(hostOf(policy(TEMPLATE), serviceRecord(name))).toMatchObject({
      ok: false,
      error: { reason: 'host-illegal' },
    });
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
    expect(hostOf(policy(TEMPLATE), serviceRecord(name))).toMatchObject({
      ok: false,
      error: { reason: 'host-denied' },
    });
  });

  it.each([
    ['takes a host that ends in an allowed suffix', 'a.shop.internal', ['shop.internal'], [], true],
    ['takes a host that is an allowed suffix', 'shop.internal', ['pay', 'shop.internal'], [], true],
    ['takes a suffix with its leading dot, in any case', 'a.shop.internal', ['.Shop.Internal'], [], true],
    [
      'refuses a host that ends in a suffix within a label',
      'a.myshop.internal',
      ['shop.internal'],
      [],
      'host-not-allowed',
    ],
    ['refuses a host that only begins with a suffix', 'shop.internal.evil', ['shop.internal'], [], 'host-not-allowed'],
    ['takes a denied host that allowHosts names', 'a.cluster.local', [], ['a.cluster.local'], true],
    ['takes denied hosts that a glob of allowHosts names', 'b.svc.cluster.local', [], ['*.cluster.local'], true],
    ['refuses a denied host that allowHosts does not name', 'b.cluster.local', [], ['a.cluster.local'], 'host-denied'],
    ['wants the suffix of a host that allowHosts names', 'a.cluster.local', ['shop'], ['*'], 'host-not-allowed'],
    ['takes no illegal host by allowHosts', 'a_b.shop', [], ['*'], 'host-illegal'],
  ])('%s', (_, name, hostSuffixes, allowHosts, expected) => {
    const host = hostOf(policy(TEMPLATE, { hostSuffixes, allowHosts }), serviceRecord(name));
    expect(host.ok ? true : host.error.reason).toBe(expected);
  });

  it('refuses a single label', () => {
    expect(hostOf(policy('{service}'), serviceRecord('localhost.shop'))).toMatchObject({
      ok: false,
      error: { reason: 'host-illegal' },
    });
  });
});
