import fc from 'fast-check';
import { instanceAddress } from './instance-address.js';

const addressOf = (key: string, value: string): unknown => instanceAddress(new Map([[key, value]]));

describe('instanceAddress', () => {
  it.each([
    ['an IPv4 address', 'AWS_INSTANCE_IPV4', '10.1.2.3', { kind: 'ip', address: '10.1.2.3' }],
    ['a public IPv4 address', 'AWS_INSTANCE_IPV4', '52.192.72.89', { kind: 'ip', address: '52.192.72.89' }],
    [
      'an IPv6 address in its canonical form',
      'AWS_INSTANCE_IPV6',
      '2001:DB8:0:0::1',
      { kind: 'ip', address: '2001:db8::1' },
    ],
    [
      'a CNAME, lower case and without its final dot',
      'AWS_INSTANCE_CNAME',
      'Db.Example.com.',
      { kind: 'name', address: 'db.example.com' },
    ],
    ['an alias', 'AWS_ALIAS_DNS_NAME', 'x.elb.amazonaws.com', { kind: 'name', address: 'x.elb.amazonaws.com' }],
  ])('takes %s', (_, key, value, expected) => {
    expect(addressOf(key, value)).toEqual(expected);
  });

  it('prefers IPv4 to IPv6 to names', () => {
    const all = new Map([
      ['AWS_INSTANCE_CNAME', 'a.example.com'],
      ['AWS_INSTANCE_IPV6', '2001:db8::1'],
      ['AWS_INSTANCE_IPV4', '10.0.0.1'],
    ]);
    expect(instanceAddress(all)).toEqual({ kind: 'ip', address: '10.0.0.1' });
  });

  it.each([
    ['127.0.0.1', 'address-denied'],
    ['0.0.0.0', 'address-denied'],
    ['0.1.2.3', 'address-denied'],
    ['169.254.169.254', 'address-denied'],
    ['224.0.0.1', 'address-denied'],
    ['255.255.255.255', 'address-denied'],
    ['::1', 'address-denied'],
    ['::', 'address-denied'],
    ['fe80::1', 'address-denied'],
    ['ff02::1', 'address-denied'],
    ['fd00:ec2::254', 'address-denied'],
    ['::ffff:169.254.169.254', 'address-denied'],
    ['::ffff:a9fe:a9fe', 'address-denied'],
    ['2130706433', 'address-illegal'],
    ['0x7f000001', 'address-illegal'],
    ['010.0.0.1', 'address-illegal'],
    ['10.1', 'address-illegal'],
    [' 10.0.0.1', 'address-illegal'],
    ['10.0.0.1:80', 'address-illegal'],
    ['10.0.0.0/8', 'address-illegal'],
    ['unix:///x', 'address-illegal'],
    ['', 'address-illegal'],
  ])('refuses %s as %s', (value, reason) => {
    expect(addressOf('AWS_INSTANCE_IPV4', value)).toBe(reason);
  });

  it.each(['127.0.0.1', '0177.0.0.1', '2130706433', '169.254.169.254'])('does not take %s for a host name', (value) => {
    expect(typeof addressOf('AWS_INSTANCE_CNAME', value)).toBe('string');
  });

  it('says no-address when there is none', () => {
    expect(instanceAddress(new Map([['__proto__', '10.0.0.1']]))).toBe('no-address');
  });

  it('gives a canonical address or a reason for any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV4Extended(), fc.ipV6(), fc.domain()), (text) => {
        const found = addressOf('AWS_INSTANCE_IPV4', text);
        const again =
          typeof found === 'string' ? found : addressOf('AWS_INSTANCE_IPV4', (found as { address: string }).address);
        expect(again).toEqual(found);
      }),
    );
  });
});
