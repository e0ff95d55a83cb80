import fc from 'fast-check';
import { IsthmusError, complete, emptySnapshot, failed, hasAbsenceProof, sourceName } from '@isthmus/model';
import type { Answer, ComponentKey, Instance, InstancesAnswer, NamespaceRecord, Snapshot } from '@isthmus/model';
import { instance, serviceRecord, source } from '@isthmus/testing';
import type { Probe } from './absence.js';
import { foundPresence, wantedProbes } from './absence.js';
import { acceptInstances } from './accept-instances.js';
import { completePass, failedPass, foundServices, newState } from './catalogue.js';
import { confirmEmptiness } from './emptiness.js';

const NEEDS = { emptyReads: 3, emptyAfterMs: 60_000 };
const settings = source();
const web = serviceRecord('web.shop');
const broken = new IsthmusError('server-error', 'Cloud Map failed');
const empty = emptySnapshot(sourceName('us'), 'us-east-1');
const start: Snapshot = { ...empty, services: new Map([[web.key, newState(web, 'catalogue', 0)]]) };
const shop: NamespaceRecord = {
  id: 'ns-shop',
  arn: 'arn:aws:shop',
  name: 'shop',
  httpName: 'shop',
  partition: 'aws',
  region: 'us-east-1',
  ownerAccount: '111122223333',
  isShared: false,
};

const SERVICES = [1, 2, 3, 4, 5, 6];
const ids = fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { maxLength: 6 });
const some = (numbers: readonly number[]): readonly Instance[] => numbers.map((n) => instance(`10.0.0.${n}`));
const accept = (snapshot: Snapshot, answer: Answer<InstancesAnswer>, nowMs: number) =>
  acceptInstances(snapshot, { key: web.key, answer }, { nowMs, steadyMs: nowMs, needs: NEEDS }).snapshot;
const shown = (snapshot: Snapshot) =>
  new Set(snapshot.services.get(web.key)?.reading?.instances.map(({ id }) => id) ?? []);

/** Answers about a service whose true membership at each revision is known; `show` leaves some of it out. */
const history = fc.record({
  truth: fc.array(ids, { minLength: 1, maxLength: 6 }),
  answers: fc.array(
    fc.record({
      kind: fc.constantFrom('complete', 'complete', 'partial', 'failed', 'lying-empty'),
      revision: fc.nat({ max: 5 }),
      show: ids,
      shuffle: fc.nat(),
      afterMs: fc.constantFrom(1, 1_000, 5_000),
    }),
    { maxLength: 30 },
  ),
});

