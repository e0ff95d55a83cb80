import type { Change, ComponentRecord, Configuration, DesiredEntry, Plan, Result, Snapshot } from '@isthmus/model';
import { clusterName, emptySnapshot, err, IsthmusError, OBJECT, ok, sourceName } from '@isthmus/model';
import type { ClusterClient } from '@isthmus/ports';
import {
  cluster,
  configuration,
  createOf,
  deleteOf,
  desiredEntry,
  liveEntry,
  updateOf,
  planOf,
  FakeClusterClient,
  fixedRandom,
  hub,
  ManualClock,
  recordingLogger,
  recordingMetrics,
} from '@isthmus/testing';

import type { DecisionCore } from './cluster-input.js';
import { ClusterReconciler } from './cluster-reconciler.js';
import type { DecisionInput } from './decide-cluster.js';
import { manifestOf, newClusterMemory } from './decide-cluster.js';
import { soleLeadership } from './leadership.js';

/** The smallest planner there can be: by name and content hash. */
function simplePlan({ observed }: DecisionInput, desired: readonly DesiredEntry[]): Plan {
  const live = new Map(observed.map((entry) => [entry.name, entry]));
  const changes: Change[] = [];
  for (const entry of desired) {
    const found = live.get(entry.name);
    live.delete(entry.name);
    if (found === undefined) changes.push(createOf(entry));
    else if (found.annotations[OBJECT.contentHash] !== entry.contentHash) changes.push(updateOf(entry, found));
  }
  return planOf({ changes: [...changes, ...[...live.values()].map(deleteOf)] });
}

function rig({ relistsAfterMs = [] as readonly number[] } = {}) {
  const clock = new ManualClock();
  const client = new FakeClusterClient(clock);
  const metrics = recordingMetrics();
  const logger = recordingLogger();
  const inputs: DecisionInput[] = [];
  const referenced: (readonly ComponentRecord[])[] = [];
  const world = {
    desired: [desiredEntry('a'), desiredEntry('b')] as readonly DesiredEntry[],
    configuration: configuration(),
    cluster: cluster({ name: 'test' }),
    snapshots: [] as readonly Snapshot[],
    connection: ok(client) as Result<ClusterClient, IsthmusError>,
    onDecide: (): void => undefined,
    leadership: soleLeadership,
  };
  const core: DecisionCore = {
    decideCluster: (input) => {
      inputs.push(input);
      world.onDecide();
      return {
        plan: simplePlan(input, world.desired),
        memory: newClusterMemory(),
        desiredCount: world.desired.length,
        liveObjects: input.observed.length,
        liveEndpoints: 0,
        rejections: [],
        refused: [],
        warnings: [],
        referenced: [],
        nextDueMs: undefined,
      };
    },
    manifestOf,
  };
  const reconciler = new ClusterReconciler({
    name: clusterName('test'),
    input: () => ({ configuration: world.configuration, cluster: world.cluster }),
    snapshots: () => world.snapshots,
    connection: () => world.connection,
    core,
    leadership: {
      isSafe: () => world.leadership.isSafe(),
      epochFor: (highest, before) => world.leadership.epochFor(highest, before),
    },
    relistsAfterMs,
    onReferenced: (records) => void referenced.push(records),
    clock,
    random: fixedRandom(),
    logger,
    metrics,
  });
  /** One run, with as much time as it takes. */
  const run = async (ms = 30_000): Promise<number> => {
    const ended = reconciler.run(new AbortController().signal);
    await clock.advance(ms);
    return ended;
  };
  return { clock, client, metrics, logger, inputs, referenced, world, reconciler, run };
}

