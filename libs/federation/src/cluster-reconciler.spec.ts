import type { ComponentRecord } from '@isthmus/model';
import { emptySnapshot, IsthmusError, OBJECT, sourceName } from '@isthmus/model';
import { desiredEntry, liveEntry } from '@isthmus/testing';
import { reconcilerRig } from './cluster-reconciler.spec-rig.js';

describe('ClusterReconciler', () => {
  it('lists in full at the start, writes what is missing, and is quiet afterwards', async () => {
    const { client, run, reconciler } = reconcilerRig();
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
    const { clock, client, run, reconciler } = reconcilerRig();
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
    const { clock, client, run, world } = reconcilerRig();
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
    const { client, run } = reconcilerRig();
    client.fail({ verb: 'create', name: 'a', error: new IsthmusError('timeout', 'silence'), times: 1, after: true });
    await run();
    await run();
    expect(client.callsOf('get').map(({ name }) => name)).toEqual(['a']);
    expect(client.callsOf('create').filter(({ name }) => name === 'a')).toHaveLength(1);
  });

  it('reads and decides again after a conflict, and never overwrites what it has not seen', async () => {
    const { client, run, world, inputs } = reconcilerRig();
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

  it('judges grace periods by the time of the API server, and what lasts by time that does not jump', async () => {
    const { clock, run, inputs } = reconcilerRig();
    await run();
    clock.jumpWallClock(600_000);
    await run();
    const [first, second] = inputs;
    expect((second?.serverNowMs ?? 0) - (first?.serverNowMs ?? 0)).toBeLessThan(60_000);
    expect((second?.steadyMs ?? 0) - (first?.steadyMs ?? 0)).toBeLessThan(60_000);
  });

  it('observes once how long a change took from its reading to the acknowledged write', async () => {
    const { clock, run, world, metrics } = reconcilerRig();
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
});
