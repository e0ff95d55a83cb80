import { setTimeout as sleep } from 'node:timers/promises';

import { METRICS } from '@isthmus/telemetry';

import { HubPair } from './hub-pair.js';
import type { RedisServer } from './redis-server.js';
import { eventually, startRedis } from './redis-server.js';
import { describeOnRedis } from './on-redis.js';

const LIMIT_MS = 120_000;

describeOnRedis('a pair of hubs whose Redis is in trouble', () => {
  let redis: RedisServer;
  let pair: HubPair;
  beforeAll(async () => {
    redis = await startRedis();
    pair = await HubPair.start({ redis: { url: `redis://127.0.0.1:${redis.port}` } });
    const { other } = await pair.leader();
    await eventually(async () => (await pair.readiness(other))?.status === 200);
  }, LIMIT_MS);
  afterAll(async () => {
    await pair.close();
    await redis.close();
  });
  afterEach(() => pair.truth.assertNothingWrong());

  it.each([
    ['killed, and comes back without its data', () => redis.kill(), () => redis.restart()],
    [
      'frozen, and wakes',
      () => Promise.resolve(redis.signal('SIGSTOP')),
      () => Promise.resolve(redis.signal('SIGCONT')),
    ],
  ])(
    'leaves the clusters as they are while it is %s',
    async (_, harm, heal) => {
      const { leader, other } = await pair.leader();
      const harmedAtMs = performance.now();
      await harm();
      await eventually(async () => (await pair.status(leader))?.leader.isLeader === false);
      expect(performance.now() - harmedAtMs).toBeLessThan(11_000);
      const { length } = pair.truth.accepted;
      for (const hub of [leader, other]) {
        await eventually(async () => (await pair.readiness(hub))?.status === 503);
        expect(JSON.stringify((await pair.readiness(hub))?.body)).toMatch(/store: (network|timeout)/);
        expect((await pair.status(hub))?.store).toMatchObject({
          kind: 'redis',
          error: { code: expect.any(String) as string },
        });
        expect(await pair.metric(hub, 'isthmus_redis_up')).toBe('0');
      }
      await sleep(5_000);
      expect(pair.truth.accepted).toHaveLength(length);
      const healedAtMs = performance.now();
      await heal();
      await eventually(() => pair.truth.accepted.length > length);
      expect(performance.now() - healedAtMs).toBeLessThan(45_000);
      for (const hub of [leader, other]) await eventually(async () => (await pair.readiness(hub))?.status === 200);
    },
    LIMIT_MS,
  );

  it('has counted it all: every metric of a pair has a sample', async () => {
    const { leader, other } = await pair.leader();
    const pages = (await Promise.all([leader, other].map((hub) => pair.metrics(hub)))).join('\n');
    const names = METRICS.map(({ name }) => name).filter((name) =>
      /^isthmus_(redis_|leader_|snapshot_(commits|written|last_commit))/.test(name),
    );
    expect(names.length).toBeGreaterThan(7);
    expect(names.filter((name) => !new RegExp(`^${name}(_count)?[ {]`, 'm').test(pages))).toEqual([]);
  });
});
