import {
  cluster,
  EPOCH_MS,
  EU,
  hub,
  instance,
  provenAbsence,
  reading,
  route,
  serviceRecord,
  serviceState,
  snapshot,
  US,
} from '@isthmus/testing';
import { CART, CART_EU, explain, explained, facts, only, outcomes, us, written } from './explain-host.spec-rig.js';

describe('explainHost', () => {
  it('names the route, the object and the planned change of a new host', () => {
    const explanation = only({ snapshots: [us(instance('10.0.0.1', { port: 8080 }))] });
    expect(explanation).toMatchObject({
      name: 'eks',
      state: 'out-of-sync',
      entry: 'cloudmap-cart.shop',
      route: 'isthmus.yaml:1',
      plan: [{ kind: 'create', added: [expect.stringContaining('10.0.0.1')], removed: [] }],
      live: [],
      components: [
        {
          component: CART.key,
          source: { name: 'us', state: 'fresh', error: null },
          account: '111122223333',
          region: 'us-east-1',
          namespace: 'shop',
          service: 'cart',
          revision: 1,
          observedAt: '2026-01-01T00:00:00.000Z',
          verdict: 'replace',
          reason: null,
        },
      ],
    });
  });

  it('says why each instance is in or is not', () => {
    const unhealthy = instance('10.0.0.2', { id: 'i-sick', health: 'UNHEALTHY' });
    const bare = { id: 'i-bare', health: 'HEALTHY' as const, attributes: new Map<string, string>() };
    const wrongPort = instance('10.0.0.4', { id: 'i-port', port: '0x50' });
    const { components } = only({
      snapshots: [us(instance('10.0.0.1', { id: 'i-good' }), unhealthy, bare, wrongPort)],
    });
    expect(outcomes(components[0]?.instances)).toEqual([
      ['i-bare', null, 'left-out', 'no-address'],
      ['i-good', '10.0.0.1', 'in', null],
      ['i-port', '10.0.0.4', 'left-out', 'port-illegal'],
      ['i-sick', '10.0.0.2', 'left-out', 'unhealthy'],
    ]);
    expect(components[0]?.instances[3]?.meaning).toMatch(/unhealthy/);
  });

  it('is in sync when the live object is as it should be, and shows it', () => {
    const snapshots = [us(instance('10.0.0.1', { port: 8080 }))];
    const explanation = only({ snapshots, observed: written({ snapshots }) });
    expect(explanation).toMatchObject({
      state: 'synced',
      plan: [],
      live: [{ name: 'cloudmap-cart.shop', uid: 'uid-1', resourceVersion: '9', isOurs: true, isIntact: true }],
    });
    expect(explanation.live[0]?.endpoints).toEqual([expect.stringMatching(/^10\.0\.0\.1 .*=8080/)]);
    expect(explanation.components[0]?.instances[0]?.isLive).toBe(true);
  });

  it.each([
    ['observe', { cluster: cluster({ mode: 'observe' }) }],
    ['push-off', { cluster: cluster({ push: false }) }],
    ['read-only', { hub: hub({ readOnly: true }) }],
    ['paused', { cluster: cluster({ paused: { reason: 'upgrade', untilMs: EPOCH_MS + 1 } }) }],
    [null, { cluster: cluster({ paused: { reason: 'over', untilMs: EPOCH_MS } }) }],
  ])('says that nothing is written: %s', (expected, situation) => {
    expect(only({ snapshots: [us(instance('10.0.0.1'))], ...situation }).writesStopped).toBe(expected);
  });

  it('names what of each route does not match where a cluster does not map the service', () => {
    const snapshots = [us(instance('10.0.0.1'))];
    const lab = cluster({ name: 'lab', routes: [route({ regions: ['eu-west-1'] }), route({ namespaces: ['dev-*'] })] });
    const { clusters, notMapped } = explained([facts({ snapshots }), facts({ snapshots, cluster: lab })]);
    expect(clusters.map(({ name }) => name)).toEqual(['eks']);
    expect(notMapped).toMatchObject([
      {
        cluster: 'lab',
        service: 'cart',
        reason: 'not-mapped',
        details: [
          'isthmus.yaml:1: region us-east-1 is not in regions [eu-west-1]',
          'isthmus.yaml:1: namespace shop is not in namespaces [dev-*]',
        ],
      },
    ]);
  });

  it('names the other host of a service whose route has another template', () => {
    const snapshots = [us(instance('10.0.0.1'))];
    const global = cluster({ name: 'lab', routes: [route({}, { host: '{service}.{namespace}.global' })] });
    const { notMapped } = explained([facts({ snapshots, cluster: global })]);
    expect(notMapped[0]?.details).toEqual(['isthmus.yaml:1: there its host is cart.shop.global, not cart.shop']);
  });

  it('does not call a service that is gone unmapped', () => {
    const gone = { reading: reading([instance('10.0.0.1')]), absence: provenAbsence(EPOCH_MS) };
    const again = serviceState(serviceRecord('cart.shop', { id: 'srv-again' }), { reading: gone.reading });
    const { notMapped } = explained([facts({ snapshots: [snapshot(US, [serviceState(CART, gone), again])] })]);
    expect(notMapped).toEqual([]);
  });

  it('explains a host that no service may have', () => {
    const wrong = serviceState(serviceRecord('Cart_1.shop'), { reading: reading([instance('10.0.0.1')]) });
    const { clusters } = explained([facts({ snapshots: [snapshot(US, [wrong])] })], 'Cart_1.shop.');
    expect(clusters).toMatchObject([{ state: 'refused', rejections: [{ reason: 'host-illegal' }], components: [] }]);
  });

  it('answers an unknown host with near names, and with refused services that look like it', () => {
    const wrong = serviceState(serviceRecord('cart_1.shop'), { reading: reading([instance('10.0.0.2')]) });
    const right = serviceState(CART, { reading: reading([instance('10.0.0.1')]) });
    const answer = explain([facts({ snapshots: [snapshot(US, [right, wrong])] })], 'cart1.shop');
    expect(answer).toMatchObject({
      ok: false,
      error: {
        host: 'cart1.shop',
        near: ['cart.shop', 'cart_1.shop'],
        refused: [{ host: 'cart_1.shop', reason: 'host-illegal' }],
      },
    });
  });

  it('does not change what the decision itself gave for the host', () => {
    const eu = snapshot(EU, [serviceState(CART_EU, { reading: reading([instance('10.9.0.1')]) })]);
    const situation = { snapshots: [us(instance('10.0.0.1'), instance('10.0.0.2')), eu] };
    const all = only(situation).components.flatMap(({ instances }) => instances);
    const [change] = facts(situation).view.decision?.plan.changes ?? [];
    const addresses = change?.kind === 'create' ? change.desired.spec.endpoints.map(({ address }) => address) : [];
    const placed = all.filter(({ outcome }) => outcome === 'in').map(({ address }) => address);
    expect(new Set(placed)).toEqual(new Set(addresses));
    expect(placed).toHaveLength(3);
  });
});
