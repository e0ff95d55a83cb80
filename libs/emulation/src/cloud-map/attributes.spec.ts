import { attributeProblems, storedAttributes } from './attributes.js';
import type { AttributeDemand, InstanceAttributes } from './attributes.js';

const NOTHING: AttributeDemand = { recordTypes: [], hasRoute53Check: false, namespaceType: 'HTTP' };

function numbered(count: number): InstanceAttributes {
  return Object.fromEntries(Array.from({ length: count }, (_, number) => [`key-${number}`, 'value']));
}

describe('attributeProblems', () => {
  it.each<[string, InstanceAttributes, Partial<AttributeDemand>]>([
    ['none at all', {}, {}],
    ['an address and a port', { AWS_INSTANCE_IPV4: '10.0.0.1', AWS_INSTANCE_PORT: '8080' }, {}],
    ['an IPv6 address', { AWS_INSTANCE_IPV6: '2001:db8::1' }, {}],
    ['an alias where an A record is wanted', { AWS_ALIAS_DNS_NAME: 'lb.example.com' }, { recordTypes: ['A'] }],
    ['30 custom attributes beside the reserved', { ...numbered(30), AWS_INSTANCE_IPV4: '10.0.0.1' }, {}],
    ['a value of 1024 characters', { key: 'v'.repeat(1024) }, {}],
    ['an empty value', { key: '' }, {}],
  ])('takes %s', (_, attributes, demand) => {
    expect(attributeProblems(attributes, { ...NOTHING, ...demand })).toEqual([]);
  });

  it.each<[string, InstanceAttributes, Partial<AttributeDemand>]>([
    ['31 custom attributes', numbered(31), {}],
    ['a key of 256 characters', { ['k'.repeat(256)]: '' }, {}],
    ['a key with a space', { 'a b': '' }, {}],
    ['a value of 1025 characters', { key: 'v'.repeat(1025) }, {}],
    ['a value that begins with a space', { key: ' v' }, {}],
    ['a value beyond ASCII', { key: 'ä' }, {}],
    [
      '5001 characters in all',
      { a: 'v'.repeat(1024), b: 'v'.repeat(1024), c: 'v'.repeat(1024), d: 'v'.repeat(1024), e: 'v'.repeat(900) },
      {},
    ],
    ['an address that is none', { AWS_INSTANCE_IPV4: '10.0.0.256' }, {}],
    ['an address of three numbers', { AWS_INSTANCE_IPV4: '10.0.0' }, {}],
    ['an IPv6 address that is none', { AWS_INSTANCE_IPV6: '10.0.0.1' }, {}],
    ['port 0', { AWS_INSTANCE_PORT: '0' }, {}],
    ['port 65536', { AWS_INSTANCE_PORT: '65536' }, {}],
    ['a port in words', { AWS_INSTANCE_PORT: 'http' }, {}],
    ['an initial health of UNKNOWN', { AWS_INIT_HEALTH_STATUS: 'UNKNOWN' }, {}],
    ['an alias beside an address', { AWS_ALIAS_DNS_NAME: 'lb', AWS_INSTANCE_IPV4: '10.0.0.1' }, {}],
    ['an EC2 instance beside anything else', { AWS_EC2_INSTANCE_ID: 'i-1', stage: 'beta' }, {}],
    ['an EC2 instance in a DNS namespace', { AWS_EC2_INSTANCE_ID: 'i-1' }, { namespaceType: 'DNS_PRIVATE' }],
    ['no IPv4 for an A record', {}, { recordTypes: ['A'] }],
    ['no IPv6 for an AAAA record', {}, { recordTypes: ['AAAA'] }],
    ['no name for a CNAME record', {}, { recordTypes: ['CNAME'] }],
    ['no port for an SRV record', { AWS_INSTANCE_IPV4: '10.0.0.1' }, { recordTypes: ['SRV'] }],
    ['no address for an SRV record', { AWS_INSTANCE_PORT: '80' }, { recordTypes: ['SRV'] }],
    ['no port for a Route 53 check', { AWS_INSTANCE_IPV4: '10.0.0.1' }, { hasRoute53Check: true }],
  ])('refuses %s', (_, attributes, demand) => {
    expect(attributeProblems(attributes, { ...NOTHING, ...demand })).toHaveLength(1);
  });
});

describe('storedAttributes', () => {
  it('fills in the same private address of an EC2 instance each time', () => {
    const stored = storedAttributes({ AWS_EC2_INSTANCE_ID: 'i-1' });
    expect(stored['AWS_INSTANCE_IPV4']).toMatch(/^172\.31\.\d+\.\d+$/);
    expect(storedAttributes({ AWS_EC2_INSTANCE_ID: 'i-1' })).toEqual(stored);
  });
});
