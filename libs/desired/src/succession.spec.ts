import type { Host, ServiceState, SourceSettings } from '@isthmus/model';
import * as given from '@isthmus/testing';
import { DecisionWorld, US } from '@isthmus/testing';
import { judgeHost } from './judge.js';
import { readLive } from './live.js';
import { liveHostOf } from './live-host.js';
import type { MappedComponent } from './mapping.js';
import { successionsOf } from './succession.js';

const OLD = given.serviceRecord('cart.shop', { id: 'srv-old' });
const NEW = given.serviceRecord('cart.shop', { id: 'srv-new', createdAtMs: given.EPOCH_MS + 1 });
const NOT_FOUND = { passesAtMs: [given.EPOCH_MS], notFoundAtMs: given.EPOCH_MS + 1 };
const READ = { reading: given.reading([given.instance('10.0.0.7')]) };

const mapped = (state: ServiceState, source: SourceSettings = US): MappedComponent => ({
  key: state.service.key,
  source,
  state,
  route: given.route(),
  host: 'cart.shop' as Host,
});
const old = mapped(given.serviceState(OLD, { absence: NOT_FOUND }));

describe('successionsOf', () => {
  it.each<[string, ServiceState, boolean]>([
    ['a listed service of the same names that is younger', given.serviceState(NEW), true],
    ['one that an object alone tells of', given.serviceState(NEW, { knownFrom: 'live' }), false],
    ['one that the catalogue lacks too', given.serviceState(NEW, { absence: NOT_FOUND }), false],
    ['one that is older', given.serviceState({ ...NEW, createdAtMs: 0 }), false],
    [
      'one in another region',
      given.serviceState(given.serviceRecord('cart.shop', { region: 'eu-west-1', createdAtMs: NEW.createdAtMs })),
      false,
    ],
    [
      'one of another account',
      given.serviceState(given.serviceRecord('cart.shop', { account: '444455556666', createdAtMs: NEW.createdAtMs })),
      false,
    ],
    ['one of another HttpName', given.serviceState({ ...NEW, httpName: 'shop_2' }), false],
    ['one of another name', given.serviceState({ ...NEW, serviceName: 'pay' }), false],
  ])('sees as successor %s: %#', (_, other, expected) => {
    expect(successionsOf([old, mapped(other)]).has(OLD.key)).toBe(expected);
  });

  it.each<[string, ServiceState['absence']]>([
    ['is listed', undefined],
    ['is missing and not asked for', { passesAtMs: [given.EPOCH_MS], notFoundAtMs: undefined }],
    [
      'was asked for before the pass that lacked it',
      { passesAtMs: [given.EPOCH_MS + 2], notFoundAtMs: given.EPOCH_MS + 1 },
    ],
  ])('sees none for a service that %s', (_, absence) => {
    const state = given.serviceState(OLD, { absence });
    expect(successionsOf([mapped(state), mapped(given.serviceState(NEW))]).size).toBe(0);
  });
});

describe('judgeHost, of a service that was created anew', () => {
  const world = new DecisionWorld();
  world.run(given.snapshot(US, [given.serviceState(OLD, READ)]));
  const observed = world.entry();
  const live = observed === undefined ? undefined : liveHostOf(new Map([[0, readLive(observed)]]));
  const context = {
    ...world.input,
    nowMs: world.nowMs,
    serverNowMs: world.nowMs,
    unknownSources: [],
    markSeen: () => undefined,
  };

  it.each<[string, Partial<ServiceState>, object]>([
    ['keeps the old one while the new one is unread', {}, { kind: 'keep', reason: 'successor-unread' }],
    ['lets the old one go with a complete reading of the new one', READ, { kind: 'succeeded' }],
    [
      'keeps the old one beside a partial reading',
      { reading: { ...READ.reading, completeness: 'partial' } },
      { kind: 'keep', reason: 'successor-unread' },
    ],
  ])('%s', (_, changes, expected) => {
    const candidates = [old, mapped(given.serviceState(NEW, changes))];
    const { components } = judgeHost('cart.shop' as Host, { candidates, live }, context);
    expect(components.find(({ key }) => key === OLD.key)?.verdict).toMatchObject(expected);
  });

  // The old one is known to be gone; one hub has begun with the new one, another has only heard of one between them.
  it.each([
    ['does not begin beside the new one', { secondMs: 1, lastMs: 2 }, 'keep'],
    ['begins when it was created last', { secondMs: 3, lastMs: 2 }, 'replace'],
    ['begins beside one from the future, in which nobody believes', { secondMs: 1, lastMs: 86_400_000 }, 'replace'],
  ])('a second one %s', (_, { secondMs, lastMs }, kind) => {
    const partial: Partial<ServiceState> = { reading: { ...READ.reading, completeness: 'partial' } };
    const last = { ...NEW, createdAtMs: given.EPOCH_MS + lastMs };
    const second = given.serviceRecord('cart.shop', { id: 'srv-second', createdAtMs: given.EPOCH_MS + secondMs });
    const begun = new DecisionWorld();
    begun.run(given.snapshot(US, [given.serviceState(OLD, READ)]));
    begun.run(given.snapshot(US, [given.serviceState(OLD, { absence: NOT_FOUND }), given.serviceState(last, partial)]));
    const standing = begun.entry();
    const both = standing === undefined ? undefined : liveHostOf(new Map([[0, readLive(standing)]]));
    expect(both?.components).toHaveLength(2);
    const candidates = [old, mapped(given.serviceState(second, READ))];
    const { components } = judgeHost('cart.shop' as Host, { candidates, live: both }, context);
    expect(components.find(({ key }) => key === second.key)?.verdict.kind).toBe(kind);
  });
});
