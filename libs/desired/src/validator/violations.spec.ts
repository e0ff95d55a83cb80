import type { EntryName, ServiceEntrySpec } from '@isthmus/model';
import { violationsOf } from './violations.js';

const SPEC: ServiceEntrySpec = {
  hosts: ['orders.shop.internal'],
  location: 'MESH_EXTERNAL',
  resolution: 'STATIC',
  ports: [{ number: 80, name: 'http', protocol: 'HTTP' }],
  endpoints: [{ address: '10.0.0.1', ports: { http: 80 } }],
};

/** Whether an entry passes; `spec` is put over a legal one and may break its type. */
function passes(spec: object, labels: Record<string, string> = {}, annotations: Record<string, string> = {}): boolean {
  const entry = {
    name: 'cloudmap-a' as EntryName,
    labels,
    annotations,
    spec: { ...SPEC, ...spec } as ServiceEntrySpec,
  };
  return violationsOf(entry, 'isthmus').length === 0;
}
const host = (name: string): object => ({ hosts: [name] });
const endpoint = (fields: object): object => ({ endpoints: [{ address: '10.0.0.1', ...fields }] });
const staticAt = (address: string): object => ({ endpoints: [{ address }] });
const dnsAt = (address: string): object => ({ resolution: 'DNS', endpoints: [{ address }] });
const ports = (...list: readonly object[]): object => ({ ports: list, endpoints: [{ address: '10.0.0.1' }] });
const port = (fields: object): object => ports({ number: 80, name: 'http', protocol: 'HTTP', ...fields });
const http = (number: number, name: string): object => ({ number, name, protocol: 'HTTP' });
const times = <Item>(count: number, make: (index: number) => Item): readonly Item[] =>
  Array.from({ length: count }, (_, index) => make(index));

