import * as given from '@isthmus/testing';
import { cidrPolicyOf } from './cidr-policy.js';

const ip = (address: string) => ({ kind: 'ip', address, port: undefined }) as const;
const NAME = { kind: 'name', address: 'db.example.com', port: undefined } as const;

describe('cidrPolicyOf', () => {
  it.each<[string, { allowedCidrs?: readonly string[]; deniedCidrs?: readonly string[] }, string, boolean]>([
    ['takes everything when no list is given', {}, '203.0.113.9', true],
    ['takes what lies in the allow list', { allowedCidrs: ['10.0.0.0/8'] }, '10.200.0.1', true],
    ['refuses what lies outside of it', { allowedCidrs: ['10.0.0.0/8'] }, '11.0.0.1', false],
    ['refuses what lies in the deny list', { deniedCidrs: ['10.0.0.0/8'] }, '10.0.0.1', false],
    ['takes what lies outside of it', { deniedCidrs: ['10.0.0.0/8'] }, '11.0.0.1', true],
    [
      'lets the deny list win over the allow list',
      { allowedCidrs: ['10.0.0.0/8'], deniedCidrs: ['10.1.0.0/16'] },
      '10.1.2.3',
      false,
    ],
    ['judges IPv6', { allowedCidrs: ['2001:db8::/32'] }, '2001:db8:1::1', true],
    ['refuses IPv6 when only IPv4 is allowed', { allowedCidrs: ['0.0.0.0/0'] }, '2001:db8::1', false],
    ['keeps IPv4 out of an IPv6 deny list', { deniedCidrs: ['::/0'] }, '10.0.0.1', true],
  ])('%s', (_, lists, address, expected) => {
    expect(cidrPolicyOf(given.cluster(lists))(ip(address))).toBe(expected);
  });

  it('leaves host names out of an allow list, because a name could resolve to anything', () => {
    expect(cidrPolicyOf(given.cluster({ allowedCidrs: ['0.0.0.0/0', '::/0'] }))(NAME)).toBe(false);
    expect(cidrPolicyOf(given.cluster({ deniedCidrs: ['0.0.0.0/0', '::/0'] }))(NAME)).toBe(true);
  });
});
