import { endpointLabelsOf, isReservedLabel } from './endpoint-labels.js';

const labels = (value: string): unknown => endpointLabelsOf(new Map([['v', value]]), new Map([['version', 'v']]));

describe('endpointLabelsOf', () => {
  it.each(['1.0', 'a', 'A_b-c.9', '', 'x'.repeat(63)])('takes the value %j', (value) => {
    expect(labels(value)).toEqual({ labels: { version: value }, leftOut: [] });
  });

  it.each(['arn:aws:x', 'http://x', 'a b', '-a', 'a-', '_a', 'a.', 'a\n', 'é', 'x'.repeat(64), 'x'.repeat(5_000)])(
    'leaves the label out for the value %j',
    (value) => {
      expect(labels(value)).toEqual({ labels: undefined, leftOut: ['version'] });
    },
  );

  it('keeps the other labels when one value is illegal, and lacks those whose attribute is missing', () => {
    const wanted = new Map([
      ['stage', 's'],
      ['version', 'v'],
      ['zone', 'z'],
    ]);
    const attributes = new Map([
      ['s', 'beta'],
      ['v', 'a b'],
    ]);
    expect(endpointLabelsOf(attributes, wanted)).toEqual({ labels: { stage: 'beta' }, leftOut: ['version'] });
  });

  it('makes own properties of labels that are named like those of every object', () => {
    const found = endpointLabelsOf(new Map([['constructor', 'x']]), new Map([['constructor', 'constructor']]));
    expect(Object.entries(found.labels ?? {})).toEqual([['constructor', 'x']]);
  });

  it('never gives a label of Istio’s or Kubernetes’ own', () => {
    const found = endpointLabelsOf(new Map([['v', 'x']]), new Map([['istio-locality', 'v']]));
    expect(found).toEqual({ labels: undefined, leftOut: [] });
  });
});

describe('isReservedLabel', () => {
  it.each([
    ['istio-locality', true],
    ['security.istio.io/tlsMode', true],
    ['istio.io/rev', true],
    ['topology.kubernetes.io/region', true],
    ['kubernetes.io/hostname', true],
    ['app.kubernetes.io/name', true],
    ['version', false],
    ['example.com/istio-io', false],
    ['notistio.io/x', false],
  ])('says of %s: %s', (label, expected) => {
    expect(isReservedLabel(label)).toBe(expected);
  });
});
