import type { ClusterSettings, Configuration, HubSettings, ObservedEntry, Snapshot } from '@isthmus/model';
import {
  cluster,
  configuration,
  EPOCH_MS,
  EU,
  foreignEntry,
  hub,
  instance,
  observedFrom,
  provenAbsence,
  reading,
  route,
  serviceRecord,
  serviceState,
  snapshot,
  US,
} from '@isthmus/testing';

import type { ClusterView } from './cluster-reconciler.js';
import type { DecisionInput } from './decide-cluster.js';
import { decideCluster, manifestOf, newClusterMemory } from './decide-cluster.js';
import type { ClusterFacts } from './explain-cluster.js';
import { explainHost } from './explain-host.js';
import type { ClusterExplanation, HostExplanation, InstanceExplanation } from './explain-view.js';
import type { SourceView } from './source-view.js';

const CART = serviceRecord('cart.shop');
const CART_EU = serviceRecord('cart.shop', { region: 'eu-west-1' });

const SOURCES: readonly SourceView[] = [US, EU].map((settings) => ({
  settings,
  account: '111122223333',
  identity: undefined,
  state: settings === US ? 'fresh' : 'throttled',
  hasStarted: true,
  services: 1,
  instances: 1,
  lastCompleteReadAtMs: EPOCH_MS,
  error: settings === US ? undefined : { code: 'throttled', message: 'slow down', sinceMs: EPOCH_MS },
}));

interface Situation {
  readonly snapshots: readonly Snapshot[];
  readonly cluster?: ClusterSettings;
  readonly hub?: HubSettings;
  readonly observed?: readonly ObservedEntry[];
  readonly nowMs?: number;
}

/** A cluster that has decided once, or, unreachable, never. */
function facts(situation: Situation, view: Partial<ClusterView> = {}): ClusterFacts {
  const nowMs = situation.nowMs ?? EPOCH_MS;
  const input: DecisionInput = {
    cluster: situation.cluster ?? cluster(),
    hub: situation.hub ?? hub(),
    sources: [US, EU],
    approvals: [],
    snapshots: situation.snapshots,
    observed: situation.observed ?? [],
    memory: newClusterMemory(),
    nowMs,
    serverNowMs: nowMs,
    epoch: 1,
  };
  const decision = decideCluster(input);
  return {
    input,
    view: { connection: 'up', decision, error: undefined, epoch: 1, lastAppliedAtMs: undefined, ...view },
  };
}

/** What a cluster holds after the changes of one decision. */
function written(situation: Situation): readonly ObservedEntry[] {
  const changes = facts(situation).view.decision?.plan.changes ?? [];
  return changes.flatMap((change) =>
    change.kind === 'delete'
      ? []
      : [observedFrom(manifestOf(change.desired, 1), { uid: 'uid-1', resourceVersion: '9', generation: 1 })],
  );
}

function explain(clusters: readonly ClusterFacts[], host = 'cart.shop') {
  const settings: Configuration = configuration({
    sources: [US, EU],
    clusters: clusters.map(({ input }) => input.cluster),
  });
  return explainHost({ configuration: settings, sources: SOURCES, clusters, nowMs: EPOCH_MS }, host);
}

function explained(clusters: readonly ClusterFacts[], host?: string): HostExplanation {
  const answer = explain(clusters, host);
  if (!answer.ok) throw new Error('nobody knows the host');
  return answer.value;
}

function only(...args: Parameters<typeof facts>): ClusterExplanation {
  const [explanation] = explained([facts(...args)]).clusters;
  if (explanation === undefined) throw new Error('the cluster says nothing');
  return explanation;
}

const outcomes = (instances: readonly InstanceExplanation[] = []) =>
  instances.map(({ id, address, outcome, reason }) => [id, address, outcome, reason]);

