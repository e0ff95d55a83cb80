import { IsthmusError, complete, emptySnapshot, failed, hasEmptinessProof, sourceName } from '@isthmus/model';
import type { Answer, Instance, InstancesAnswer, ServiceState, Snapshot } from '@isthmus/model';
import { cluster, instance, serviceRecord, source } from '@isthmus/testing';
import { acceptInstances } from './accept-instances.js';
import { newState } from './catalogue.js';
import { confirmEmptiness, emptinessNeeds, needsEmptyConfirmation } from './emptiness.js';
import { trackReferenced } from './references.js';

const NEEDS = { emptyReads: 3, emptyAfterMs: 60_000 };
const web = serviceRecord('web.shop', { createdAtMs: 0 });
const [a, b, c] = [instance('10.0.0.1'), instance('10.0.0.2'), instance('10.0.0.3')];
const start: Snapshot = {
  ...emptySnapshot(sourceName('us'), 'us-east-1'),
  services: new Map([[web.key, newState(web, 'catalogue', 0)]]),
};

/** A service under test: each step answers one poll, a second after the one before unless a time is given. */
class Polled {
  snapshot = start;
  outcomes: string[] = [];
  nowMs = 0;

  answer(answer: Answer<InstancesAnswer>, afterMs = 1_000): this {
    this.nowMs += afterMs;
    const next = acceptInstances(
      this.snapshot,
      { key: web.key, answer },
      { nowMs: this.nowMs, steadyMs: this.nowMs, needs: NEEDS },
    );
    this.snapshot = next.snapshot;
    this.outcomes.push(next.outcome);
    return this;
  }

  complete(revision: number, instances: readonly Instance[], afterMs = 1_000): this {
    return this.answer(complete({ revision, instances }, this.nowMs + afterMs), afterMs);
  }

  partial(revision: number, instances: readonly Instance[]): this {
    const missing = new IsthmusError('truncated', 'DiscoverInstances: 1,000 instances');
    const value = { revision, instances };
    return this.answer({ kind: 'partial', value, observedAtMs: this.nowMs + 1_000, missing });
  }

  listed(instances: readonly Instance[]): this {
    const answer = complete(instances, this.nowMs);
    this.snapshot = confirmEmptiness(this.snapshot, web.key, { answer, askedAtMs: this.nowMs });
    return this;
  }

  live({ instances = 1, ...stamp }: { revision: number; observedAtMs?: number; instances?: number }): this {
    const names = { source: 'us', namespace: 'shop', httpName: 'shop', service: 'web', createdAtMs: 0 };
    const counts = { registered: instances, endpoints: instances, also: [] };
    const record = { key: web.key, ...names, ...counts, observedAtMs: this.nowMs, ...stamp };
    this.snapshot = trackReferenced(this.snapshot, [record], { settings: source(), nowMs: this.nowMs });
    return this;
  }

  get state(): ServiceState {
    return this.snapshot.services.get(web.key) ?? newState(web, 'catalogue', 0);
  }

  get ids(): readonly string[] | undefined {
    return this.state.reading?.instances.map(({ id }) => id);
  }

  get last(): string | undefined {
    return this.outcomes.at(-1);
  }
}

const polled = () => new Polled();

describe('acceptInstances with a complete answer', () => {
  it('takes the first one, sorted', () => {
    const service = polled().complete(5, [b, a]);
    expect(service).toMatchObject({ last: 'changed', ids: [a.id, b.id] });
    expect(service.state.reading).toMatchObject({ revision: 5, completeness: 'complete', observedAtMs: 1_000 });
    expect(service.state.changedAtMs).toBeUndefined();
  });

  it('keeps the identity of the snapshot when it says the same in another order', () => {
    const service = polled().complete(5, [a, b]);
    const before = service.snapshot;
    const copy = { ...a, attributes: new Map([...a.attributes].toReversed()) };
    expect(service.complete(5, [b, copy])).toMatchObject({ last: 'same', snapshot: before });
    expect(service.snapshot).toBe(before);
  });

  it('keeps the identity of each instance that did not change', () => {
    const service = polled().complete(5, [a, b]);
    const before = service.state.reading?.instances[0];
    service.complete(6, [c, { ...a }]);
    expect(service.state.reading?.instances[0]).toBe(before);
    expect(service.snapshot.version).toBe(2);
  });

  it('removes an instance at once when the revision moved', () => {
    expect(polled().complete(5, [a, b]).complete(6, [a])).toMatchObject({ last: 'changed', ids: [a.id] });
  });

  it('keeps an instance that is missing at the same revision', () => {
    expect(polled().complete(5, [a, b]).complete(5, [a])).toMatchObject({ last: 'same', ids: [a.id, b.id] });
  });

  it('takes new instances and changed health at the same revision', () => {
    const sick: Instance = { ...a, health: 'UNHEALTHY' };
    const service = polled().complete(5, [a]).complete(5, [sick, b]);
    expect(service.state.reading?.instances.map(({ health }) => health)).toEqual(['UNHEALTHY', 'HEALTHY']);
    expect(service.state.changedAtMs).toBe(2_000);
  });

  it('records a revision that moved although the instances are the same', () => {
    const service = polled().complete(5, [a]).complete(6, [a]);
    expect(service).toMatchObject({ last: 'changed', state: { reading: { revision: 6 } } });
  });

  it('says unknown-service for a service that is not tracked', () => {
    const answer = complete({ revision: 1, instances: [a] }, 0);
    const poll = { key: serviceRecord('api.shop').key, answer };
    const { snapshot, outcome } = acceptInstances(start, poll, { nowMs: 0, steadyMs: 0, needs: NEEDS });
    expect([snapshot, outcome]).toEqual([start, 'unknown-service']);
  });
});

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

describe('acceptInstances with less than a complete answer', () => {
  it('adds what a partial answer shows and keeps the rest', () => {
    const service = polled().complete(5, [a, b]).partial(6, [c]);
    expect(service).toMatchObject({ last: 'partial', ids: [a.id, b.id, c.id] });
    expect(service.state.reading).toMatchObject({ completeness: 'partial', revision: 5 });
    expect(service.state.floor).toMatchObject({ revision: 6 });
  });

  it('replaces it by the next complete answer', () => {
    const service = polled().complete(5, [a, b]).partial(6, [c]).complete(6, [b, c]);
    expect(service).toMatchObject({ last: 'changed', ids: [b.id, c.id], state: { floor: undefined } });
    expect(service.state.reading).toMatchObject({ completeness: 'complete', revision: 6 });
  });

  it('does not let a complete answer take away what a newer partial one added', () => {
    expect(polled().complete(4, [a]).partial(6, [c]).complete(5, [a])).toMatchObject({
      last: 'regressed',
      ids: [a.id, c.id],
    });
  });

  it('does not take a partial answer that is older than the reading', () => {
    expect(polled().complete(5, [a]).partial(4, [b])).toMatchObject({ last: 'regressed', ids: [a.id] });
  });

  it('does not bring back instances that are proven gone', () => {
    const gone = polled().complete(5, [a]).complete(6, []).complete(6, []).complete(6, [], 60_000).listed([]);
    expect(gone.partial(7, [b]).ids).toEqual([b.id]);
  });

  it('changes nothing when the answer failed, also with ServiceNotFound', () => {
    const service = polled().complete(5, [a]);
    const before = service.snapshot;
    service.answer(failed(new IsthmusError('service-not-found', 'DiscoverInstances: no such service')));
    expect(service).toMatchObject({ last: 'failed', snapshot: before });
    expect(service.snapshot).toBe(before);
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
