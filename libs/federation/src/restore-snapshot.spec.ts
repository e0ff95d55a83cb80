import { emptySnapshot, hasAbsenceProof, hasEmptinessProof, sourceName } from '@isthmus/model';
import type { ServiceState } from '@isthmus/model';
import {
  EPOCH_MS,
  instance,
  provenAbsence,
  provenEmptiness,
  reading,
  serviceRecord,
  serviceState,
  snapshot,
  source,
} from '@isthmus/testing';
import { restoreSnapshot } from './restore-snapshot.js';

describe('restoreSnapshot', () => {
  const stored = { ...emptySnapshot(sourceName('us'), 'us-east-1', ['a', 'b']), account: '111122223333', version: 7 };
  const restored = (changes: Parameters<typeof source>[0], keptAttributes = ['a', 'b']) =>
    restoreSnapshot(stored, { settings: source(changes), keptAttributes, nowMs: EPOCH_MS });

  it('takes a snapshot of the same region and account with every attribute that is needed', () => {
    expect(restored({})).toEqual(stored);
    expect(restored({ account: '111122223333' })).toEqual(stored);
  });

  it.each([
    ['of another region', { region: 'eu-west-1' }, ['a']],
    ['of another account', { account: '444455556666' }, ['a']],
    ['without an attribute that is needed now', {}, ['a', 'c']],
  ])('takes nothing of one %s', (_, changes, kept) => {
    expect(restored(changes, kept)).toBeUndefined();
  });

  it('no longer claims attributes that are not kept from now on', () => {
    expect(restored({}, ['a'])?.keptAttributes).toEqual(['a']);
  });

  describe('of a service', () => {
    const service = serviceRecord('cart.shop');
    const full = serviceState(service, {
      reading: reading([instance('10.0.0.1')], { revision: 4 }),
      emptiness: provenEmptiness(EPOCH_MS, 5),
      absence: provenAbsence(EPOCH_MS),
      regression: { reads: 2, firstAtMs: EPOCH_MS, observedAtMs: EPOCH_MS, revision: 3 },
      floor: { revision: 5, observedAtMs: EPOCH_MS, isEmpty: true },
    });
    const wanted = { settings: source(), keptAttributes: [], nowMs: EPOCH_MS + 1_000 };
    const after = restoreSnapshot(snapshot(source(), [full]), wanted)?.services.get(service.key) as ServiceState;

    it('proves the absence of nothing', () => {
      expect(hasEmptinessProof(full.emptiness, { emptyReads: 3, emptyAfterMs: 60_000 })).toBe(true);
      expect(hasEmptinessProof(after.emptiness, { emptyReads: 1, emptyAfterMs: 1_000 })).toBe(false);
      expect([hasAbsenceProof(full.absence, 0), hasAbsenceProof(after.absence, 0)]).toEqual([true, false]);
      expect(after.reading?.completeness).toBe('restored');
      expect(after.regression).toBeUndefined();
    });

    it('completes no new proof with evidence from before', () => {
      const [firstMs, secondMs] = [EPOCH_MS + 120_000, EPOCH_MS + 240_000];
      const passed = { passesAtMs: [...(after.absence?.passesAtMs ?? []), firstMs], notFoundAtMs: firstMs };
      expect(hasAbsenceProof(passed, 0)).toBe(false);
      // The hub's clock was set back since.
      const asked = { passesAtMs: [EPOCH_MS - 240_000, EPOCH_MS - 120_000], notFoundAtMs: after.absence?.notFoundAtMs };
      expect(hasAbsenceProof(asked, 0)).toBe(false);
      const read = after.emptiness && { ...after.emptiness, reads: 9, firstAtMs: firstMs, lastAtMs: secondMs };
      expect(hasEmptinessProof(read, { emptyReads: 3, emptyAfterMs: 60_000 })).toBe(false);
    });

    it('forgets neither what it held, nor that it was suspected to be gone, nor that a newer state is known', () => {
      expect(after.reading?.instances).toBe(full.reading?.instances);
      expect(after.emptiness).toMatchObject({ revision: 5, reads: 0, firstAtMs: EPOCH_MS + 1_000 });
      expect(after.absence).toBeDefined();
      expect(after.floor).toBe(full.floor);
    });
  });
});
