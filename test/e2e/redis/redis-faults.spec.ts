import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { sourceName } from '@isthmus/model';
import type { IsthmusError, RedisSettings } from '@isthmus/model';
import { instance, reading, serviceRecord, serviceState, snapshot, source } from '@isthmus/testing';
import { generate } from 'selfsigned';

import type { ObservedBackend } from './open-store.js';
import { openBackend, sentinelAt, settingsOf } from './open-store.js';
import type { RedisServer, RedisServerOptions } from './redis-server.js';
import { freePort } from '../servers/free-port.js';
import { eventually, startRedis } from './redis-server.js';
import { describeOnRedis } from './on-redis.js';

const US = sourceName('us');
const SAMPLE = snapshot(source(), [
  serviceState(serviceRecord('cart.shop'), { reading: reading([instance('10.0.0.1')]) }),
]);
/** What docs/how-to/run-a-pair.md tells people to grant. */
const ACL = '~isthmus:* -@all +@read +@write +@scripting +@stream +@connection +wait -@dangerous +info';

describeOnRedis('Redis in trouble', () => {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-faults-'));
  const servers: RedisServer[] = [];
  const backends: ObservedBackend[] = [];
  const start = async (options?: RedisServerOptions): Promise<RedisServer> => {
    const server = await startRedis(options);
    servers.push(server);
    return server;
  };
  const open = (settings: RedisSettings): ObservedBackend => {
    const backend = openBackend(settings);
    backends.push(backend);
    return backend;
  };
  const codeOf = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'ok',
      (error: IsthmusError) => error.code,
    );
  const answers = ({ lease }: ObservedBackend) => eventually(async () => (await codeOf(lease.observe())) === 'ok');
  afterEach(async () => {
    for (const backend of backends.splice(0)) backend.close();
    for (const server of servers.splice(0)) await server.close();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('killed: every command fails at once, says so once, and works again after a restart', async () => {
    const server = await start();
    const backend = open(settingsOf(server.port));
    await answers(backend);
    await server.kill();
    const startMs = performance.now();
    expect(await codeOf(backend.lease.observe())).toBe('network');
    expect(await codeOf(backend.snapshots.load(US))).toBe('network');
    expect(performance.now() - startMs).toBeLessThan(500);
    expect(backend.error()).toMatchObject({ code: 'network' });
    await server.restart();
    await eventually(async () => (await codeOf(backend.snapshots.load(US))) === 'ok');
    await answers(backend);
    expect(backend.error()).toBeUndefined();
    expect(backend.logger.lines.map(({ level }) => level)).toEqual(['warn', 'info']);
    expect(backend.metrics.value('isthmus_redis_up')).toBe(1);
  });

  it('not there at the start: nothing waits longer than the time to connect', async () => {
    const backend = open(settingsOf(await freePort()));
    const startMs = performance.now();
    expect(await codeOf(backend.snapshots.save(SAMPLE, 0))).toBe('network');
    expect(performance.now() - startMs).toBeLessThan(3_000);
  });

  it('frozen: a renewal fails after a second, and is carried out at most once', async () => {
    const server = await start();
    const backend = open(settingsOf(server.port));
    const seen = await backend.lease.observe();
    await backend.lease.acquire({ holder: 'a', seen, floor: 0 });
    server.signal('SIGSTOP');
    const startMs = performance.now();
    expect(await codeOf(backend.lease.renew({ holder: 'a', epoch: 1, floor: 0 }))).toBe('timeout');
    expect(performance.now() - startMs).toBeLessThan(1_500);
    await sleep(3_000);
    server.signal('SIGCONT');
    await answers(backend);
    expect((await backend.lease.observe()).sequence).toBeLessThanOrEqual(1);
  });

  it('wrong password: refused, never repeated, and right as soon as the file is', async () => {
    const server = await start({ words: ['--requirepass', 'right-horse'], auth: 'right-horse' });
    const passwordFile = join(folder, 'password');
    writeFileSync(passwordFile, 'wrong-battery\n');
    const backend = open(settingsOf(server.port, { passwordFile }));
    expect(await codeOf(backend.lease.observe())).toBe('store-refused');
    expect(backend.error()).toMatchObject({ code: 'store-refused' });
    writeFileSync(passwordFile, 'right-horse\n');
    await answers(backend);
    const told = JSON.stringify([backend.logger.lines, backend.error()]);
    expect(told).not.toMatch(/wrong-battery|right-horse/);
  });

  it('Sentinels with a password: refused with a wrong one and without, and right as soon as the file is', async () => {
    const primary = await start({ words: ['--requirepass', 'server-horse'], auth: 'server-horse' });
    const lines = [`sentinel monitor main 127.0.0.1 ${primary.port} 1`, 'sentinel auth-pass main server-horse'];
    const sentinel = await start({ sentinel: [...lines, 'requirepass sentinel-horse'], auth: 'sentinel-horse' });
    const [server, watcher] = [join(folder, 'server-password'), join(folder, 'sentinel-password')];
    writeFileSync(server, 'server-horse\n');
    writeFileSync(watcher, 'wrong-battery\n');
    const none = open(settingsOf(primary.port, { address: sentinelAt(sentinel.port), passwordFile: server }));
    expect(await codeOf(none.lease.observe())).toBe('store-refused');
    const address = sentinelAt(sentinel.port, watcher);
    const backend = open(settingsOf(primary.port, { address, passwordFile: server }));
    expect(await codeOf(backend.lease.observe())).toBe('store-refused');
    expect(backend.error()?.message).toContain('asking the Sentinels');
    writeFileSync(watcher, 'sentinel-horse\n');
    await answers(backend);
    expect(await codeOf(backend.snapshots.save(SAMPLE, 0))).toBe('ok');
    expect(JSON.stringify([backend.logger.lines, none.logger.lines])).not.toMatch(/battery|horse/);
  });

  it('Sentinels that are not there: nothing waits longer than the time to connect', async () => {
    const backend = open(settingsOf(0, { address: sentinelAt(await freePort()) }));
    const startMs = performance.now();
    expect(await codeOf(backend.lease.observe())).toBe('network');
    expect(performance.now() - startMs).toBeLessThan(3_000);
    expect(backend.error()?.message).toContain('no Sentinel names the primary');
  });

  it('an ACL user with the documented rules may do everything that the hub does, and nothing else', async () => {
    const server = await start();
    await server.command(`ACL SETUSER hub on >secret ${ACL}`);
    const passwordFile = join(folder, 'acl-password');
    writeFileSync(passwordFile, 'secret');
    const backend = open(settingsOf(server.port, { username: 'hub', passwordFile, waitReplicas: 0 }));
    const lease = await backend.lease.acquire({ holder: 'a', seen: await backend.lease.observe(), floor: 0 });
    await backend.lease.renew({ holder: 'a', epoch: lease?.epoch ?? 0, floor: 0 });
    await backend.lease.release({ holder: 'a', epoch: lease?.epoch ?? 0 });
    for (let version = 1; version <= 21; version++) await backend.snapshots.save({ ...SAMPLE, version }, version - 1);
    expect(await backend.snapshots.load(US)).toMatchObject({ kind: 'snapshot' });
    expect(await backend.snapshots.versions(US)).toHaveLength(21);
    const stop = new AbortController();
    const following = backend.snapshots.follow(() => stop.abort(), stop.signal);
    await sleep(200);
    await backend.snapshots.save({ ...SAMPLE, version: 22 }, 21);
    await following;
    await server.command('ACL SETUSER hub -hset');
    expect(await codeOf(backend.snapshots.save({ ...SAMPLE, version: 23 }, 22))).toBe('store-refused');
  });

  it('a replica: no write, and it says why; reading goes on', async () => {
    const primary = await start();
    const server = await start();
    const backend = open(settingsOf(server.port));
    await backend.snapshots.save(SAMPLE, 0);
    await server.command('CONFIG SET replica-serve-stale-data yes');
    await server.command(`REPLICAOF 127.0.0.1 ${primary.port}`);
    expect(await codeOf(backend.snapshots.save({ ...SAMPLE, version: 2 }, 1))).toBe('store-read-only');
    await server.command('REPLICAOF NO ONE');
    await eventually(async () => (await codeOf(backend.snapshots.save({ ...SAMPLE, version: 3 }, 0))) === 'ok');
  });

  it('out of memory: no save, and it says why; the lease that is there is renewed again when there is room', async () => {
    const server = await start();
    const backend = open(settingsOf(server.port));
    await backend.snapshots.save(SAMPLE, 0);
    await server.command('CONFIG SET maxmemory 1');
    expect(await codeOf(backend.snapshots.save({ ...SAMPLE, version: 2 }, 1))).toBe('store-full');
    expect(await backend.snapshots.load(US)).toMatchObject({ kind: 'snapshot', snapshot: { version: 1 } });
    await server.command('CONFIG SET maxmemory 0');
    expect(await codeOf(backend.snapshots.save({ ...SAMPLE, version: 2 }, 1))).toBe('ok');
    expect(backend.error()).toBeUndefined();
  });

  it('busy with a slow script: a timeout, then busy, then as before', async () => {
    const server = await start({ words: ['--busy-reply-threshold', '1500'] });
    const backend = open(settingsOf(server.port));
    await answers(backend);
    const slow = server.command('EVAL "while true do end" 0').catch(() => 'cut');
    await sleep(200);
    expect(await codeOf(backend.lease.observe())).toBe('timeout');
    await sleep(1_000);
    expect(['store-busy', 'network']).toContain(await codeOf(backend.lease.observe()));
    await eventually(async () => (await codeOf(backend.lease.observe())) === 'store-busy');
    await server.command('SCRIPT KILL');
    await slow;
    await answers(backend);
  });

  it('with TLS: the CA is checked, and another one is refused', async () => {
    const name = [{ name: 'commonName', value: 'localhost' }];
    const extensions = [{ name: 'subjectAltName' as const, altNames: [{ type: 7 as const, ip: '127.0.0.1' }] }];
    const made = await Promise.all([generate(name, { extensions }), generate(name, { extensions })]);
    const files = made.flatMap(({ cert, private: key }, index) => [
      [`${index}.pem`, cert] as const,
      [`${index}.key`, key] as const,
    ]);
    for (const [file, text] of files) writeFileSync(join(folder, file), text);
    const at = (file: string): string => join(folder, file);
    const tls = ['--tls-cert-file', at('0.pem'), '--tls-key-file', at('0.key'), '--tls-ca-cert-file', at('0.pem')];
    const server = await start({ isTls: true, words: [...tls, '--tls-auth-clients', 'no'] });
    const right = open(settingsOf(server.port, { tls: { caFile: at('0.pem'), serverName: undefined } }));
    expect(await codeOf(right.lease.observe())).toBe('ok');
    const wrong = open(settingsOf(server.port, { tls: { caFile: at('1.pem'), serverName: undefined } }));
    expect(await codeOf(wrong.lease.observe())).toBe('tls');
    const plain = open(settingsOf(server.port));
    expect(await codeOf(plain.lease.observe())).toBe('network');
  });

  it('a Redis Cluster accepts every script, because all keys of a hub are in one slot', async () => {
    const server = await start({ words: ['--cluster-enabled', 'yes'] });
    await server.command('CLUSTER ADDSLOTSRANGE 0 16383');
    await eventually(async () => (await server.command('CLUSTER INFO')).includes('cluster_state:ok'));
    const backend = open(settingsOf(server.port));
    await backend.lease.acquire({ holder: 'a', seen: await backend.lease.observe(), floor: 0 });
    await backend.lease.renew({ holder: 'a', epoch: 1, floor: 3 });
    await backend.lease.release({ holder: 'a', epoch: 4 });
    for (let version = 1; version <= 21; version++) await backend.snapshots.save({ ...SAMPLE, version }, version - 1);
    expect(await backend.snapshots.load(US)).toMatchObject({ kind: 'snapshot', snapshot: { version: 21 } });
    expect(backend.error()).toBeUndefined();
  });
});
