import { leaseStoreContract } from '@isthmus/testing';

import type { ObservedBackend } from './open-store.js';
import { openBackend, settingsOf } from './open-store.js';
import type { RedisServer } from './redis-server.js';
import { freePort } from '../servers/free-port.js';
import { eventually, startRedis } from './redis-server.js';
import { describeOnRedis } from './on-redis.js';

const NOBODY = { holder: '', epoch: 0, sequence: 0 };

describeOnRedis('RedisLeaseStore', () => {
  let server: RedisServer;
  let backend: ObservedBackend;
  const lease = () => backend.lease;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    await server.command('FLUSHALL');
    backend = openBackend(settingsOf(server.port));
  });
  afterEach(() => backend.close());

  leaseStoreContract('it', async () => {
    await server.command('FLUSHALL');
    const [mine, theirs] = [openBackend(settingsOf(server.port)), openBackend(settingsOf(server.port))];
    const close = (): Promise<void> => {
      mine.close();
      theirs.close();
      return Promise.resolve();
    };
    return { store: mine.lease, other: theirs.lease, close };
  });

  it('sees nobody before somebody has taken it, and under which run of the server', async () => {
    const record = await lease().observe();
    expect(record).toMatchObject(NOBODY);
    expect(await server.command('INFO server')).toContain(`run_id:${record.incarnation}\r\n`);
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
      // A replica that is online may still take a moment for its first confirmation.
      const renew = () => cautious.lease.renew({ holder: 'a', epoch: 1, floor: 0 });
      await eventually(async () => (await renew().catch(() => undefined))?.epoch === 1);
      replica.signal('SIGSTOP');
      await expect(renew()).rejects.toMatchObject({
        code: 'lease-unconfirmed',
      });
      cautious.close();
      await replica.close();
    });
  });
});
