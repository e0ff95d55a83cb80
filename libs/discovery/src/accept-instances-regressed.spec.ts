import { a, b, polled } from './polled-service.spec-rig.js';

describe('acceptInstances with a revision that went back', () => {
  it('keeps the old reading and counts', () => {
    const service = polled().complete(17, [a, b]).complete(16, [a]);
    expect(service).toMatchObject({ last: 'regressed', ids: [a.id, b.id] });
    expect(service.state.regression).toEqual({ reads: 1, firstAtMs: 2_000, observedAtMs: 2_000, revision: 16 });
    expect(service.complete(17, [a, b])).toMatchObject({ last: 'same', state: { regression: undefined } });
  });

  it('accepts it after three in a row over 60 s, and may overrule what the clusters hold', () => {
    const service = polled().complete(17, [a, b]).complete(3, [a]).complete(3, [a], 59_999).complete(3, [a], 0);
    expect(service.last).toBe('regressed');
    expect(service.complete(3, [a], 1)).toMatchObject({ last: 'changed', ids: [a.id] });
    expect(service.state.reading).toMatchObject({ revision: 3, overrules: { revision: 17, untilMs: 2_000 } });
    expect(service.state.regression).toBeUndefined();
  });

  it('does not accept two of them, however long they lasted', () => {
    expect(polled().complete(17, [a, b]).complete(3, [a]).complete(3, [a], 600_000).last).toBe('regressed');
  });

  it('overrules until the revision is above the overruled one', () => {
    const service = polled().complete(17, [a, b]).complete(3, [a]).complete(3, [a]).complete(3, [a], 60_000);
    expect(service.complete(4, [a]).state.reading?.overrules?.revision).toBe(17);
    expect(service.live({ revision: 17, observedAtMs: 2_000 }).state.floor).toBeUndefined();
    expect(service.complete(18, [a]).state.reading?.overrules).toBeUndefined();
  });

  it('does not overrule what was recorded after the answers went back: that revision was reached in earnest', () => {
    const service = polled().complete(17, [a, b]).complete(3, [a]).complete(3, [a]).complete(3, [a], 60_000);
    expect(service.live({ revision: 17, observedAtMs: 2_001 }).state.floor).toMatchObject({ revision: 17 });
    expect(service.complete(4, [a]).last).toBe('regressed');
  });

  it('begins anew with an answer that is older still, so that a stale one among true ones is not believed', () => {
    const service = polled().complete(17, [a, b]).complete(5, [a, b]).complete(5, [a, b]).complete(3, [a], 60_000);
    expect(service).toMatchObject({
      last: 'regressed',
      state: { reading: { revision: 17 }, regression: { reads: 1 } },
    });
    expect(service.complete(5, [a, b]).complete(5, [a, b], 60_000)).toMatchObject({
      state: { reading: { revision: 5 } },
    });
  });

  it.each([
    ['with instances', [a]],
    ['without one', []],
  ])('begins anew after a page of the newer revision, %s: the answers went not back', (_, page) => {
    const service = polled().complete(17, [a, b]).complete(3, [a]).complete(3, [a]).partial(17, page);
    expect(service).toMatchObject({ last: 'partial', state: { regression: undefined } });
    expect(service.complete(3, [a], 60_000)).toMatchObject({ last: 'regressed', ids: [a.id, b.id] });
  });

  it('counts anew when the clock was set back meanwhile, and does not wait until it has caught up', () => {
    const service = polled().complete(17, [a, b], 600_000).complete(3, [a]).complete(3, [a], -300_000);
    expect(service.state.regression).toMatchObject({ reads: 1, firstAtMs: service.nowMs });
    expect(service.complete(3, [a]).complete(3, [a], 60_000)).toMatchObject({ last: 'changed', ids: [a.id] });
  });

  it('never believes an empty answer with it', () => {
    const service = polled().complete(17, [a]);
    for (let poll = 0; poll < 10; poll++) service.complete(3, [], 60_000);
    expect(service).toMatchObject({ last: 'regressed', ids: [a.id], state: { emptiness: undefined } });
  });

  it('changes nothing more once it is counted', () => {
    const service = polled().complete(17, [a]);
    for (let poll = 0; poll < 4; poll++) service.complete(3, [], 60_000);
    const before = service.snapshot;
    expect(service.complete(3, []).snapshot).toBe(before);
  });

  it('measures the first reading by what live objects hold', () => {
    const service = polled().live({ revision: 9 }).complete(8, [a]);
    expect(service).toMatchObject({ last: 'regressed', ids: undefined });
    expect(service.complete(9, [a, b])).toMatchObject({ last: 'changed', ids: [a.id, b.id] });
    expect(service.state.floor).toBeUndefined();
  });

  it('is not held back by a live object that is older than the reading', () => {
    expect(polled().complete(5, [a]).live({ revision: 4 }).state.floor).toBeUndefined();
  });

  it('overrules the highest revision that it ever overruled', () => {
    const twice = polled().complete(17, [a, b]).complete(5, [a]).complete(5, [a]).complete(5, [a], 60_000);
    twice.complete(3, [b]).complete(3, [b]).complete(3, [b], 60_000);
    expect(twice.state.reading).toMatchObject({ revision: 3, overrules: { revision: 17 } });
  });

  it('renews the time of an unchanged reading when a live object claims a later one', () => {
    const service = polled().complete(5, [a]).live({ revision: 5, observedAtMs: 1_500 }).complete(5, [a]);
    expect(service).toMatchObject({ last: 'same', state: { reading: { observedAtMs: 2_000 }, floor: undefined } });
  });
});