describe('violationsOf, by what istiod’s webhook and the API server say', () => {
  it('lets a plain entry pass', () => {
    expect(passes({})).toBe(true);
  });

  it.each<[string, object, 'refused' | 'accepted', 'refused' | 'accepted']>([
    ['a host with an underscore', host('my_svc.x'), 'refused', 'accepted'],
    ['an SRV name as host', host('_http._tcp.x'), 'refused', 'accepted'],
    ['an IP as host', host('10.0.0.1'), 'refused', 'accepted'],
    ['a host whose last label is a number', host('a.123'), 'refused', 'accepted'],
    ['a wildcard inside a host', host('a.*.x'), 'refused', 'accepted'],
    ['a label of 64 characters', host(`${'a'.repeat(64)}.x`), 'refused', 'accepted'],
    ['a label that begins with a hyphen', host('-a.x'), 'refused', 'accepted'],
    ['the host *', host('*'), 'refused', 'refused'],
    ['no host', { hosts: [] }, 'refused', 'refused'],
    ['an endpoint label value of an ARN', endpoint({ labels: { a: 'arn:aws:x' } }), 'refused', 'accepted'],
    ['an endpoint label value with a slash', endpoint({ labels: { a: 'x/y' } }), 'refused', 'accepted'],
    ['an endpoint label value with a space', endpoint({ labels: { a: 'x y' } }), 'refused', 'accepted'],
    ['an endpoint label key with a space', endpoint({ labels: { 'a b': 'x' } }), 'refused', 'accepted'],
    ['an endpoint label key with two slashes', endpoint({ labels: { 'a/b/c': 'x' } }), 'refused', 'accepted'],
    ['STATIC with a host name', staticAt('db.example.com'), 'refused', 'accepted'],
    ['STATIC with an IPv6 in brackets', staticAt('[fd00::1]'), 'refused', 'accepted'],
    ['STATIC with a CIDR', staticAt('10.0.0.0/8'), 'refused', 'accepted'],
    ['DNS with a name with an underscore', dnsAt('my_db.example.com'), 'refused', 'accepted'],
    ['an endpoint port that is no service port', endpoint({ ports: { grpc: 1 } }), 'refused', 'accepted'],
    ['a port name with an underscore', port({ name: 'my_http' }), 'refused', 'accepted'],
    ['a port name of 64 characters', port({ name: 'a'.repeat(64) }), 'refused', 'accepted'],
    ['the protocol AMQP', port({ protocol: 'AMQP' }), 'refused', 'accepted'],
    ['TCP with two hosts', { ...port({ protocol: 'TCP' }), hosts: ['a.x', 'b.x'] }, 'refused', 'accepted'],
    ['exportTo of “.” and the own namespace', { exportTo: ['.', 'isthmus'] }, 'refused', 'accepted'],
    ['exportTo of “*” and another', { exportTo: ['*', 'x'] }, 'refused', 'accepted'],
    ['a port name twice', ports(http(80, 'a'), http(81, 'a')), 'refused', 'refused'],
    ['a port number twice', ports(http(80, 'a'), http(80, 'b')), 'refused', 'refused'],
    ['port 0', port({ number: 0 }), 'refused', 'refused'],
    ['port 65536', port({ number: 65_536 }), 'refused', 'refused'],
    ['an endpoint port of 65536', endpoint({ ports: { http: 65_536 } }), 'refused', 'refused'],
    ['DNS_ROUND_ROBIN with two endpoints', { resolution: 'DNS_ROUND_ROBIN' }, 'refused', 'refused'],
    ['NONE with endpoints', { resolution: 'NONE' }, 'refused', 'refused'],
    ['a selector with endpoints', { workloadSelector: { labels: { a: 'b' } } }, 'refused', 'refused'],
    ['4097 endpoints', { endpoints: times(4_097, () => ({ address: '10.0.0.1' })) }, 'accepted', 'refused'],
    ['an address that is no text', { endpoints: [{ address: 7 }] }, 'refused', 'refused'],
    ['an endpoint without an address', { endpoints: [{ labels: { a: 'b' } }] }, 'accepted', 'refused'],
    ['an unknown field of an endpoint', endpoint({ bogus: 1 }), 'accepted', 'refused'],
    ['a target port of 0', port({ targetPort: 0 }), 'accepted', 'refused'],
    ['257 ports', ports(...times(257, (i) => http(i + 1, `p-${i}`))), 'accepted', 'refused'],
    ['an endpoint port name of 63 characters', longPortName(63), 'accepted', 'refused'],
    ['a virtual IP range under DNS', { ...dnsAt('a.example.com'), addresses: ['10.0.0.0/8'] }, 'refused', 'refused'],
    ['a virtual IP that is none', { addresses: ['a.example.com'] }, 'refused', 'accepted'],
  ])('refuses %s', (_, spec) => {
    expect(passes(spec)).toBe(false);
  });

  it.each<[string, object]>([
    ['the same address twice', { endpoints: [{ address: '10.0.0.1' }, { address: '10.0.0.1' }] }],
    ['an empty endpoint label value', endpoint({ labels: { a: '' } })],
    ['an endpoint label value of 64 characters', endpoint({ labels: { a: 'x'.repeat(64) } })],
    ['a port name in upper case', { ...port({ name: 'HTTP' }) }],
    ['no ports', ports()],
    ['a port without protocol', ports({ number: 80, name: 'x' })],
    ['a locality of four parts', endpoint({ locality: 'a/b/c/d' })],
    ['a locality with a star', endpoint({ locality: '*' })],
    ['STATIC without endpoints', { endpoints: [] }],
    [
      'a name beside an IP under DNS',
      { resolution: 'DNS', endpoints: [{ address: 'a.example.com' }, { address: '10.0.0.1' }] },
    ],
    ['an IPv6 address', staticAt('2001:db8::1')],
    ['an endpoint port name of 62 characters', longPortName(62)],
    ['two hosts that HTTP tells apart', { hosts: ['a.x', 'b.x'] }],
    ['a virtual IP range under STATIC', { addresses: ['10.0.0.0/8', '240.0.0.1'] }],
    ['exportTo of the own namespace', { exportTo: ['.', 'apps'] }],
  ])('accepts %s, as both do', (_, spec) => {
    expect(passes(spec)).toBe(true);
  });

  it.each<[string, object]>([
    ['a host in upper case', host('Orders.Shop')],
    ['a partial wildcard', host('*-a.x')],
    ['UDP, which is skipped silently', port({ protocol: 'UDP' })],
    ['a zone behind an IPv6 address', staticAt('fe80::1%eth0')],
    ['DNS without endpoints, which resolves its own host', { resolution: 'DNS', endpoints: [] }],
    [
      'DNS with a locality, which can crash istiod',
      { resolution: 'DNS', endpoints: [{ address: '10.0.0.1', locality: 'a' }] },
    ],
    ['a field that is never written', { subjectAltNames: ['x'] }],
  ])('refuses %s, although both accept it', (_, spec) => {
    expect(passes(spec)).toBe(false);
  });

  it.each<[string, boolean, Record<string, string>, Record<string, string>]>([
    ['refuses a label value with a colon', false, { a: 'x:y' }, {}],
    ['refuses a label value of 64 characters', false, { a: 'x'.repeat(64) }, {}],
    ['refuses a label key with a space', false, { 'a b': 'x' }, {}],
    ['refuses an annotation key with two slashes', false, {}, { 'a/b/c': 'x' }],
    ['refuses annotations of more than 256 KiB', false, {}, { a: 'x'.repeat(262_144) }],
    ['accepts annotations of 256 KiB', true, {}, { a: 'x'.repeat(262_143) }],
    ['accepts a key with a prefix', true, { 'istio.io/rev': 'canary' }, { 'isthmus.dev/components': '[]' }],
  ])('%s', (_, expected, labels, annotations) => {
    expect(passes({}, labels, annotations)).toBe(expected);
  });

  it('says where and why', () => {
    const entry = { name: 'a' as EntryName, labels: {}, annotations: {}, spec: { ...SPEC, hosts: ['A.x'] } };
    expect(violationsOf(entry, 'isthmus')).toEqual([{ path: 'spec.hosts[0]', problem: 'it is not in lower case' }]);
  });
});

function longPortName(length: number): object {
  const name = 'a'.repeat(length);
  return { ports: [http(80, name)], endpoints: [{ address: '10.0.0.1', ports: { [name]: 80 } }] };
}
