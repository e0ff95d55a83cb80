import type { Configuration } from '@isthmus/model';
import { findLosses } from './index.js';
import { configurationIn } from './config.spec-rig.js';

interface Parts {
  readonly hub?: string;
  readonly source?: string;
  readonly cluster?: string;
  readonly route?: string;
}

/** One source, one cluster and one route, with more fields in each. */
function configuration({ hub = '', source = '', cluster = '', route = '{}' }: Parts): Configuration {
  return configurationIn(`apiVersion: isthmus.dev/v1
hub: { name: prod${hub} }
sources: [{ name: shop, region: us-east-1, account: "111122223333"${source} }]
clusters: [{ name: eks, role: primary, kubeconfig: { file: eks }, routes: [${route}]${cluster} }]
`);
}

const lost = (old: Configuration, next: Configuration): readonly string[] =>
  findLosses(old, next).map(({ subject, message }) => `${subject}: ${message}`);

describe('findLosses', () => {
  it('finds nothing between equal configurations, and nothing where more is mapped', () => {
    const old = configuration({
      source: ', namespaces: { include: [shop] }',
      route: '{ from: { regions: [us-east-1] } }',
    });
    expect(lost(old, old)).toEqual([]);
    expect(lost(old, configuration({}))).toEqual([]);
    expect(
      lost(
        old,
        configuration({ source: ', namespaces: { include: ["s*"] }', route: '{ from: { regions: ["us-*"] } }' }),
      ),
    ).toEqual([]);
  });

  it.each<[string, Parts, Parts, readonly string[]]>([
    [
      'a source that reads fewer namespaces',
      {},
      { source: ', namespaces: { include: [shop] }' },
      ['source shop: namespaces * are not read as a whole any more'],
    ],
    [
      'a source that leaves services out',
      {},
      { source: ', services: { exclude: [tmp-*] }' },
      ['source shop: services tmp-* are left out'],
    ],
    ['a cluster without its route', {}, { route: '' }, ['cluster eks, route isthmus.yaml:4: no route takes its place']],
    [
      'a route that takes fewer regions',
      { route: '{ from: { regions: [us-*, eu-*] } }' },
      { route: '{ from: { regions: [us-*] } }' },
      ['cluster eks, route isthmus.yaml:4: regions eu-* are not selected as a whole any more'],
    ],
    [
      'a route that asks more of instances',
      {},
      { route: '{ from: { instances: { where: { stage: prod } } } }' },
      ['cluster eks, route isthmus.yaml:4: instances without stage: "prod" are left out'],
    ],
    [
      'another host',
      {},
      { route: '{ to: { host: "{service}.mesh" } }' },
      ['cluster eks, route isthmus.yaml:4: hosts change from {service}.{namespace} to {service}.mesh'],
    ],
    [
      'a suffix that is asked for',
      { route: '{ to: { hostSuffixes: [a.shop, b] } }' },
      { route: '{ to: { hostSuffixes: [shop] } }' },
      ['cluster eks, route isthmus.yaml:4: hosts outside shop are refused'],
    ],
    [
      'networks',
      { cluster: ', allowedCidrs: ["10.0.0.0/8", "fd00::/8"]' },
      { cluster: ', allowedCidrs: ["10.0.0.0/8"], deniedCidrs: ["10.1.0.0/16"]' },
      ['cluster eks: 10.1.0.0/16 may not be endpoints any more', 'cluster eks: fd00::/8 may not be endpoints any more'],
    ],
    [
      'a first allow list',
      {},
      { cluster: ', allowedCidrs: ["10.0.0.0/8"]' },
      ['cluster eks: only 10.0.0.0/8 may be endpoints, and no host names'],
    ],
    [
      'another namespace',
      {},
      { cluster: ', namespace: mesh' },
      ['cluster eks: objects in the namespace isthmus stay there, unless previousNamespaces names it'],
    ],
  ])('finds what is narrower: %s', (_what, old, next, expected) => {
    expect(lost(configuration(old), configuration(next))).toEqual(expected);
  });

  it('finds a source, a cluster and a hub name that are gone', () => {
    const old = configuration({});
    const next = { ...configuration({}), hub: { ...old.hub, name: 'other' }, sources: [], clusters: [] };
    expect(lost(old, next)).toEqual([
      'hub: objects of the hub name prod would not count as ours any more',
      'source shop: account 111122223333, us-east-1 is not read any more',
      'cluster eks: is not configured any more: its objects stay as they are, and nobody updates them',
    ]);
  });

  it('takes former names, previous namespaces, and another name for the same region of an account for what they are', () => {
    const old = configuration({});
    const renamed = configuration({ hub: '', cluster: ', formerNames: [eks-old], previousNamespaces: [mesh]' });
    const { hub, sources, clusters } = old;
    const before = {
      ...old,
      hub: { ...hub, name: 'prod-old' },
      sources: sources.map((source) => ({ ...source, name: 'older' as typeof source.name })),
      clusters: clusters.map((cluster) => ({ ...cluster, name: 'eks-old' as typeof cluster.name, namespace: 'mesh' })),
    };
    expect(lost(before, { ...renamed, hub: { ...renamed.hub, formerNames: ['prod-old'] } })).toEqual([]);
  });

  describe('by another order of routes', () => {
    const first = '{ from: { namespaces: ["shop*"] } }';
    const second = '{ from: { services: [cart] }, to: { host: "{service}.mesh" } }';

    it('finds services that a route before theirs takes under another host, with an example', () => {
      const old = configuration({ route: `${first}, ${second}` });
      const next = configuration({ route: `${second}, ${first}` });
      expect(lost(old, next)).toEqual([
        'cluster eks, route isthmus.yaml:4: services as cart in shopany, of source shop, go by isthmus.yaml:4 now: ' +
          'hosts change from {service}.{namespace} to {service}.mesh',
      ]);
    });

    it('finds a new route that asks more of the instances of some services', () => {
      const asking = '{ from: { services: ["c*"], namespaces: [shop-eu], instances: { where: { stage: prod } } } }';
      expect(lost(configuration({ route: first }), configuration({ route: `${asking}, ${first}` }))).toEqual([
        'cluster eks, route isthmus.yaml:4: services as cany in shop-eu, of source shop, go by isthmus.yaml:4 now: ' +
          'instances without stage: "prod" are left out',
      ]);
    });

    it.each<[string, string, string, Parts]>([
      [
        'which no service reaches',
        first,
        `{ from: { namespaces: [web] }, to: { host: "{service}.mesh" } }, ${first}`,
        {},
      ],
      ['after the one that takes them', `${first}, ${second}`, `${first}, ${second}`, {}],
      ['with the same host', first, `{ from: { services: [cart] } }, ${first}`, {}],
      ['of another source', first, `{ from: { sources: [web] }, to: { host: "{service}.mesh" } }, ${first}`, {}],
      ['of what its source does not read', first, `${second}, ${first}`, { source: ', services: { exclude: [cart] }' }],
    ])('finds nothing in a route %s', (_what, old, next, parts) => {
      expect(lost(configuration({ ...parts, route: old }), configuration({ ...parts, route: next }))).toEqual([]);
    });

    it('takes accounts that share a namespace into account', () => {
      const shared = '{ from: { accounts: ["999900001111"] }, to: { host: "{service}.mesh" } }';
      expect(lost(configuration({}), configuration({ route: `${shared}, {}` }))).toEqual([
        expect.stringContaining('services as any in any, of source shop, go by isthmus.yaml:4 now: hosts change'),
      ]);
    });
  });

  it('compares an old route with the new one that is nearest to it', () => {
    const old = configuration({ route: '{ from: { services: [a], regions: [us-*] } }' });
    const next = configuration({
      route: '{ from: { services: [b], accounts: ["9*"] } }, { from: { services: [a], regions: [us-east-1] } }',
    });
    expect(lost(old, next)).toEqual([
      'cluster eks, route isthmus.yaml:4: regions us-* are not selected as a whole any more',
    ]);
  });
});
