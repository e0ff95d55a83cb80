import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RedisSettings } from '@isthmus/model';
import { checkRedis } from '@isthmus/redis';
import { describeOnRedis } from './on-redis.js';
import { settingsOf } from './open-store.js';
import type { RedisServer, RedisServerOptions } from './redis-server.js';
import { freePort } from '../servers/free-port.js';
import { startRedis } from './redis-server.js';

describeOnRedis('the doctor on a real Redis', () => {
  let server: RedisServer | undefined;
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'isthmus-doctor-'));
  });
  afterEach(async () => {
    await server?.close();
    server = undefined;
    await rm(folder, { recursive: true, force: true });
  });

  async function look(options: RedisServerOptions, changes: Partial<RedisSettings> = {}) {
    const running = (server = await startRedis(options));
    const checks = await checkRedis(settingsOf(running.port, changes), 'prod');
    return new Map(checks.map((check) => [check.name, check]));
  }

  const passwordFile = (password: string): string => {
    const file = join(folder, 'password');
    writeFileSync(file, `${password}\n`, { mode: 0o600 });
    return file;
  };

  it('finds nothing wrong with one that appends to a file and evicts nothing, and leaves no key', async () => {
    const found = await look({ words: ['--appendonly', 'yes'] });
    expect([...found.values()].filter(({ outcome }) => outcome !== 'ok')).toEqual([]);
    expect(await server?.command('DBSIZE')).toBe(':0\r\n');
  });

  it('finds that nobody listens', async () => {
    const [check] = await checkRedis(settingsOf(await freePort()), 'prod');
    expect(check).toMatchObject({ name: 'redis', outcome: 'failed', message: expect.stringMatching(/ECONNREFUSED/) });
  });

  it('finds a password that is wrong, and repeats none', async () => {
    const found = await look(
      { words: ['--requirepass', 'right'], auth: 'right' },
      { passwordFile: passwordFile('canary') },
    );
    expect(found.get('redis')).toMatchObject({ outcome: 'failed', fix: expect.stringMatching(/passwordFile/) });
    expect(JSON.stringify([...found.values()])).not.toContain('canary');
  });

  it('finds a password file that is not there', async () => {
    const found = await look({}, { passwordFile: join(folder, 'gone') });
    expect(found.get('redis')).toMatchObject({ outcome: 'failed', message: expect.stringMatching(/ENOENT/) });
  });

  it('finds a policy that may evict the lease', async () => {
    const found = await look({ words: ['--maxmemory', '50mb', '--maxmemory-policy', 'allkeys-lru'] });
    expect(found.get('redis-eviction')).toMatchObject({ outcome: 'failed', fix: expect.stringMatching(/noeviction/) });
  });

  it('says of one that forgets everything with a restart what that costs', async () => {
    const found = await look({});
    expect(found.get('redis-persistence')).toMatchObject({
      outcome: 'ok',
      message: expect.stringMatching(/all is read anew, nothing is removed/),
    });
  });

  it('finds a replica in the place of the primary', async () => {
    const found = await look({ words: ['--replicaof', '127.0.0.1', String(await freePort())] });
    expect(found.get('redis-role')).toMatchObject({ outcome: 'failed', fix: expect.stringMatching(/sentinel/) });
  });

  it('finds rights that are too few for the scripts, and names those that are enough', async () => {
    const acl = 'user default on nopass ~isthmus:* -@all +@connection +info +@read';
    const file = join(folder, 'users.acl');
    writeFileSync(file, `${acl}\n`);
    const found = await look({ words: ['--aclfile', file] });
    const { outcome, fix } = found.get('redis-rights') ?? {};
    expect(outcome).toBe('failed');
    const [, rights = ''] = /^ACL SETUSER isthmus on (.*)$/.exec(fix ?? '') ?? [];
    await server?.close();
    writeFileSync(file, `user default on nopass ${rights}\n`);
    const mended = await look({ words: ['--aclfile', file, '--appendonly', 'yes'] });
    expect(mended.get('redis-rights')).toMatchObject({ outcome: 'ok' });
  });

  it('finds rights over keys of another prefix', async () => {
    const file = join(folder, 'users.acl');
    writeFileSync(file, 'user default on nopass ~other:* +@all\n');
    const found = await look({ words: ['--aclfile', file] });
    expect(found.get('redis-rights')).toMatchObject({
      outcome: 'failed',
      fix: expect.stringMatching(/~isthmus:\*/),
    });
  });
});
