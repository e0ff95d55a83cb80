import type { ComponentKey, ComponentRecord } from '@isthmus/model';
import { decodeComponents, encodeComponents } from './annotations.js';
import { bodyHashOf, contentHashOf, hashOfList, sharedList } from './content-hash.js';

const record: ComponentRecord = {
  key: 'aws/us-east-1/111122223333/ns-1/srv-1' as ComponentKey,
  source: 'us',
  namespace: 'shop',
  httpName: 'shop',
  service: 'cart',
  createdAtMs: 1_767_225_764_662.992,
  revision: 3,
  observedAtMs: 1_767_225_836_000.5,
  registered: 1,
  endpoints: 1,
  also: [],
};
const body = {
  spec: { hosts: ['cart.shop'], endpoints: [{ address: '10.0.0.1' }] },
  components: [record],
  pending: new Map<ComponentKey, number>(),
  labels: {},
  annotations: {},
};

describe('bodyHashOf', () => {
  it('is the same for records that were written and read back, whatever parts of a millisecond they had', () => {
    const components = decodeComponents(encodeComponents([record]));
    expect(bodyHashOf({ ...body, components: components ?? [] })).toBe(bodyHashOf(body));
  });

  it('does not depend on when AWS was read last', () => {
    const later = { ...body, components: [{ ...record, observedAtMs: record.observedAtMs + 60_000 }] };
    expect(bodyHashOf(later)).toBe(bodyHashOf(body));
  });

  it.each([
    ['an endpoint', { ...body, spec: { ...body.spec, endpoints: [{ address: '10.0.0.2' }] } }],
    ['the list of endpoints', { ...body, spec: { hosts: body.spec.hosts } }],
    ['another field of the spec', { ...body, spec: { ...body.spec, resolution: 'DNS' } }],
    ['a revision', { ...body, components: [{ ...record, revision: 4 }] }],
    ['the revision of Istio', { ...body, labels: { 'istio.io/rev': 'canary' } }],
    [
      'the distribution of traffic',
      { ...body, annotations: { 'networking.istio.io/traffic-distribution': 'PreferClose' } },
    ],
    ['a mark', { ...body, pending: new Map([[record.key, 1_767_225_836_000]]) }],
  ])('differs with %s', (_, other) => {
    expect(bodyHashOf(other)).not.toBe(bodyHashOf(body));
  });
});

describe('contentHashOf', () => {
  const metadata = { labels: { 'isthmus.dev/hub': 'prod' }, annotations: { 'isthmus.dev/cluster': 'eks' } };

  it.each([
    ['the body', 'other', metadata],
    ['the hub', 'body', { ...metadata, labels: { 'isthmus.dev/hub': 'test' } }],
    ['the cluster', 'body', { ...metadata, annotations: { 'isthmus.dev/cluster': 'aks' } }],
  ])('differs with %s', (_, hash, other) => {
    expect(contentHashOf(hash, other)).not.toBe(contentHashOf('body', metadata));
  });

  it.each([
    ['the epoch', { ...metadata, annotations: { ...metadata.annotations, 'isthmus.dev/epoch': '7' } }],
    ['a label of somebody else', { ...metadata, labels: { ...metadata.labels, team: 'shop' } }],
  ])('does not depend on %s', (_, other) => {
    expect(contentHashOf('body', other)).toBe(contentHashOf('body', metadata));
  });
});

describe('sharedList', () => {
  it('is the very list for an equal one', () => {
    const list = [{ address: '10.9.9.9' }];
    expect(sharedList(list)).toBe(list);
    expect(sharedList([{ address: '10.9.9.9' }])).toBe(list);
    expect(hashOfList([{ address: '10.9.9.9' }])).toBe(hashOfList(list));
    expect(sharedList([{ address: '10.9.9.8' }])).not.toBe(list);
  });
});
