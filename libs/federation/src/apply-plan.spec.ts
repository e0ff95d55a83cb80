import type { Change, Code, EntryName } from '@isthmus/model';
import { IsthmusError } from '@isthmus/model';
import {
  createOf,
  deleteOf,
  desiredEntry,
  liveEntry,
  updateOf,
  FakeClusterClient,
  fixedRandom,
  ManualClock,
} from '@isthmus/testing';

import type { ApplyResult, ApplyTools } from './apply-plan.js';
import { applyPlan } from './apply-plan.js';
import { Breaker } from './breaker.js';
import { BurstPacer } from './burst-pacer.js';
import { manifestOf } from './decide-cluster.js';
import { WriteMemory } from './write-memory.js';

const LIMITS = { writesPerSecond: 20, burst: 40, inFlight: 4 };

function rig(limits = LIMITS) {
  const clock = new ManualClock();
  const client = new FakeClusterClient(clock);
  const doubts: EntryName[] = [];
  const results: (readonly [string, 'ok' | Code])[] = [];
  const tools: ApplyTools = {
    client,
    clock,
    pacer: new BurstPacer(clock, limits),
    breaker: new Breaker(fixedRandom()),
    memory: new WriteMemory(fixedRandom()),
    inFlight: limits.inFlight,
    epoch: 7,
    manifestOf,
    mayWrite: () => true,
    isOutdated: () => false,
    onWritten: () => undefined,
    onDoubt: (name) => doubts.push(name),
    onResult: (change, code) => results.push([change.kind, code]),
    onQueue: () => undefined,
  };
  const apply = async (changes: readonly Change[], overrides: Partial<ApplyTools> = {}): Promise<ApplyResult> => {
    const run = applyPlan(changes, { ...tools, ...overrides }, new AbortController().signal);
    await clock.advance(120_000);
    return run;
  };
  return { clock, client, doubts, results, tools, apply };
}

const creates = (count: number): Change[] =>
  Array.from({ length: count }, (_, index) => createOf(desiredEntry(`e${String(index).padStart(4, '0')}`)));

