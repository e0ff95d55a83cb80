import { setTimeout as sleep } from 'node:timers/promises';

import type { HubProcess } from './hub-pair.js';
import { HubPair } from './hub-pair.js';
import type { RedisServer } from './redis-server.js';
import { eventually, startRedis } from './redis-server.js';
import { describeOnRedis } from './on-redis.js';

/** How often each takeover is made; 20 for the figures in docs. */
const RUNS = Number(process.env['ISTHMUS_E2E_RUNS'] ?? 2);
const RUN_MS = 120_000;
/** How long a leader stays frozen: longer than the lease, the deadline and every timeout. */
const FREEZE_MS = 40_000;

describeOnRedis('a pair of hubs on a real Redis', () => {
  let redis: RedisServer;
  let pair: HubPair;
  const seconds: Record<string, number[]> = {};
  const took = (what: string, ms: number): number => {
    (seconds[what] ??= []).push(Math.round(ms) / 1000);
    return ms;
  };
  /** Waits until a hub that was started stands by, ready to take over. */
  const untilItStandsBy = (hub: HubProcess): Promise<void> =>
    eventually(async () => (await pair.readiness(hub))?.status === 200);
  beforeAll(async () => {
    redis = await startRedis();
    pair = await HubPair.start({ store: { redis: { url: `redis://127.0.0.1:${redis.port}` } } });
  }, RUN_MS);
  afterAll(async () => {
    const lines = Object.entries(seconds).map(
      ([what, values]) => `${what}: ${values.toSorted((a, b) => a - b).join(' ')} s`,
    );
    process.stderr.write(
      `time to the first accepted write\n  ${lines.join('\n  ')}\n  ${pair.truth.accepted.length} writes accepted\n`,
    );
    await pair.close();
    await redis.close();
  });
  afterEach(() => pair.truth.assertNothingWrong());

  it('has one leader and one that stands by, and both are ready', async () => {
    const { leader, other } = await pair.leader();
    await untilItStandsBy(other);
    expect((await pair.readiness(leader))?.body).toEqual({ status: 'ready', role: 'leader' });
    expect((await pair.readiness(other))?.body).toEqual({ status: 'ready', role: 'standby' });
    // A replica is ready as soon as it could take over, and learns the name of the leader with the next look at the lease.
    await eventually(async () => (await pair.status(other))?.leader.holder !== '');
    const [mine, theirs] = [await pair.status(leader), await pair.status(other)];
    expect(theirs?.leader).toEqual({ ...mine?.leader, isLeader: false });
    expect(theirs?.sources).toMatchObject([{ name: 'us', services: 3 }]);
    expect([
      await pair.metric(leader, 'isthmus_leader_is_leader'),
      await pair.metric(other, 'isthmus_leader_is_leader'),
    ]).toEqual(['1', '0']);
    // Gauges of sources and clusters are the leader's alone.
    expect(await pair.metric(other, 'isthmus_cluster_up{cluster="eks"}')).toBeUndefined();
  });

  it.each(Array.from({ length: RUNS }, (_, index) => index + 1))(
    'is taken over within 20 s when the leader is killed (%i)',
    async () => {
      const { leader, other } = await pair.leader();
      await untilItStandsBy(other);
      const killedAtMs = performance.now();
      await pair.signal(leader, 'SIGKILL');
      expect(took('SIGKILL', await pair.firstWriteAfter(killedAtMs + 5))).toBeLessThan(20_000);
      pair.run(leader);
    },
    RUN_MS,
  );

  it.each(Array.from({ length: RUNS }, (_, index) => index + 1))(
    'is taken over within 4 s when the leader is stopped (%i)',
    async () => {
      const { leader, other } = await pair.leader();
      await untilItStandsBy(other);
      // It has seen the leader under this run of Redis.
      await eventually(async () => (await pair.status(other))?.leader.holder !== '');
      const { epoch = 0 } = (await pair.status(leader))?.leader ?? {};
      const stoppedAtMs = performance.now();
      await pair.signal(leader, 'SIGTERM');
      await eventually(() => pair.truth.accepted.some((write) => write.epoch > epoch), 10);
      const first = pair.truth.accepted.find((write) => write.epoch > epoch);
      expect(took('SIGTERM', (first?.atMs ?? 0) - stoppedAtMs)).toBeLessThan(4_000);
      pair.run(leader);
    },
    RUN_MS,
  );

  it.each(Array.from({ length: Math.ceil(RUNS / 2) }, (_, index) => index + 1))(
    'is taken over within 20 s when the leader is frozen, which changes nothing when it wakes (%i)',
    async () => {
      const { leader, other } = await pair.leader();
      await untilItStandsBy(other);
      const frozenAtMs = performance.now();
      await pair.signal(leader, 'SIGSTOP');
      expect(took('SIGSTOP', await pair.firstWriteAfter(frozenAtMs + 5))).toBeLessThan(20_000);
      await sleep(FREEZE_MS - (performance.now() - frozenAtMs));
      await pair.signal(leader, 'SIGCONT');
      await eventually(async () => (await pair.readiness(leader))?.status === 200);
      await sleep(5_000);
      expect((await pair.leader()).leader).toBe(other);
      expect((await pair.status(leader))?.leader.isLeader).toBe(false);
    },
    RUN_MS,
  );
});
