import { IsthmusError, complete, failed, hasEmptinessProof } from '@isthmus/model';
import { cluster } from '@isthmus/testing';
import { confirmEmptiness, emptinessNeeds, needsEmptyConfirmation } from './emptiness.js';
import { a, b, NEEDS, polled, web } from './polled-service.spec-rig.js';

describe('acceptInstances with an empty answer', () => {
  it('keeps the instances and gathers evidence', () => {
    const service = polled().complete(5, [a]).complete(6, []);
    expect(service).toMatchObject({ last: 'empty', ids: [a.id] });
    expect(service.state.emptiness).toMatchObject({ reads: 1, revision: 6, isConfirmed: false });
  });

  it('counts answers of a lower revision when nothing shows instances since, so that one revision too high is no lock-out', () => {
    const service = polled().complete(5, [a]).complete(7, []).complete(6, [], 30_000).complete(6, [], 30_000);
    expect(service.state).toMatchObject({ emptiness: { reads: 3, revision: 7 }, regression: undefined });
    expect(needsEmptyConfirmation(service.state, NEEDS)).toBe(true);
  });

  it('counts anew when the clock was set back meanwhile', () => {
    const service = polled().complete(5, [a], 600_000).complete(6, []).complete(6, [], -300_000);
    expect(service.state.emptiness).toMatchObject({ reads: 1, firstAtMs: service.nowMs });
  });

  it('counts none that is older than instances that were answered', () => {
    const service = polled().complete(5, [a]).complete(7, []).complete(4, []).complete(5, []);
    expect(service.state).toMatchObject({ emptiness: { reads: 1 }, regression: { reads: 2 } });
  });

  it('proves the last instance gone by three over 60 s that ListInstances confirms', () => {
    const service = polled().complete(5, [a]).complete(6, []).complete(6, [], 30_000);
    expect(needsEmptyConfirmation(service.state, NEEDS)).toBe(false);
    service.complete(6, [], 30_000);
    expect(needsEmptyConfirmation(service.state, NEEDS)).toBe(true);
    expect(hasEmptinessProof(service.state.emptiness, NEEDS)).toBe(false);
    service.listed([]);
    expect(hasEmptinessProof(service.state.emptiness, NEEDS)).toBe(true);
    expect(needsEmptyConfirmation(service.state, NEEDS)).toBe(false);
  });

  it('is refuted by ListInstances', () => {
    const service = polled().complete(5, [a]).complete(6, []).complete(6, []).complete(6, [], 60_000).listed([a]);
    expect(service.state.emptiness).toBeUndefined();
  });

  it('is no evidence at a revision that listed an instance', () => {
    const service = polled().complete(5, [a]);
    const before = service.snapshot;
    expect(service.complete(5, [])).toMatchObject({ last: 'empty', snapshot: before });
    expect(service.snapshot).toBe(before);
  });

  it('is no evidence at a revision at which a live object has endpoints', () => {
    const service = polled().live({ revision: 5 }).complete(5, []);
    expect(service.state.emptiness).toBeUndefined();
  });

  it('is evidence again at a revision that a live object holds as empty', () => {
    const service = polled().live({ revision: 5, instances: 0 }).complete(5, []);
    expect(service.state.emptiness).toMatchObject({ reads: 1, revision: 5 });
  });

  it('is forgotten when instances are answered', () => {
    const service = polled().complete(5, [a]).complete(6, []).complete(7, [b]);
    expect(service).toMatchObject({ last: 'changed', ids: [b.id], state: { emptiness: undefined } });
  });

  it('stands when an older answer still shows the instances', () => {
    const service = polled().complete(5, [a]).complete(6, []).complete(5, [a]);
    expect(service).toMatchObject({ last: 'regressed', state: { emptiness: { reads: 1 } } });
  });

  it('has to be confirmed again when the revision moved', () => {
    const service = polled().complete(6, []).complete(6, []).complete(6, [], 60_000).listed([]).complete(7, []);
    expect(service.state.emptiness).toMatchObject({ revision: 7, isConfirmed: false });
  });

  it('changes nothing more once it is proven', () => {
    const service = polled().complete(6, []).complete(6, []).complete(6, [], 60_000).listed([]);
    const before = service.snapshot;
    expect(service.complete(6, []).snapshot).toBe(before);
  });
});

describe('confirmEmptiness', () => {
  it('ignores an answer that was asked for before the last empty one', () => {
    const service = polled().complete(6, []).complete(6, []).complete(6, [], 60_000);
    const answer = complete([], 0);
    expect(confirmEmptiness(service.snapshot, web.key, { answer, askedAtMs: 100 })).toBe(service.snapshot);
  });

  it('ignores a failed answer', () => {
    const service = polled().complete(6, []);
    const answer = failed(new IsthmusError('access-denied', 'ListInstances was refused'));
    const next = confirmEmptiness(service.snapshot, web.key, { answer, askedAtMs: service.nowMs });
    expect(next).toBe(service.snapshot);
  });
});

describe('emptinessNeeds', () => {
  it('takes the most careful value of each kind', () => {
    const deletes = (emptyReads: number, emptyAfterMs: number) => ({ pendingMs: 0, emptyReads, emptyAfterMs });
    const clusters = [cluster({ deletes: deletes(5, 10_000) }), cluster({ deletes: deletes(2, 90_000) })];
    expect(emptinessNeeds(clusters)).toEqual({ emptyReads: 5, emptyAfterMs: 90_000 });
  });
});
