import { zstdDecompressSync } from 'node:zlib';
import { Redis } from 'ioredis';
import { CLUSTER_COUNT, LeakyEstate } from '../../faults/leaky-estate.js';
import { CANARY, leaksIn } from '../../faults/leaky-world.js';
import { describeOnRedis } from './on-redis.js';
import type { RedisServer } from './redis-server.js';
import { startRedis } from './redis-server.js';

/** More of them: ISTHMUS_RUNS=1000. */
const RUNS = Number(process.env['ISTHMUS_RUNS'] ?? 40);
const PASSWORD = `${CANARY}-redis`;
/** First bytes of a compressed document. Source: RFC 8878, 3.1.1. */
const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

describeOnRedis('what a hub keeps in Redis', () => {
  let server: RedisServer;
  let estate: LeakyEstate;
  beforeAll(async () => {
    server = await startRedis({ words: ['--requirepass', PASSWORD], auth: PASSWORD });
    estate = await LeakyEstate.start(`redis://127.0.0.1:${server.port}/0`);
  }, 30_000);
  afterAll(async () => {
    await estate?.close();
    await server?.close();
  });

  it(`holds no secret in any key or value after ${RUNS} runs in which everybody repeats them`, async () => {
    const leaks: string[] = [];
    let kept = await everything();
    // A region is read completely sooner or later: two of three requests are answered.
    const hasDocuments = (): boolean => [...kept.values()].join('\n').includes('10.1.0.1');
    for (let seed = 1; seed * CLUSTER_COUNT <= RUNS || (!hasDocuments() && seed < 20); seed += 1) {
      leaks.push(...leaksIn(await estate.round(seed)));
      kept = await everything();
    }
    expect(leaks).toEqual([]);
    expect(leaksIn([...kept.keys(), ...kept.values()].join('\n'))).toEqual([]);
    // It was all there to be searched: the lease, the heads, and documents that can be read.
    expect([...kept.keys()].join('\n')).toMatch(/:lease$/m);
    expect(hasDocuments()).toBe(true);
  }, 600_000);

  /** Every key with its value as text, in the form in which Redis would move it, and unpacked where it is packed. */
  async function everything(): Promise<ReadonlyMap<string, string>> {
    const redis = new Redis(server.port, '127.0.0.1', { password: PASSWORD });
    try {
      const kept = new Map<string, string>();
      for (const key of await redis.keys('*')) kept.set(key, (await valuesOf(redis, key)).map(textOf).join('\n'));
      return kept;
    } finally {
      redis.disconnect();
    }
  }
});

async function valuesOf(redis: Redis, key: string): Promise<readonly Buffer[]> {
  switch (await redis.type(key)) {
    case 'string':
      return [(await redis.getBuffer(key)) ?? Buffer.alloc(0)];
    case 'hash':
      return ((await redis.callBuffer('HGETALL', key)) as Buffer[]).flat();
    case 'list':
      return redis.lrangeBuffer(key, 0, -1);
    case 'set':
      return redis.smembersBuffer(key);
    case 'zset':
      return redis.zrangeBuffer(key, '0', '-1');
    case 'stream':
      return ((await redis.callBuffer('XRANGE', key, '-', '+')) as unknown[]).flat(3) as Buffer[];
    default:
      throw new Error(`${key} is of a type that this test cannot search`);
  }
}

function textOf(value: Buffer): string {
  const start = value.indexOf(ZSTD);
  return start < 0 ? value.toString('utf8') : zstdDecompressSync(value.subarray(start)).toString('utf8');
}
