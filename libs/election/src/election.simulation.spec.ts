import type { LeaseRecord } from '@isthmus/ports';

import type { ElectionCommand, ElectionEvent, ElectionRules, ElectionState } from './election.js';
import { FIRST_STATE, isSafeAt, step, waitMs } from './election.js';

/**
 * Three replicas and one lease store in virtual time: clocks that start anywhere and run up to 10 % fast or slow,
 * processes that pause, requests and answers that are late or lost, a store that restarts. Whatever happens, the true
 * time in which two replicas hold themselves for safe is measured.
 */
const TIMINGS = { leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 };
const RUN_MS = 600_000;
const STEP_MS = 250;

interface Faults {
  /** The store may come back with an older record, or with none. */
  readonly mayForget: boolean;
  /** Largest share by which a clock runs fast or slow. */
  readonly drift: number;
}

type Request = Extract<ElectionCommand, { readonly kind: 'observe' | 'acquire' | 'renew' }>;

interface Replica {
  readonly rules: ElectionRules;
  readonly clockMs: (trueMs: number) => number;
  state: ElectionState;
  pausedUntilMs: number;
  nextTickMs: number;
  /** What the store or the network still owes: it arrives when its time has come and the process runs. */
  inbox: { readonly atMs: number; readonly event: (atMs: number) => ElectionEvent }[];
}

interface Outcome {
  /** True ms in which two replicas were safe at a time. */
  readonly overlapMs: number;
  readonly ledMs: number;
  readonly terms: number;
  readonly faults: number;
}

function random(seed: number): () => number {
  let state = seed * 2_654_435_761 + 1;
  return () => {
    state = Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x6d2b79f5;
    const mixed = Math.imul(state ^ (state >>> 13), 3_266_489_917);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 4_294_967_296;
  };
}

class Store {
  record: LeaseRecord = { incarnation: 'run-0', holder: '', epoch: 0, sequence: 0 };
  #older = this.record;
  #runs = 0;

  carryOut(request: Request, holder: string): LeaseRecord | undefined {
    const { record } = this;
    switch (request.kind) {
      case 'observe':
        return record;
      case 'acquire':
        if (JSON.stringify(request.seen) !== JSON.stringify(record)) return undefined;
        return this.#write({ ...record, holder, epoch: record.epoch + 1, sequence: 0 });
      case 'renew':
        if (record.holder !== holder || record.epoch !== request.lease.epoch) return undefined;
        return this.#write({ ...record, sequence: record.sequence + 1 });
    }
  }

  restart(kept: 'all' | 'older' | 'none'): void {
    this.#runs++;
    const none = { incarnation: '', holder: '', epoch: 0, sequence: 0 };
    const record = kept === 'all' ? this.record : kept === 'older' ? this.#older : none;
    this.record = { ...record, incarnation: `run-${this.#runs}` };
  }

  #write(record: LeaseRecord): LeaseRecord {
    if (record.epoch !== this.record.epoch || record.sequence % 7 === 0) this.#older = this.record;
    this.record = record;
    return record;
  }
}

