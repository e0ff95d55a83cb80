import { IsthmusError, complete, failed } from '@isthmus/model';
import type { Instance } from '@isthmus/model';
import { serviceRecord } from '@isthmus/testing';
import { acceptInstances } from './accept-instances.js';
import { a, b, c, NEEDS, polled, start } from './polled-service.spec-rig.js';

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
