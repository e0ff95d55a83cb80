import type { ServiceState } from '@isthmus/model';
import { instance, provenAbsence, provenEmptiness, reading, serviceRecord, serviceState } from '@isthmus/testing';

import { snapshotCodec } from './snapshot-codec.js';

const STATES: readonly ServiceState[] = [
  serviceState(serviceRecord('cart.shop'), {
    reading: reading([instance('10.0.0.1', { port: 8080 }), instance('10.0.0.2', { health: 'UNHEALTHY' })]),
    floor: { revision: 3, observedAtMs: 5, isEmpty: false },
    changedAtMs: 7,
  }),
  serviceState(serviceRecord('orders.shop'), { absence: provenAbsence(9), emptiness: provenEmptiness(90_000, 2) }),
  serviceState(serviceRecord('search.shop'), {
    knownFrom: 'live',
    reading: reading([instance('10.0.0.3')], { overrulesRevision: 4, completeness: 'partial' }),
    absence: { passesAtMs: [1], notFoundAtMs: undefined },
    regression: { reads: 1, firstAtMs: 2, revision: 1 },
  }),
];

const TEXT = snapshotCodec.encode({ services: STATES });

describe('snapshotCodec', () => {
  it('gives back services as they were, all fields of them', () => {
    expect(snapshotCodec.decodeServices(JSON.parse(TEXT))).toEqual({ ok: true, value: STATES });
  });

  it('writes each list of attribute names once', () => {
    expect(TEXT.match(/AWS_INSTANCE_IPV4/g)).toHaveLength(2);
    expect(TEXT.match(/AWS_INSTANCE_PORT/g)).toHaveLength(1);
  });

  it.each<[string, (text: string) => string, string]>([
    ['a health that nobody knows', (text) => text.replace('UNHEALTHY', 'FINE'), 'services[0].reading: instance 1'],
    ['no names', (text) => text.replace('"names"', '"nouns"'), 'names'],
    ['an unknown field', (text) => text.replace('"floor"', '"more":1,"floor"'), 'services[0]'],
    ['a key that is not its identity’s', (text) => text.replace('srv-cart', 'srv-dart'), 'services[0].service'],
  ])('lets nothing through with %s', (_, damage, place) => {
    const damaged = damage(TEXT);
    expect(damaged).not.toBe(TEXT);
    const decoded = snapshotCodec.decodeServices(JSON.parse(damaged));
    expect(decoded.ok ? '' : decoded.error).toContain(place);
  });
});
