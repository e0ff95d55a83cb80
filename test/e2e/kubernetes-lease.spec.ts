import { KubernetesLeaseStore, openOwnCluster } from '@isthmus/kubernetes';
import { systemClock } from '@isthmus/telemetry';
import { leaseStoreContract, recordingLogger, recordingMetrics } from '@isthmus/testing';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HubPair } from './redis/hub-pair.js';
import { describeOnRedis } from './redis/on-redis.js';
import type { RedisServer } from './redis/redis-server.js';
import { eventually, startRedis } from './redis/redis-server.js';
import { jsonOf } from './servers/api-call.js';
import { describeOnServers, NAMESPACE, TestSite } from './servers/index.js';
import { ROOT } from './servers/places.js';

const LEASE = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases/isthmus-prod`;
const LIMIT_MS = 120_000;

interface StoredLease {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: { readonly holderIdentity: string; readonly leaseTransitions: number; readonly renewTime: string };
}

describeOnServers('a Lease on a real API server, with the rights of deploy/rbac alone', (binaries) => {
  let site: TestSite;
  let env: Readonly<Record<string, string>>;
  const own = () => site.cluster('own');
  const open = (name = 'isthmus-prod', hub = 'prod'): KubernetesLeaseStore =>
    new KubernetesLeaseStore({
      open: () => openOwnCluster(env),
      namespace: NAMESPACE,
      name,
      hub,
      leaseMs: 15_000,
      clock: systemClock,
      logger: recordingLogger(),
      metrics: recordingMetrics(),
    });
  const storedLease = async (): Promise<StoredLease> =>
    jsonOf(await own().server.call({ path: LEASE }), 200) as StoredLease;
  const removeLease = async (): Promise<void> =>
    void jsonOf(await own().server.call({ method: 'DELETE', path: LEASE }), 200, 404);

  beforeAll(async () => {
    site = await TestSite.start(binaries, ['own']);
    await own().apply(join(ROOT, 'deploy/rbac/hub-lease.yaml'));
    const file = join(site.folder, 'own.kubeconfig');
    writeFileSync(file, own().kubeconfig(), { mode: 0o600 });
    env = { KUBECONFIG: file };
  }, LIMIT_MS);
  afterAll(() => site.stop());

  leaseStoreContract('KubernetesLeaseStore', async () => {
    await removeLease();
    const [store, other] = [open(), open()];
    const close = async (): Promise<void> => {
      await store.close();
      await other.close();
    };
    return { store, other, close };
  });

  it('is one that people can read', async () => {
    await removeLease();
    const store = open();
    await store.acquire({ holder: 'hub-0', seen: await store.observe(), floor: 41 });
    const { metadata, spec } = await storedLease();
    expect(metadata.labels).toEqual({ 'app.kubernetes.io/managed-by': 'isthmus', 'isthmus.dev/hub': 'prod' });
    expect(spec).toMatchObject({ holderIdentity: 'hub-0', leaseTransitions: 42, leaseDurationSeconds: 15 });
    expect(Math.abs(Date.parse(spec.renewTime) - Date.now())).toBeLessThan(60_000);
  });

  it('says that a right is missing, and that another hub has it', async () => {
    await expect(open('somebody-elses').observe()).rejects.toMatchObject({ code: 'forbidden' });
    await expect(open('isthmus-prod', 'test').observe()).rejects.toMatchObject({ code: 'lease-foreign' });
  });

  describeOnRedis('a pair of hubs whose lease is there, and whose snapshots are in Redis', () => {
    let redis: RedisServer;
    let pair: HubPair;
    const endpoints = (): number => pair.truth.addresses().size;
    beforeAll(async () => {
      await removeLease();
      redis = await startRedis();
      const election = { backend: 'kubernetes', kubernetes: { namespace: NAMESPACE, leaseName: 'isthmus-prod' } };
      pair = await HubPair.start({ store: { redis: { url: `redis://127.0.0.1:${redis.port}` } }, election }, env);
    }, LIMIT_MS);
    afterAll(async () => {
      await pair.close();
      await redis.close();
    });
    afterEach(() => pair.truth.assertNothingWrong());

    it(
      'goes on without removals while Redis is away, and removes when it is back',
      async () => {
        const { leader, other } = await pair.leader();
        await eventually(async () => (await pair.readiness(other))?.status === 200);
        await redis.kill();
        await eventually(async () => (await pair.status(leader))?.store.error !== null);
        await sleep(1_000);
        const [{ length }, before] = [pair.truth.accepted, pair.truth.addresses()];
        await sleep(10_000);
        expect(pair.truth.accepted.length).toBeGreaterThan(length);
        expect([...before].filter((address) => !pair.truth.addresses().has(address))).toEqual([]);
        const count = endpoints();
        const status = await pair.status(leader);
        expect(status).toMatchObject({
          leader: { isLeader: true, error: null },
          store: { kind: 'redis', error: { code: 'network' } },
          clusters: [{ warnings: ['nothing is removed, because this replica leads while the store is away'] }],
        });
        expect(JSON.stringify((await pair.readiness(leader))?.body)).toContain('store: network');
        expect(await pair.metric(leader, 'isthmus_redis_up')).toBe('0');
        expect(await pair.metric(leader, 'isthmus_leader_is_leader')).toBe('1');
        await redis.restart();
        await eventually(() => endpoints() < count / 2);
        await eventually(async () => (await pair.readiness(leader))?.status === 200);
        expect((await pair.leader()).leader).toBe(leader);
      },
      LIMIT_MS,
    );

    it(
      'is taken over when the leader is killed, and when it is stopped',
      async () => {
        const took: Record<string, number> = {};
        for (const [signal, withinMs] of [
          ['SIGKILL', 20_000],
          ['SIGTERM', 4_000],
        ] as const) {
          const { leader, other } = await pair.leader();
          await eventually(async () => (await pair.readiness(other))?.status === 200);
          await eventually(async () => (await pair.status(other))?.leader.holder !== '');
          const { epoch = 0 } = (await pair.status(leader))?.leader ?? {};
          const endedAtMs = performance.now();
          await pair.signal(leader, signal);
          await eventually(() => pair.truth.accepted.some((write) => write.epoch > epoch), 10);
          took[signal] = (pair.truth.accepted.find((write) => write.epoch > epoch)?.atMs ?? 0) - endedAtMs;
          expect(took[signal]).toBeLessThan(withinMs);
          expect((await storedLease()).spec.leaseTransitions).toBeGreaterThan(epoch);
          pair.run(leader);
        }
        process.stderr.write(`takeover by a Lease, ms to the first accepted write: ${JSON.stringify(took)}\n`);
      },
      LIMIT_MS,
    );

    it(
      'steps down while the API server of the Lease is away, says why, and leads again when it is back',
      async () => {
        const { leader, other } = await pair.leader();
        await eventually(async () => (await pair.readiness(other))?.status === 200);
        const awayAtMs = performance.now();
        await own().server.kill();
        await eventually(async () => (await pair.status(leader))?.leader.isLeader === false);
        expect(performance.now() - awayAtMs).toBeLessThan(11_000);
        const { length } = pair.truth.accepted;
        for (const hub of [leader, other]) {
          await eventually(async () => (await pair.readiness(hub))?.status === 503);
          expect(JSON.stringify((await pair.readiness(hub))?.body)).toMatch(/lease: (network|timeout)/);
          expect((await pair.status(hub))?.leader.error).toMatchObject({ code: expect.any(String) as string });
          expect(await pair.metric(hub, 'isthmus_lease_up')).toBe('0');
        }
        expect(pair.truth.accepted).toHaveLength(length);
        await own().server.start();
        await eventually(() => pair.truth.accepted.length > length);
        for (const hub of [leader, other]) await eventually(async () => (await pair.readiness(hub))?.status === 200);
      },
      LIMIT_MS,
    );
  });
});