describe('acceptInstances, whatever is answered', () => {
  it('never loses an instance that the truth still has at the revision of the answer', () => {
    fc.assert(
      fc.property(history, ({ truth, answers }) => {
        let snapshot = start;
        let nowMs = 0;
        for (const { kind, revision: index, show, afterMs } of answers) {
          nowMs += afterMs;
          const revision = index % truth.length;
          const members = truth[revision] ?? [];
          const partial = members.filter((id) => show.includes(id));
          const answered = kind === 'complete' ? members : kind === 'lying-empty' ? [] : partial;
          const value = { revision, instances: some(answered) };
          const before = shown(snapshot);
          if (kind === 'failed') snapshot = accept(snapshot, failed(broken), nowMs);
          else if (kind === 'partial') {
            snapshot = accept(snapshot, { kind: 'partial', value, observedAtMs: nowMs, missing: broken }, nowMs);
          } else snapshot = accept(snapshot, complete(value, nowMs), nowMs);
          const after = shown(snapshot);
          const lost = [...before].filter((id) => !after.has(id));
          expect(lost.filter((id) => some(members).some((member) => member.id === id))).toEqual([]);
          if (kind !== 'complete') expect(lost).toEqual([]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('gives the same snapshot for every order of the instances, and the very same one again', () => {
    fc.assert(
      fc.property(ids, fc.array(ids, { maxLength: 4 }), fc.func(fc.integer()), (first, rest, weight) => {
        const shuffled = (all: readonly Instance[]) => all.toSorted((a, b) => weight(a.id) - weight(b.id));
        let [sorted, mixed] = [start, start];
        for (const [index, members] of [first, ...rest].entries()) {
          const answer = (instances: readonly Instance[]) => complete({ revision: index, instances }, index);
          sorted = accept(sorted, answer(some(members)), index);
          mixed = accept(mixed, answer(shuffled(some(members))), index);
          expect(mixed).toEqual(sorted);
          if (members.length > 0) expect(accept(mixed, answer(some(members)), index + 1)).toBe(mixed);
        }
      }),
    );
  });

  it('confirms emptiness by nothing but a complete, empty answer of ListInstances', () => {
    const lists: fc.Arbitrary<Answer<readonly Instance[]>> = fc.oneof(
      fc.constant(failed(broken)),
      fc.record({
        kind: fc.constant('partial' as const),
        value: ids.map(some),
        observedAtMs: fc.nat(),
        missing: fc.constant(broken),
      }),
      fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { minLength: 1 }).map((numbers) => complete(some(numbers), 0)),
    );
    fc.assert(
      fc.property(fc.array(lists), (answers) => {
        let snapshot = accept(start, complete({ revision: 1, instances: [] }, 0), 0);
        for (const answer of answers) snapshot = confirmEmptiness(snapshot, web.key, { answer, askedAtMs: 1 });
        expect(snapshot.services.get(web.key)?.emptiness?.isConfirmed ?? false).toBe(false);
      }),
    );
  });
});

type Step =
  | { readonly kind: 'page'; readonly services: readonly number[] }
  | { readonly kind: 'complete'; readonly services: readonly number[] }
  | { readonly kind: 'failed' }
  | { readonly kind: 'probe'; readonly presence: 'not-found' | 'present' | 'failed' };

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('page' as const), services: ids }),
    fc.record({ kind: fc.constant('complete' as const), services: ids }),
    fc.constant({ kind: 'failed' as const }),
    fc.record({
      kind: fc.constant('probe' as const),
      presence: fc.constantFrom('not-found', 'not-found', 'present', 'failed'),
    }),
  ),
  { maxLength: 25 },
);

const keyOf = (service: number): ComponentKey => serviceRecord('web.shop', { id: `srv-${service}` }).key;

function list(snapshot: Snapshot, services: readonly number[], nowMs: number): Snapshot {
  const page = services.map((n) => ({ id: `srv-${n}`, arn: `arn:aws:${n}`, name: `s${n}`, createdAtMs: 0 }));
  return foundServices(snapshot, { namespace: shop, page }, { settings, nowMs });
}

function step(snapshot: Snapshot, action: Step, nowMs: number): Snapshot {
  switch (action.kind) {
    case 'page':
      return list(snapshot, action.services, nowMs);
    case 'complete': {
      const listed = list(snapshot, action.services, nowMs);
      const pass = { startedAtMs: nowMs, namespaces: [shop], seen: new Set(action.services.map(keyOf)) };
      return completePass(listed, pass, settings);
    }
    case 'failed':
      return failedPass(snapshot, broken, nowMs);
    case 'probe': {
      const presence = action.presence === 'failed' ? failed(broken) : complete(action.presence, nowMs);
      const answer = (before: Snapshot, probe: Probe) => foundPresence(before, probe, { presence, askedAtMs: nowMs });
      return wantedProbes(snapshot).reduce(answer, snapshot);
    }
  }
}

function asks(probe: Probe, key: ComponentKey): boolean {
  return probe.kind === 'service' ? probe.key === key : probe.keys.includes(key);
}

/** Counts by itself, and more simply, what has been shown about each service. */
class Witness {
  readonly proven = new Set<number>();
  readonly #missed = new Map<number, number>();

  see(action: Step, asked: ReadonlySet<number>): void {
    for (const service of SERVICES) {
      if ('services' in action && action.services.includes(service)) this.#refute(service);
      else if (action.kind === 'complete') this.#missed.set(service, this.#missedBy(service) + 1);
      else if (action.kind === 'probe' && asked.has(service)) this.#answered(service, action.presence);
    }
  }

  #answered(service: number, presence: string): void {
    if (presence === 'present') this.#refute(service);
    if (presence === 'not-found' && this.#missedBy(service) >= 2) this.proven.add(service);
  }

  #refute(service: number): void {
    this.#missed.set(service, 0);
    this.proven.delete(service);
  }

  #missedBy(service: number): number {
    return this.#missed.get(service) ?? 0;
  }
}

describe('the catalogue, whatever is listed', () => {
  it('proves no absence without two complete passes in a row and a not-found after them', () => {
    fc.assert(
      fc.property(steps, (actions) => {
        let snapshot = empty;
        const witness = new Witness();
        for (const [index, action] of actions.entries()) {
          const probes = wantedProbes(snapshot);
          snapshot = step(snapshot, action, index + 1);
          witness.see(action, new Set(SERVICES.filter((n) => probes.some((probe) => asks(probe, keyOf(n))))));
          const proven = SERVICES.filter((n) => hasAbsenceProof(snapshot.services.get(keyOf(n))?.absence, 0));
          expect(proven.filter((n) => !witness.proven.has(n))).toEqual([]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('loses no service by a page, a failed pass or a probe', () => {
    fc.assert(
      fc.property(steps, (actions) => {
        let snapshot = empty;
        for (const [index, action] of actions.entries()) {
          const before = [...snapshot.services.keys()];
          snapshot = step(snapshot, action, index + 1);
          expect(before.filter((key) => !snapshot.services.has(key))).toEqual([]);
        }
      }),
    );
  });

  it('says the same whatever the order of the pages, and the very same when they come again', () => {
    fc.assert(
      fc.property(ids, fc.func(fc.integer()), (services, weight) => {
        const mixed = services.toSorted((a, b) => weight(a) - weight(b));
        const known = list(empty, [], 0);
        const page = (snapshot: Snapshot, service: number) => list(snapshot, [service], 1);
        const once = services.reduce(page, known);
        expect(mixed.reduce(page, known)).toEqual(once);
        expect(list(once, mixed, 2)).toBe(once);
      }),
    );
  });
});
