import { liveEntry } from '@isthmus/testing';
import { withSharedParts } from './shared-entry.js';

describe('withSharedParts', () => {
  const read = (changes: object = {}): ReturnType<typeof liveEntry> =>
    JSON.parse(JSON.stringify({ ...liveEntry('cloudmap-a.shop'), ...changes })) as ReturnType<typeof liveEntry>;

  it('changes nothing about an entry', () => {
    expect(withSharedParts(read())).toEqual(read());
  });

  it('lets entries of clusters that want the same hold the same spec, labels and hosts', () => {
    const [one, other] = [withSharedParts(read({ uid: '1' })), withSharedParts(read({ uid: '2' }))];
    expect(one.spec.raw).toBe(other.spec.raw);
    expect(one.spec.hosts).toBe(other.spec.hosts);
    expect(one.labels).toBe(other.labels);
    expect([one.uid, other.uid]).toEqual(['1', '2']);
  });

  it('lets entries of different hosts hold the same list of endpoints', () => {
    const endpoints = [{ address: '10.0.0.1', ports: { http: 80 } }];
    const specOf = (host: string): object => ({ hosts: [host], raw: { hosts: [host], endpoints } });
    const [one, other] = [
      withSharedParts(read({ spec: specOf('a.shop') })),
      withSharedParts(read({ spec: specOf('b.shop') })),
    ];
    expect(one.spec.raw).not.toEqual(other.spec.raw);
    const endpointsOf = ({ spec }: typeof one): unknown => (spec.raw as { endpoints: unknown }).endpoints;
    expect(endpointsOf(one)).toBe(endpointsOf(other));
  });

  it.each([
    ['no object', 'spec'],
    ['no endpoints', { hosts: ['a.shop'] }],
    ['endpoints that are no list', { hosts: ['a.shop'], endpoints: 7 }],
    ['hosts that are no texts', { hosts: [7], endpoints: [] }],
  ])('lets a spec be that has %s', (_, raw) => {
    const entry = read({ spec: { hosts: ['a.shop'], raw } });
    expect(withSharedParts(entry)).toEqual(entry);
  });
});
