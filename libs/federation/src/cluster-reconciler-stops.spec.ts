import type { Configuration } from '@isthmus/model';
import { err, IsthmusError, OBJECT } from '@isthmus/model';
import { cluster, configuration, liveEntry, hub } from '@isthmus/testing';
import { soleLeadership } from './leadership.js';
import { reconcilerRig } from './cluster-reconciler.spec-rig.js';

describe('ClusterReconciler, where something forbids to write', () => {
  it.each<[string, (world: ReturnType<typeof reconcilerRig>['world']) => void]>([
    ['the hub is read-only', (world) => void (world.configuration = readOnly())],
    ['the cluster is not pushed to', (world) => void (world.cluster = cluster({ name: 'test', push: false }))],
    ['the mode is observe', (world) => void (world.cluster = cluster({ name: 'test', mode: 'observe' }))],
  ])('plans and writes nothing when %s', async (_, set) => {
    const { client, run, world, reconciler } = reconcilerRig();
    set(world);
    await run();
    expect(client.writes).toEqual([]);
    expect(reconciler.view().decision?.plan.changes).toHaveLength(2);
  });

  it('writes nothing when the hub becomes read-only between the plan and the write', async () => {
    const { client, run, world } = reconcilerRig();
    world.onDecide = () => void (world.configuration = readOnly());
    await run();
    expect(client.writes).toEqual([]);
  });

  it('drops a plan that was made by another configuration than the one of now', async () => {
    const { client, run, world } = reconcilerRig();
    let decisions = 0;
    world.onDecide = () => {
      if (++decisions === 1) world.configuration = configuration();
    };
    await run();
    expect(client.writes).toEqual([]);
    await run();
    expect(client.writes).toHaveLength(2);
  });

  it('does not delete when the mode becomes upsert-only between the plan and the write', async () => {
    const { client, run, world } = reconcilerRig();
    client.put(liveEntry('old'));
    world.desired = [];
    world.onDecide = () => void (world.cluster = cluster({ name: 'test', mode: 'upsert-only' }));
    await run();
    expect(client.writes).toEqual([]);
  });

  it('stops between two writes when it may lead no longer, and goes on when it may again', async () => {
    const { client, world, run, reconciler } = reconcilerRig();
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
    const { client, world, run, reconciler } = reconcilerRig();
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

  it('takes an epoch above the highest that objects of this hub carry', async () => {
    const { client, run, reconciler } = reconcilerRig();
    client.put(liveEntry('a', { annotations: { [OBJECT.contentHash]: 'h1', [OBJECT.epoch]: '41' } }));
    await run();
    expect(reconciler.view().epoch).toBe(42);
    expect(client.entry('b')?.annotations[OBJECT.epoch]).toBe('42');
  });

  it('looks again soon after a takeover, because a write of the leader before can be late', async () => {
    const { clock, run, reconciler } = reconcilerRig({ relistsAfterMs: [30_000, 120_000] });
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

  it('shows in gauges with which epoch it writes, and why it does not', async () => {
    const { run, world, metrics } = reconcilerRig();
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
});

function readOnly(): Configuration {
  return configuration({ hub: hub({ readOnly: true }) });
}
