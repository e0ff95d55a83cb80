import { FakeClusterClient, fixedRandom, ManualClock } from '@isthmus/testing';

import { ClusterObserver } from './cluster-observer.js';

const { signal } = new AbortController();

function rig({ relistsAfterMs = [] as readonly number[] } = {}) {
  const clock = new ManualClock();
  const client = new FakeClusterClient(clock);
  const observer = new ClusterObserver({ clock, random: fixedRandom(), relistsAfterMs });
  const observe = (sweepMs: number): Promise<void> => observer.observe(client, sweepMs, signal);
  return { clock, client, observer, observe };
}

describe('ClusterObserver', () => {
  it('takes up another time between sweeps at once, counted from the last one', async () => {
    const { clock, client, observer, observe } = rig();
    await observe(3_600_000);
    await clock.advance(70_000);
    expect(observer.isSweepDue()).toBe(false);
    await observe(60_000);
    expect(client.callsOf('list-metadata')).toHaveLength(1);
    await observe(3_600_000);
    await clock.advance(70_000);
    expect(observer.isSweepDue()).toBe(false);
  });

  it('looks again after a takeover, however long the time between sweeps', async () => {
    const { clock, observer, observe } = rig({ relistsAfterMs: [30_000] });
    await observe(3_600_000);
    await clock.advance(31_000);
    expect(observer.isSweepDue()).toBe(true);
  });

  it('looks again when the list that it made at that time had begun before it', async () => {
    const { clock, client, observer, observe } = rig({ relistsAfterMs: [30_000] });
    const list = client.listEntries.bind(client);
    client.listEntries = async (signal) => {
      const found = await list(signal);
      await clock.sleep(5_000);
      return found;
    };
    await clock.advance(27_000);
    const observed = observe(3_600_000);
    await clock.advance(5_000);
    await observed;
    expect(observer.isSweepDue()).toBe(true);
  });
});