describe('ClusterReconciler', () => {
  it('lists in full at the start, writes what is missing, and is quiet afterwards', async () => {
    const { client, run, reconciler } = rig();
    expect(await run()).toBe(0);
    expect(client.writes.map(({ verb, name }) => `${verb} ${name}`)).toEqual(['create a', 'create b']);
    await run();
    await run();
    expect(client.writes).toHaveLength(2);
    expect(client.callsOf('list')).toHaveLength(1);
    expect(client.callsOf('get')).toHaveLength(0);
    expect(reconciler.view()).toMatchObject({ connection: 'up', error: undefined, epoch: 1 });
  });

  it('sweeps metadata when it is due, and repairs what another hand changed', async () => {
    const { clock, client, run, reconciler } = rig();
    await run();
    await clock.advance(60_000);
    expect(reconciler.isSweepDue()).toBe(true);
    client.put(liveEntry('a', { annotations: {} }));
    await run();
    expect(client.callsOf('list-metadata')).toHaveLength(1);
    expect(client.callsOf('get').map(({ name }) => name)).toEqual(['a']);
    expect(client.entry('a')?.annotations[OBJECT.contentHash]).toBe('h1');
    expect(reconciler.isSweepDue()).toBe(false);
  });

  it('neither reads nor writes after a status write of istiod, and updates on the new resourceVersion later', async () => {
    const { clock, client, run, world } = rig();
    await run();
    await clock.advance(60_000);
    const live = client.entry('a') ?? liveEntry('a');
    client.put({ ...live }, 'status');
    await run();
    expect(client.callsOf('get')).toHaveLength(0);
    expect(client.writes).toHaveLength(2);
    world.desired = [desiredEntry('a', 'h2'), desiredEntry('b')];
    await run();
    expect(client.entry('a')?.annotations[OBJECT.contentHash]).toBe('h2');
    expect(client.callsOf('update')).toHaveLength(1);
  });

  it('reads an object anew after a write without an answer, and does not write it twice', async () => {
    const { client, run } = rig();
    client.fail({ verb: 'create', name: 'a', error: new IsthmusError('timeout', 'silence'), times: 1, after: true });
    await run();
    await run();
    expect(client.callsOf('get').map(({ name }) => name)).toEqual(['a']);
    expect(client.callsOf('create').filter(({ name }) => name === 'a')).toHaveLength(1);
  });

  it('reads and decides again after a conflict, and never overwrites what it has not seen', async () => {
    const { client, run, world, inputs } = rig();
    await run();
    client.put(liveEntry('a', { annotations: { [OBJECT.contentHash]: 'by hand' } }));
    world.desired = [desiredEntry('a', 'h2'), desiredEntry('b')];
    await run();
    expect(client.entry('a')?.annotations[OBJECT.contentHash]).toBe('by hand');
    await run();
    const seen = inputs.at(-1)?.observed.find(({ name }) => name === 'a');
    expect(seen?.annotations[OBJECT.contentHash]).toBe('by hand');
    expect(client.entry('a')?.annotations[OBJECT.contentHash]).toBe('h2');
  });

  it.each<[string, (world: ReturnType<typeof rig>['world']) => void]>([
    ['the hub is read-only', (world) => void (world.configuration = readOnly())],
    ['the cluster is not pushed to', (world) => void (world.cluster = cluster({ name: 'test', push: false }))],
    ['the mode is observe', (world) => void (world.cluster = cluster({ name: 'test', mode: 'observe' }))],
  ])('plans and writes nothing when %s', async (_, set) => {
    const { client, run, world, reconciler } = rig();
    set(world);
    await run();
    expect(client.writes).toEqual([]);
    expect(reconciler.view().decision?.plan.changes).toHaveLength(2);
  });

  it('writes nothing when the hub becomes read-only between the plan and the write', async () => {
    const { client, run, world } = rig();
    world.onDecide = () => void (world.configuration = readOnly());
    await run();
    expect(client.writes).toEqual([]);
  });

  it('drops a plan that was made by another configuration than the one of now', async () => {
    const { client, run, world } = rig();
    let decisions = 0;
    world.onDecide = () => {
      if (++decisions === 1) world.configuration = configuration();
    };
    await run();
    expect(client.writes).toEqual([]);
    await run();
    expect(client.writes).toHaveLength(2);
  });

  it('lists in full again after the breaker was open, because anything may have happened meanwhile', async () => {
    const { clock, client, run } = rig();
    await run();
    client.fail({ verb: 'list-metadata', error: new IsthmusError('network', 'cut') });
    for (let attempt = 0; attempt < 6; attempt++) await run(120_000);
    client.heal();
    await clock.advance(300_000);
    await run();
    expect(client.callsOf('probe')).toHaveLength(1);
    expect(client.callsOf('list')).toHaveLength(2);
  });

  it('does not delete when the mode becomes upsert-only between the plan and the write', async () => {
    const { client, run, world } = rig();
    client.put(liveEntry('old'));
    world.desired = [];
    world.onDecide = () => void (world.cluster = cluster({ name: 'test', mode: 'upsert-only' }));
    await run();
    expect(client.writes).toEqual([]);
  });

  it('shows in gauges with which epoch it writes, and why it does not', async () => {
    const { run, world, metrics } = rig();
    const stopped = (reason: string): number =>
      metrics.value('isthmus_cluster_writes_stopped', { cluster: 'test', reason });
    world.cluster = cluster({ name: 'test', mode: 'observe' });
    await run();
    expect([stopped('observe'), stopped('paused')]).toEqual([1, 0]);
    world.cluster = cluster({ name: 'test', paused: { reason: 'move', untilMs: Number.MAX_SAFE_INTEGER } });
    await run();
    expect([stopped('observe'), stopped('paused')]).toEqual([0, 1]);
    world.cluster = cluster({ name: 'test' });
    await run();
    expect([stopped('observe'), stopped('paused')]).toEqual([0, 0]);
    expect(metrics.value('isthmus_cluster_epoch', { cluster: 'test' })).toBe(1);
  });

  it('leaves a cluster alone while its breaker is open, then probes, lists again and goes on', async () => {
    const { clock, client, run, reconciler, metrics } = rig();
    client.fail({ verb: 'list', error: new IsthmusError('timeout', 'silence') });
    for (let attempt = 0; attempt < 5; attempt++) await run(60_000);
    expect(metrics.value('isthmus_cluster_breaker_open', { cluster: 'test' })).toBe(1);
    const before = client.calls.length;
    const ended = reconciler.run(new AbortController().signal);
    expect(await ended).toBeGreaterThanOrEqual(0);
    expect(client.calls.slice(before).every(({ verb }) => verb === 'probe' || verb === 'list')).toBe(true);
    client.heal();
    await clock.advance(300_000);
    await run();
    expect(client.callsOf('probe').length).toBeGreaterThan(0);
    expect(client.writes).toHaveLength(2);
    expect(reconciler.view().connection).toBe('up');
  });

  it('asks nothing of a cluster before its wait after a failure is over, however often it is woken', async () => {
    const { client, reconciler } = rig();
    client.fail({ verb: 'list', error: new IsthmusError('unauthorized', 'no') });
    const signal = new AbortController().signal;
    for (let wake = 0; wake < 20; wake++) await reconciler.run(signal);
    expect(client.calls).toHaveLength(1);
    expect(reconciler.view()).toMatchObject({ connection: 'down', error: { code: 'unauthorized' } });
  });

  it('keeps the time since which an error lasts, and forgets it when it is over', async () => {
    const { clock, client, run, reconciler } = rig();
    client.fail({ verb: 'list', error: new IsthmusError('forbidden', 'no') });
    await run();
    const since = reconciler.view().error?.sinceMs;
    await clock.advance(60_000);
    await run();
    expect(reconciler.view().error?.sinceMs).toBe(since);
    client.heal();
    await clock.advance(60_000);
    await run();
    expect(reconciler.view().error).toBeUndefined();
  });

  it('is down with the code of its kubeconfig when there is no client, and connects as soon as there is one', async () => {
    const { client, run, world, reconciler } = rig();
    world.connection = err(new IsthmusError('kubeconfig-refused', 'exec is not allowed'));
    await run();
    expect(reconciler.view()).toMatchObject({ connection: 'down', error: { code: 'kubeconfig-refused' } });
    world.connection = ok(client);
    await run();
    expect(client.writes).toHaveLength(2);
  });

  it('lists in full again with a new client, at once', async () => {
    const { clock, client, run, world } = rig();
    await run();
    const next = new FakeClusterClient(clock);
    world.connection = ok(next);
    await run();
    expect(next.callsOf('list')).toHaveLength(1);
    expect(client.callsOf('list')).toHaveLength(1);
    expect(next.writes).toHaveLength(2);
  });

  it('takes an epoch above the highest that objects of this hub carry', async () => {
    const { client, run, reconciler } = rig();
    client.put(liveEntry('a', { annotations: { [OBJECT.contentHash]: 'h1', [OBJECT.epoch]: '41' } }));
    await run();
    expect(reconciler.view().epoch).toBe(42);
    expect(client.entry('b')?.annotations[OBJECT.epoch]).toBe('42');
  });

  it('pauses writes for as long as the cluster asks, and goes on deciding', async () => {
    const { client, run, inputs } = rig();
    client.fail({ verb: 'create', error: new IsthmusError('throttled', 'slow', { retryAfterMs: 60_000 }), times: 1 });
    expect(await run(1_000)).toBe(60_000);
    await run(1_000);
    expect(client.callsOf('create').length).toBeLessThanOrEqual(4);
    expect(inputs).toHaveLength(2);
    await run(60_000);
    await run(1_000);
    expect(client.entry('a')).toBeDefined();
  });

  it('shows the refusal of an object for as long as that object is planned', async () => {
    const { client, run, world, reconciler } = rig();
    client.fail({ verb: 'create', name: 'a', error: new IsthmusError('invalid-object', 'spec.ports') });
    await run();
    await run();
    expect(reconciler.view().error?.code).toBe('invalid-object');
    expect(client.callsOf('create').filter(({ name }) => name === 'a')).toHaveLength(1);
    world.desired = [desiredEntry('b')];
    await run();
    expect(reconciler.view().error).toBeUndefined();
  });

  it('judges grace periods by the time of the API server', async () => {
    const { clock, run, inputs } = rig();
    await run();
    clock.jumpWallClock(600_000);
    await run();
    const [first, second] = inputs;
    expect((second?.serverNowMs ?? 0) - (first?.serverNowMs ?? 0)).toBeLessThan(60_000);
  });

  it('observes once how long a change took from its reading to the acknowledged write', async () => {
    const { clock, run, world, metrics } = rig();
    const component = 'aws/us-east-1/1/ns-1/srv-1' as ComponentRecord['key'];
    const record = { key: component } as ComponentRecord;
    const services = new Map([[component, { changedAtMs: clock.nowMs() - 2_000 } as never]]);
    world.snapshots = [{ ...emptySnapshot(sourceName('s'), 'us-east-1'), services }];
    world.desired = [desiredEntry('a', 'h1', { components: [record] })];
    await run();
    world.desired = [desiredEntry('a', 'h2', { components: [record] })];
    await run();
    expect(metrics.observations('isthmus_propagation_duration_seconds')).toEqual([2]);
  });

  it('stops between two writes when it may lead no longer, and goes on when it may again', async () => {
    const { client, world, run, reconciler } = rig();
    let allowed = 1;
    world.leadership = { ...soleLeadership, isSafe: () => client.writes.length < allowed };
    world.cluster = cluster({ name: 'test', limits: { writesPerSecond: 20, burst: 40, inFlight: 1 } });
    expect(await run()).toBe(0);
    expect(client.writes).toHaveLength(1);
    expect(await run()).toBe(1_000);
    expect(client.writes).toHaveLength(1);
    allowed = 99;
    await run();
    expect(client.writes).toHaveLength(2);
    expect(reconciler.view().error).toBeUndefined();
  });

  it('writes nothing while another leader has a higher epoch, and says so', async () => {
    const { client, world, run, reconciler } = rig();
    const error = new IsthmusError('higher-epoch', 'an object carries epoch 9');
    world.leadership = { ...soleLeadership, epochFor: () => err(error) };
    expect(await run()).toBe(1_000);
    expect(client.writes).toHaveLength(0);
    expect(reconciler.view()).toMatchObject({ error: { code: 'higher-epoch' }, decision: { desiredCount: 2 } });
    world.leadership = soleLeadership;
    await run();
    expect(client.writes).toHaveLength(2);
    expect(reconciler.view().error).toBeUndefined();
  });

  it('looks again soon after a takeover, because a write of the leader before can be late', async () => {
    const { clock, run, reconciler } = rig({ relistsAfterMs: [30_000, 120_000] });
    await run(0);
    const due: number[] = [];
    for (let second = 1; second <= 200; second++) {
      await clock.advance(1_000);
      if (!reconciler.isSweepDue()) continue;
      due.push(second);
      await run(0);
    }
    expect(due).toEqual([30, 90, 120, 180]);
  });
});

function readOnly(): Configuration {
  return configuration({ hub: hub({ readOnly: true }) });
}