function simulate(seed: number, faults: Faults): Outcome {
  const next = random(seed);
  const store = new Store();
  const replicas = ['a', 'b', 'c'].map((holder): Replica => {
    const [offset, rate] = [next() * 1e6, 1 + (next() * 2 - 1) * faults.drift];
    const clockMs = (trueMs: number): number => offset + trueMs * rate;
    const rules = { ...TIMINGS, holder };
    return { rules, clockMs, state: FIRST_STATE, pausedUntilMs: 0, nextTickMs: next() * 2_000, inbox: [] };
  });
  const outcome = { overlapMs: 0, ledMs: 0, terms: 0, faults: 0 };

  const send = (replica: Replica, request: Request, trueMs: number): void => {
    const sentAtMs = replica.clockMs(trueMs);
    // Mostly fast; sometimes as slow as a request can be, or lost on the way there or back.
    const isSlow = next() < 0.1;
    const [there, back] = [next() * (isSlow ? 3_000 : 20), next() * (isSlow ? 3_000 : 20)];
    const fate = next();
    if (fate < 0.05) return;
    pending.push({
      atMs: trueMs + there,
      run: () => {
        const record = store.carryOut(request, replica.rules.holder);
        if (fate < 0.1) return;
        replica.inbox.push({
          atMs: trueMs + there + back,
          event: (atMs) => answerTo(request, { atMs, sentAtMs, record }),
        });
      },
    });
  };
  const pending: { readonly atMs: number; readonly run: () => void }[] = [];
  const happen = (replica: Replica, event: ElectionEvent, trueMs: number): void => {
    const { state, commands } = step(replica.state, event, replica.rules);
    replica.state = state;
    for (const command of commands) {
      if (command.kind === 'begin') outcome.terms++;
      if (command.kind === 'observe' || command.kind === 'acquire' || command.kind === 'renew')
        send(replica, command, trueMs);
    }
  };

  for (let trueMs = 0; trueMs < RUN_MS; trueMs += STEP_MS) {
    if (next() < STEP_MS / 20_000) {
      outcome.faults++;
      const replica = replicas[Math.floor(next() * replicas.length)];
      const kind = next();
      if (kind < 0.7 && replica !== undefined) replica.pausedUntilMs = trueMs + next() * 40_000;
      else if (kind < 0.85 || !faults.mayForget) store.restart('all');
      else store.restart(kind < 0.93 ? 'older' : 'none');
    }
    for (const due of pending.filter(({ atMs }) => atMs <= trueMs)) {
      pending.splice(pending.indexOf(due), 1);
      due.run();
    }
    for (const replica of replicas) {
      if (trueMs < replica.pausedUntilMs) continue;
      const atMs = replica.clockMs(trueMs);
      const arrived = replica.inbox.filter((message) => message.atMs <= trueMs);
      replica.inbox = replica.inbox.filter((message) => message.atMs > trueMs);
      for (const { event } of arrived) happen(replica, event(atMs), trueMs);
      happen(replica, { kind: 'passed', atMs }, trueMs);
      if (trueMs < replica.nextTickMs) continue;
      happen(replica, { kind: 'tick', atMs }, trueMs);
      replica.nextTickMs = trueMs + Math.max(STEP_MS, waitMs(replica.state, atMs, TIMINGS));
    }
    // A process that is paused does nothing, but its last check of isSafe may have been just before: it counts.
    const safe = replicas.filter(({ state, clockMs }) => isSafeAt(state, clockMs(trueMs), TIMINGS)).length;
    if (safe > 0) outcome.ledMs += STEP_MS;
    if (safe > 1) outcome.overlapMs += STEP_MS;
  }
  return outcome;
}

function answerTo(
  request: Request,
  {
    atMs,
    sentAtMs,
    record,
  }: { readonly atMs: number; readonly sentAtMs: number; readonly record: LeaseRecord | undefined },
): ElectionEvent {
  if (request.kind !== 'observe')
    return { kind: request.kind === 'acquire' ? 'acquired' : 'renewed', atMs, sentAtMs, record };
  if (record === undefined) throw new Error('a look always answers');
  return { kind: 'observed', atMs, record };
}

function sumOf(seeds: number, faults: Faults): Outcome {
  const sum = { overlapMs: 0, ledMs: 0, terms: 0, faults: 0 };
  for (let seed = 1; seed <= seeds; seed++) {
    const one = simulate(seed, faults);
    sum.overlapMs = Math.max(sum.overlapMs, one.overlapMs);
    sum.ledMs += one.ledMs;
    sum.terms += one.terms;
    sum.faults += one.faults;
  }
  return sum;
}

describe('the election, simulated', () => {
  const seeds = 300;

  it('never has two safe leaders while the store forgets nothing, whatever pauses, is late, lost or drifts', () => {
    const outcome = sumOf(seeds, { mayForget: false, drift: 0.1 });
    expect(outcome.overlapMs).toBe(0);
    // The rig would be idle otherwise: faults came, terms changed, and most of the time somebody led.
    expect(outcome.faults).toBeGreaterThan(seeds * 20);
    expect(outcome.terms).toBeGreaterThan(seeds * 5);
    expect(outcome.ledMs).toBeGreaterThan(0.5 * seeds * RUN_MS);
  });

  it('never has two safe leaders even when the store comes back with an older record or none', () => {
    const outcome = sumOf(seeds, { mayForget: true, drift: 0.1 });
    expect(outcome.overlapMs).toBe(0);
    expect(outcome.ledMs).toBeGreaterThan(0.5 * seeds * RUN_MS);
  });

  it('notices clocks that run further apart than the lease allows for', () => {
    expect(sumOf(40, { mayForget: false, drift: 0.6 }).overlapMs).toBeGreaterThan(0);
  });
});