describe('applyPlan', () => {
  it('sends creates, conditional updates and conditional deletes with the epoch', async () => {
    const { client, apply } = rig();
    client.put({ ...liveEntry('old') });
    client.put({ ...liveEntry('gone') });
    const old = client.entry('old') ?? liveEntry('old');
    const gone = client.entry('gone') ?? liveEntry('gone');
    const result = await apply([
      createOf(desiredEntry('new')),
      updateOf(desiredEntry('old', 'h2'), old),
      deleteOf(gone),
    ]);
    expect(result.written).toHaveLength(3);
    expect(client.entry('new')?.annotations['isthmus.dev/epoch']).toBe('7');
    expect(client.entry('old')?.annotations['isthmus.dev/content-hash']).toBe('h2');
    expect(client.entry('gone')).toBeUndefined();
  });

  it('sends an annotation of ours that the desired entry no longer has as absent', async () => {
    const { client, apply } = rig();
    client.put(liveEntry('a', { annotations: { 'isthmus.dev/pending-delete': '{}', 'example.com/mine': 'x' } }));
    await apply([updateOf(desiredEntry('a', 'h2'), client.entry('a') ?? liveEntry('a'))]);
    expect(Object.keys(client.entry('a')?.annotations ?? {}).sort()).toEqual([
      'example.com/mine',
      'isthmus.dev/content-hash',
      'isthmus.dev/epoch',
    ]);
  });

  it('writes in bursts with rests of at least 200 ms, and back to back inside a burst', async () => {
    const { client, apply } = rig();
    await apply(creates(60));
    const gaps = client.writes.slice(1).map(({ atMs }, index) => atMs - (client.writes[index]?.atMs ?? 0));
    expect(client.writes).toHaveLength(60);
    expect(gaps.filter((gap) => gap > 0 && gap < 200)).toEqual([]);
    expect(gaps.filter((gap) => gap >= 200)).toHaveLength(5);
  });

  it('keeps the rate in the long run: 1,000 writes at 20 per second take 48 s after the first 40', async () => {
    const { client, apply } = rig();
    await apply(creates(1_000));
    const lastMs = client.writes.at(-1)?.atMs ?? 0;
    expect(lastMs).toBeGreaterThan(47_000);
    expect(lastMs).toBeLessThan(49_000);
  });

  it('keeps the rest between the last burst of one run and the first of the next', async () => {
    const { clock, client, tools } = rig();
    const signal = new AbortController().signal;
    await applyPlan(creates(1), tools, signal);
    const second = applyPlan([createOf(desiredEntry('later'))], tools, signal);
    await clock.advance(1_000);
    await second;
    expect(client.writes.map(({ atMs }) => atMs)).toEqual([0, 200]);
  });

  it('never has more writes in flight than allowed', async () => {
    const { clock, client, tools } = rig();
    client.fail({ verb: 'create', error: 'hang' });
    const stop = new AbortController();
    const run = applyPlan(creates(20), tools, stop.signal);
    await clock.advance(1_000);
    expect(client.writes).toHaveLength(4);
    stop.abort();
    expect((await run).error?.code).toBe('aborted');
  });

  it('asks immediately before each write whether it may, and ends the run when it may not', async () => {
    const { client, apply } = rig();
    let isReadOnly = false;
    const mayWrite = (): boolean => !isReadOnly;
    const onWritten = (): void => void (isReadOnly = client.writes.length >= 3);
    await apply(creates(30), { mayWrite, onWritten, inFlight: 1 });
    expect(client.writes).toHaveLength(3);
  });

  it('lets a newer plan take over between two bursts', async () => {
    const { client, apply } = rig();
    await apply(creates(30), { isOutdated: () => true });
    expect(client.writes).toHaveLength(10);
  });

  it('never lets one refused object stop the others, and does not send its content again until it changes', async () => {
    const { client, apply, doubts } = rig();
    client.fail({ verb: 'create', name: 'bad', error: new IsthmusError('invalid-object', 'no') });
    const plan = [createOf(desiredEntry('bad')), createOf(desiredEntry('good'))];
    expect((await apply(plan)).written.map((change) => change.kind)).toEqual(['create']);
    await apply([createOf(desiredEntry('bad'))]);
    expect(client.writes.filter(({ name }) => name === 'bad')).toHaveLength(1);
    await apply([createOf(desiredEntry('bad', 'h2'))]);
    expect(client.writes.filter(({ name }) => name === 'bad')).toHaveLength(2);
    expect(doubts).toEqual([]);
  });

  it.each<Code>(['conflict', 'already-exists', 'not-found', 'timeout', 'network', 'server-error'])(
    'doubts the object after %s, because the outcome is unknown',
    async (code) => {
      const { client, apply, doubts } = rig();
      client.fail({ verb: 'create', name: 'e0000', error: new IsthmusError(code, 'no'), times: 1 });
      expect((await apply(creates(2))).written).toHaveLength(1);
      expect(doubts).toEqual(['e0000']);
    },
  );

  it('makes an object that failed wait before it is sent again, longer each time', async () => {
    const { clock, client, tools } = rig();
    client.fail({ verb: 'create', error: new IsthmusError('conflict', 'no') });
    const signal = new AbortController().signal;
    const change = createOf(desiredEntry('a'));
    const waits: number[] = [];
    for (let attempt = 0; attempt < 4; attempt++) {
      const run = applyPlan([change], tools, signal);
      await clock.advance(200);
      await run;
      const nextMs = tools.memory.nextTryMs([change], clock.monotonicMs()) ?? 0;
      waits.push(nextMs - (client.writes.at(-1)?.atMs ?? 0));
      await clock.advance(nextMs - clock.monotonicMs());
    }
    expect(waits).toEqual([250, 500, 1_000, 2_000]);
  });

  it('pauses the whole cluster when it asks for that', async () => {
    const { client, apply } = rig();
    client.fail({
      verb: 'create',
      name: 'e0001',
      error: new IsthmusError('throttled', 'slow', { retryAfterMs: 3_000 }),
    });
    const result = await apply(creates(30), { inFlight: 1 });
    expect(client.writes).toHaveLength(2);
    expect(result.pause?.retryAfterMs).toBe(3_000);
  });

  it('stops after five transport failures in a row and leaves the cluster alone', async () => {
    const { client, apply, tools } = rig();
    client.fail({ verb: 'create', error: new IsthmusError('timeout', 'silence') });
    await apply(creates(30), { inFlight: 1 });
    expect(client.writes).toHaveLength(5);
    expect(tools.breaker.isOpen).toBe(true);
  });

  it('leaves out the rest of an operation that the cluster refuses as such, and goes on with the others', async () => {
    const { client, apply } = rig();
    client.put({ ...liveEntry('old') });
    client.fail({ verb: 'create', error: new IsthmusError('forbidden', 'no') });
    const update = updateOf(desiredEntry('old', 'h2'), client.entry('old') ?? liveEntry('old'));
    const result = await apply([...creates(5), update], { inFlight: 1 });
    expect(client.callsOf('create')).toHaveLength(1);
    expect(result.written).toEqual([update]);
  });

  it('does not send a later change of a host when an earlier one of it failed', async () => {
    const { client, apply } = rig();
    client.put({ ...liveEntry('part1') });
    client.fail({ verb: 'create', name: 'part0', error: new IsthmusError('network', 'cut'), times: 1 });
    const grow = createOf(desiredEntry('part0'));
    const shrink = { ...deleteOf(client.entry('part1') ?? liveEntry('part1')), host: grow.desired.host };
    await apply([grow, shrink]);
    expect(client.writes.map(({ name }) => name)).toEqual(['part0']);
  });

  it('slows down when the same content has to be written again and again, because somebody undoes it', async () => {
    const { clock, client, tools } = rig();
    const signal = new AbortController().signal;
    for (let second = 0; second < 60; second++) {
      client.remove('a');
      const run = applyPlan([createOf(desiredEntry('a'))], tools, signal);
      await clock.advance(1_000);
      await run;
    }
    expect(client.writes.length).toBeLessThan(10);
  });
});
