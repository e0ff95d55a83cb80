import type { LeaseRecord } from '@isthmus/ports';

import type { ObservedBackend } from './open-store.js';
import { openBackend, settingsOf } from './open-store.js';
import type { RedisServer } from './redis-server.js';
import { eventually, freePort, startRedis } from './redis-server.js';
import { describeOnRedis } from './on-redis.js';

const NOBODY = { holder: '', epoch: 0, sequence: 0 };

describeOnRedis('RedisLeaseStore', () => {
  let server: RedisServer;
  let backend: ObservedBackend;
  const lease = () => backend.lease;
  const taken = async (holder = 'a', floor = 0): Promise<LeaseRecord> => {
    const record = await lease().acquire({ holder, seen: await lease().observe(), floor });
    if (record === undefined) throw new Error('the lease was not taken');
    return record;
  };
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    await server.command('FLUSHALL');
    backend = openBackend(settingsOf(server.port));
  });
  afterEach(() => backend.close());

  it('sees nobody before somebody has taken it, and under which run of the server', async () => {
    const record = await lease().observe();
    expect(record).toMatchObject(NOBODY);
    expect(await server.command('INFO server')).toContain(`run_id:${record.incarnation}\r\n`);
  });

  it('is taken by one of those who saw the same record', async () => {
    const seen = await lease().observe();
    const [a, b] = await Promise.all(['a', 'b'].map((holder) => lease().acquire({ holder, seen, floor: 0 })));
    expect([a?.epoch, b]).toEqual([1, undefined]);
    expect(await lease().observe()).toEqual(a);
  });

  it.each(['holder', 'epoch', 'sequence', 'incarnation'] as const)(
    'is not taken when the %s is not what was seen',
    async (field) => {
      const seen = await taken();
      const other = typeof seen[field] === 'number' ? seen[field] + 1 : `${seen[field]}x`;
      expect(await lease().acquire({ holder: 'b', seen: { ...seen, [field]: other }, floor: 0 })).toBeUndefined();
      expect(await lease().acquire({ holder: 'b', seen, floor: 0 })).toMatchObject({ holder: 'b', epoch: 2 });
    },
  );

  it('has an epoch above the floor and above every one before, also after it was given up', async () => {
    expect((await taken('a', 41)).epoch).toBe(42);
    await lease().release({ holder: 'a', epoch: 42 });
    expect(await lease().observe()).toMatchObject({ holder: '', epoch: 42 });
    expect((await taken('b')).epoch).toBe(43);
  });

  it('is renewed by its holder only, and each renewal can be seen', async () => {
    const first = await taken();
    expect(await lease().renew({ holder: 'b', epoch: 1, floor: 0 })).toBeUndefined();
    expect(await lease().renew({ holder: 'a', epoch: 2, floor: 0 })).toBeUndefined();
    expect(await lease().renew({ holder: 'a', epoch: 1, floor: 0 })).toEqual({ ...first, sequence: 1 });
    expect(await lease().observe()).toEqual({ ...first, sequence: 1 });
  });

  it('takes a higher epoch while it is renewed', async () => {
    await taken();
    expect(await lease().renew({ holder: 'a', epoch: 1, floor: 7 })).toMatchObject({ epoch: 8 });
    expect(await lease().renew({ holder: 'a', epoch: 8, floor: 7 })).toMatchObject({ epoch: 8 });
  });

  it('is given up by its holder only', async () => {
    await taken();
    await lease().release({ holder: 'b', epoch: 1 });
    expect(await lease().observe()).toMatchObject({ holder: 'a' });
  });

  it('takes numbers that nobody of us wrote for none, and can be taken all the same', async () => {
    await server.command('HSET isthmus:{test}:lease holder x epoch -3 sequence 1e999');
    const seen = await lease().observe();
    expect(seen).toMatchObject({ holder: 'x', epoch: 0, sequence: 0 });
    expect(await lease().acquire({ holder: 'a', seen, floor: 0 })).toMatchObject({ holder: 'a', epoch: 1 });
    expect(await lease().renew({ holder: 'a', epoch: 1, floor: 0 })).toMatchObject({ sequence: 1 });
  });

  it('is under another run of the server after a restart', async () => {
    const own = await startRedis();
    const other = openBackend(settingsOf(own.port));
    const before = await other.lease.observe();
    await own.restart();
    await eventually(() =>
      other.lease.observe().then(
        ({ incarnation }) => incarnation !== before.incarnation,
        () => false,
      ),
    );
    other.close();
    await own.close();
  });

  describe('with waitReplicas', () => {
    it('counts a renewal only when a replica has it', async () => {
      const port = await freePort();
      const cautious = openBackend(settingsOf(server.port, { waitReplicas: 1 }));
      const seen = await cautious.lease.observe();
      await expect(cautious.lease.acquire({ holder: 'a', seen, floor: 0 })).rejects.toMatchObject({
        code: 'lease-unconfirmed',
      });
      const replica = await startRedis({ port, words: ['--replicaof', `127.0.0.1 ${server.port}`] });
      await eventually(async () => (await server.command('INFO replication')).includes('state=online'));
      expect(await cautious.lease.renew({ holder: 'a', epoch: 1, floor: 0 })).toMatchObject({ epoch: 1 });
      replica.signal('SIGSTOP');
      await expect(cautious.lease.renew({ holder: 'a', epoch: 1, floor: 0 })).rejects.toMatchObject({
        code: 'lease-unconfirmed',
      });
      cautious.close();
      await replica.close();
    });
  });
});