const us = (...instances: Parameters<typeof reading>[0]): Snapshot =>
  snapshot(US, [serviceState(CART, { reading: reading(instances) })]);

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

  it('shows the endpoints of a dark region as kept, with the trouble of its source', () => {
    const eu = snapshot(EU, [serviceState(CART_EU, { reading: reading([instance('10.9.0.1')]) })]);
    const observed = written({ snapshots: [us(instance('10.0.0.1')), eu] });
    const { components } = only({ snapshots: [us(instance('10.0.0.1'))], observed });
    const dark = components.find(({ region }) => region === 'eu-west-1');
    expect(dark).toMatchObject({
      verdict: 'keep',
      reason: { reason: 'component-unread' },
      source: { name: 'eu', state: 'throttled', error: { code: 'throttled' } },
    });
    expect(outcomes(dark?.instances)).toEqual([[null, '10.9.0.1', 'kept', 'component-unread']]);
  });

  it('refuses a second service for a host, and says whose it is', () => {
    const rival = serviceRecord('cart.shop', { id: 'srv-rival', createdAtMs: EPOCH_MS + 1 });
    const services = [CART, rival].map((service) =>
      serviceState(service, { reading: reading([instance('10.0.0.1')]) }),
    );
    const { rejections } = only({ snapshots: [snapshot(US, services)] });
    expect(rejections).toMatchObject([
      { component: rival.key, source: 'us', reason: 'host-conflict', detail: expect.stringContaining(CART.key) },
    ]);
  });

  it('names the foreign object in the way, and calls no instance in that is not there', () => {
    const observed = [foreignEntry('cloudmap-cart.shop', 'cart.shop')];
    const explanation = only({ snapshots: [us(instance('10.0.0.1'))], observed });
    expect(explanation).toMatchObject({
      state: 'held',
      holds: [{ reason: 'foreign-owner', remedy: expect.stringContaining('Rename') }],
      live: [{ uid: 'foreign-cloudmap-cart.shop', isOurs: false, isIntact: null }],
    });
    expect(outcomes(explanation.components[0]?.instances)).toEqual([
      ['i-10.0.0.1', '10.0.0.1', 'left-out', 'foreign-owner'],
    ]);
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

  it('shows proof, mark and end of the grace of a service that is gone', () => {
    const stays = ['users', 'pay'].map((name, n) =>
      serviceState(serviceRecord(`${name}.shop`), { reading: reading([instance(`10.0.1.${n}`)]) }),
    );
    const here = serviceState(CART, { reading: reading([instance('10.0.0.1')]) });
    const observed = written({ snapshots: [snapshot(US, [here, ...stays])] });
    const snapshots = [snapshot(US, [{ ...here, absence: provenAbsence(EPOCH_MS) }, ...stays])];
    const marked = written({ snapshots, observed });
    const others = observed.filter(({ name }) => marked.every((entry) => entry.name !== name));
    const explanation = only({ snapshots, observed: [...marked, ...others] });
    expect(explanation.components[0]).toMatchObject({
      reason: { reason: 'pending-delete' },
      proof: {
        gone: { isProven: true, notFoundAt: '2026-01-01T00:00:00.000Z' },
        markedAt: '2026-01-01T00:00:00.000Z',
        graceEndsAt: '2026-01-01T00:02:00.000Z',
      },
    });
    expect(outcomes(explanation.components[0]?.instances)).toEqual([
      ['i-10.0.0.1', '10.0.0.1', 'kept', 'pending-delete'],
    ]);
  });

  it('explains by the brake of the whole cluster, not by that of the one host', () => {
    const services = ['cart', 'orders', 'users', 'search', 'pay'].map((name) => serviceRecord(`${name}.shop`));
    const read = services.map((service, n) =>
      serviceState(service, { reading: reading([instance(`10.0.0.${n + 1}`)]) }),
    );
    const observed = written({ snapshots: [snapshot(US, read)] });
    const gone = read.map((state) => ({ ...state, absence: provenAbsence(EPOCH_MS) }));
    const explanation = only({ snapshots: [snapshot(US, gone)], observed });
    expect(explanation).toMatchObject({ state: 'held', heldRemovals: [{ reason: 'source-empty' }] });
    expect(explanation.components[0]?.reason).toMatchObject({ reason: 'source-empty' });
    expect(outcomes(explanation.components[0]?.instances)).toEqual([
      ['i-10.0.0.1', '10.0.0.1', 'kept', 'source-empty'],
    ]);
  });

  it('gives the error of a cluster that was never read as the reason of every instance', () => {
    const error = { code: 'unauthorized' as const, message: '401', sinceMs: EPOCH_MS };
    const explanation = only(
      { snapshots: [us(instance('10.0.0.1'))] },
      { connection: 'down', decision: undefined, error },
    );
    expect(explanation).toMatchObject({ state: 'unknown', error: { code: 'unauthorized' }, plan: [] });
    expect(outcomes(explanation.components[0]?.instances)).toEqual([
      ['i-10.0.0.1', '10.0.0.1', 'left-out', 'unauthorized'],
    ]);
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
