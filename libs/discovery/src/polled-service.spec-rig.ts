import { IsthmusError, complete, emptySnapshot, sourceName } from '@isthmus/model';
import type { Answer, Instance, InstancesAnswer, ServiceState, Snapshot } from '@isthmus/model';
import { instance, serviceRecord, source } from '@isthmus/testing';
import { acceptInstances } from './accept-instances.js';
import { newState } from './catalogue.js';
import { confirmEmptiness } from './emptiness.js';
import { trackReferenced } from './references.js';

/** What emptiness takes: three reads over a minute. */
export const NEEDS = { emptyReads: 3, emptyAfterMs: 60_000 };
/** The one service that is polled. */
export const web = serviceRecord('web.shop', { createdAtMs: 0 });
/** Its instances. */
export const [a, b, c] = [instance('10.0.0.1'), instance('10.0.0.2'), instance('10.0.0.3')];
/** A snapshot that has just come to know it. */
export const start: Snapshot = {
  ...emptySnapshot(sourceName('us'), 'us-east-1'),
  services: new Map([[web.key, newState(web, 'catalogue', 0)]]),
};

/** A service under test: each step answers one poll, a second after the one before unless a time is given. */
export class Polled {
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

/** A service under test that has not been polled yet. */
export const polled = () => new Polled();
