import { err, IsthmusError, ok } from '@isthmus/model';
import { desiredEntry, FakeClusterClient } from '@isthmus/testing';
import { reconcilerRig } from './cluster-reconciler.spec-rig.js';

describe('ClusterReconciler, of a cluster that does not do its part', () => {
  it('asks nothing of a cluster before its wait after a failure is over, however often it is woken', async () => {
    const { client, reconciler } = reconcilerRig();
    client.fail({ verb: 'list', error: new IsthmusError('unauthorized', 'no') });
    const signal = new AbortController().signal;
    for (let wake = 0; wake < 20; wake++) await reconciler.run(signal);
    expect(client.calls).toHaveLength(1);
    expect(reconciler.view()).toMatchObject({ connection: 'down', error: { code: 'unauthorized' } });
  });

  it('keeps the time since which an error lasts, and forgets it when it is over', async () => {
    const { clock, client, run, reconciler } = reconcilerRig();
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
    const { client, run, world, reconciler } = reconcilerRig();
    world.connection = err(new IsthmusError('kubeconfig-refused', 'exec is not allowed'));
    await run();
    expect(reconciler.view()).toMatchObject({ connection: 'down', error: { code: 'kubeconfig-refused' } });
    world.connection = ok(client);
    await run();
    expect(client.writes).toHaveLength(2);
  });

  it('lists in full again with a new client, at once', async () => {
    const { clock, client, run, world } = reconcilerRig();
    await run();
    const next = new FakeClusterClient(clock);
    world.connection = ok(next);
    await run();
    expect(next.callsOf('list')).toHaveLength(1);
    expect(client.callsOf('list')).toHaveLength(1);
    expect(next.writes).toHaveLength(2);
  });

  it('leaves a cluster alone while its breaker is open, then probes, lists again and goes on', async () => {
    const { clock, client, run, reconciler, metrics } = reconcilerRig();
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

  it('lists in full again after the breaker was open, because anything may have happened meanwhile', async () => {
    const { clock, client, run } = reconcilerRig();
    await run();
    client.fail({ verb: 'list-metadata', error: new IsthmusError('network', 'cut') });
    for (let attempt = 0; attempt < 6; attempt++) await run(120_000);
    client.heal();
    await clock.advance(300_000);
    await run();
    expect(client.callsOf('probe')).toHaveLength(1);
    expect(client.callsOf('list')).toHaveLength(2);
  });

  it('pauses writes for as long as the cluster asks, and goes on deciding', async () => {
    const { client, run, inputs } = reconcilerRig();
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
    const { client, run, world, reconciler } = reconcilerRig();
    client.fail({ verb: 'create', name: 'a', error: new IsthmusError('invalid-object', 'spec.ports') });
    await run();
    await run();
    expect(reconciler.view().error?.code).toBe('invalid-object');
    expect(client.callsOf('create').filter(({ name }) => name === 'a')).toHaveLength(1);
    world.desired = [desiredEntry('b')];
    await run();
    expect(reconciler.view().error).toBeUndefined();
  });
});
