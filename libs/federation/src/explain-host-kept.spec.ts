import {
  EPOCH_MS,
  EU,
  foreignEntry,
  instance,
  provenAbsence,
  reading,
  serviceRecord,
  serviceState,
  snapshot,
  US,
} from '@isthmus/testing';
import { CART, CART_EU, only, outcomes, us, written } from './explain-host.spec-rig.js';

describe('explainHost, of what stays as it is or is refused', () => {
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
});
