import { setTimeout as sleep } from 'node:timers/promises';

import { Elector } from '@isthmus/election';
import type { RedisSettings } from '@isthmus/model';
import { systemClock, systemRandom } from '@isthmus/telemetry';

import type { ObservedBackend } from './open-store.js';
import { openBackend, sentinelAt, settingsOf } from './open-store.js';
import type { RedisServer, RedisServerOptions } from './redis-server.js';
import { freePort } from '../servers/free-port.js';
import { eventually, startRedis } from './redis-server.js';
import { describeOnRedis } from './on-redis.js';

/** A fifth of the defaults: everything else is as in a hub. */
const TIMINGS = { leaseMs: 3_000, renewDeadlineMs: 2_000, retryMs: 400 };

interface Candidate {
  readonly name: string;
  readonly elector: Elector;
  readonly backend: ObservedBackend;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

describeOnRedis('an election on a real Redis', () => {
  const servers: RedisServer[] = [];
  let candidates: Candidate[] = [];
  let watch = new AbortController();
  /** Names of those that were safe at the same time. */
  const together: string[][] = [];

  const start = async (options?: RedisServerOptions): Promise<RedisServer> => {
    const server = await startRedis(options);
    servers.push(server);
    return server;
  };
  const join = (name: string, settings: RedisSettings): Candidate => {
    const backend = openBackend(settings);
    const options = { clock: systemClock, random: systemRandom, logger: backend.logger, metrics: backend.metrics };
    const elector = new Elector({ store: backend.lease, holder: name, timings: TIMINGS, ...options });
    const stop = new AbortController();
    const ended = elector.run(
      ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
      stop.signal,
    );
    const candidate = { name, elector, backend, stop, ended };
    candidates.push(candidate);
    return candidate;
  };
  const safeOnes = (): Candidate[] => candidates.filter(({ elector }) => elector.isSafe());
  const leader = async (): Promise<Candidate> => {
    await eventually(() => safeOnes().length > 0);
    const [one] = safeOnes();
    return one ?? leader();
  };
  const nobodyLeads = () => eventually(() => safeOnes().length === 0);
  beforeEach(() => {
    watch = new AbortController();
    together.length = 0;
    void (async () => {
      while (!watch.signal.aborted) {
        const safe = safeOnes();
        if (safe.length > 1) together.push(safe.map(({ name }) => name));
        await sleep(5);
      }
    })();
  });
  afterEach(async () => {
    watch.abort();
    for (const { stop } of candidates) stop.abort();
    await Promise.all(candidates.map(({ ended }) => ended));
    for (const { backend } of candidates) backend.close();
    candidates = [];
    for (const server of servers.splice(0)) await server.close();
    if (together.length > 0) throw new Error(`safe at the same time: ${JSON.stringify(together[0])}`);
  });

  it('ends a term within the deadline when Redis is killed, and begins one after a restart without data', async () => {
    const server = await start();
    for (const name of ['a', 'b', 'c']) join(name, settingsOf(server.port));
    const first = await leader();
    const killedAtMs = performance.now();
    await server.kill();
    await nobodyLeads();
    expect(performance.now() - killedAtMs).toBeLessThan(TIMINGS.renewDeadlineMs + 200);
    expect(first.elector.isSafe()).toBe(false);
    await server.restart();
    await leader();
    // A whole lease without a record, because it may have been lost while somebody led.
    expect(performance.now() - killedAtMs).toBeGreaterThan(TIMINGS.leaseMs);
  });

  it('lets nobody in while a record that was lost may still be led by', async () => {
    const server = await start();
    join('a', settingsOf(server.port));
    await leader();
    join('b', settingsOf(server.port));
    await sleep(1_000);
    await server.restart();
    // It came back empty at once: a notices with its next renewal, b waits for a lease.
    await nobodyLeads();
    const lostAtMs = performance.now();
    await leader();
    expect(performance.now() - lostAtMs).toBeGreaterThan(TIMINGS.leaseMs - TIMINGS.renewDeadlineMs);
  });

  it('ends a term within the deadline when Redis is frozen, and goes on when it wakes', async () => {
    const server = await start();
    for (const name of ['a', 'b']) join(name, settingsOf(server.port));
    await leader();
    const frozenAtMs = performance.now();
    server.signal('SIGSTOP');
    await nobodyLeads();
    expect(performance.now() - frozenAtMs).toBeLessThan(TIMINGS.renewDeadlineMs + 200);
    await sleep(2_000);
    server.signal('SIGCONT');
    await leader();
  });

  it('survives a failover to a replica that lags behind', async () => {
    const [primaryPort, replicaPort] = [await freePort(), await freePort()];
    const primary = await start({ port: primaryPort });
    const replica = await start({ port: replicaPort, words: ['--replicaof', `127.0.0.1 ${primaryPort}`] });
    await eventually(async () => (await primary.command('INFO replication')).includes('state=online'));
    const sentinel = await start({
      sentinel: [
        `sentinel monitor main 127.0.0.1 ${primaryPort} 1`,
        'sentinel down-after-milliseconds main 1000',
        'sentinel failover-timeout main 5000',
      ],
    });
    await eventually(async () => (await sentinel.command('SENTINEL REPLICAS main')).includes(String(replicaPort)));
    const settings = settingsOf(primaryPort, {
      address: sentinelAt(sentinel.port),
    });
    for (const name of ['a', 'b']) join(name, settings);
    const first = await leader();
    const { epoch } = first.elector.view();
    // The replica hears nothing any more, so that it knows an older record than its primary.
    await replica.command(`REPLICAOF 127.0.0.1 ${await freePort()}`);
    await sleep(1_000);
    await primary.kill();
    await eventually(async () => (await replica.command('INFO replication')).includes('role:master'));
    await nobodyLeads();
    const second = await leader();
    expect(second.elector.view().epoch).toBeGreaterThanOrEqual(epoch);
  }, 90_000);

  it('leaves a frozen primary for the one that Sentinel chose', async () => {
    const [primaryPort, replicaPort] = [await freePort(), await freePort()];
    const primary = await start({ port: primaryPort });
    await start({ port: replicaPort, words: ['--replicaof', `127.0.0.1 ${primaryPort}`] });
    await eventually(async () => (await primary.command('INFO replication')).includes('state=online'));
    const sentinel = await start({
      sentinel: [
        `sentinel monitor main 127.0.0.1 ${primaryPort} 1`,
        'sentinel down-after-milliseconds main 1000',
        'sentinel failover-timeout main 5000',
      ],
    });
    await eventually(async () => (await sentinel.command('SENTINEL REPLICAS main')).includes(String(replicaPort)));
    const address = sentinelAt(sentinel.port);
    for (const name of ['a', 'b']) join(name, settingsOf(primaryPort, { address }));
    await leader();
    primary.signal('SIGSTOP');
    await nobodyLeads();
    await leader();
    primary.signal('SIGCONT');
    await sleep(3_000);
  }, 90_000);
});
