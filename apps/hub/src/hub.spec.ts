import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

import type { ClusterSettings, Configuration, ErrorReport } from '@isthmus/model';
import type { LeaderElector } from '@isthmus/ports';
import type { HostExplanation, PlanView } from '@isthmus/federation';
import { MemorySnapshotStore } from '@isthmus/federation';
import { IsthmusError, ok } from '@isthmus/model';
import { PromMetrics, systemClock } from '@isthmus/telemetry';
import {
  cluster,
  configuration,
  FakeClusterClient,
  FakeCloudMap,
  fixedRandom,
  instance,
  recordingLogger,
  source,
} from '@isthmus/testing';

import type { Runtime } from './runtime.js';
import type { RunningHub } from './start-hub.js';
import { startHub } from './start-hub.js';

function fakeRuntime() {
  const clock = systemClock;
  const cloudMap = new FakeCloudMap({ clock });
  const client = new FakeClusterClient(clock);
  const logger = recordingLogger();
  const metrics = new PromMetrics();
  const closed: ClusterSettings[][] = [];
  const world = {
    configuration: configuration({ sources: [source()], clusters: [cluster()] }),
    next: undefined as Configuration | undefined,
  };
  const runtime: Runtime = {
    config: {
      get current() {
        return world.configuration;
      },
      refresh: () => Promise.resolve(world.next),
    },
    directory: {
      follow: () => Promise.resolve(),
      join: (configuration) => configuration,
      status: () => null,
      stop: () => Promise.resolve(),
    },
    connections: {
      of: () => ok(client),
      refresh: () => Promise.resolve([]),
      retain: (kept) => {
        closed.push([...kept]);
        return Promise.resolve();
      },
    },
    ports: {
      clock,
      random: fixedRandom(),
      logger,
      metrics,
      store: new MemorySnapshotStore(),
      createSource: () => cloudMap,
      replica: 'hub-0',
    },
    elector: undefined,
    store: {
      kind: 'memory',
      holdsLease: false,
      error: () => undefined,
      leaseError: () => undefined,
      probe: () => Promise.resolve(),
      close: () => Promise.resolve(),
    },
    metricsPage: metrics,
    version: '1.2.3',
  };
  return { clock, cloudMap, client, logger, closed, world, runtime };
}

/** Waits, in small steps, until something is so; the test runner's own timeout ends a wait that is in vain. */
async function eventually(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await systemClock.sleep(5);
}

describe('hub', () => {
  let rig = fakeRuntime();
  let hub: RunningHub | undefined;
  beforeEach(async () => {
    rig = fakeRuntime();
    rig.cloudMap.register('cart.shop', [instance('10.0.0.1')]);
  });
  afterEach(async () => {
    await hub?.close();
    hub = undefined;
  });
  const start = async (): Promise<void> => {
    hub = await startHub(rig.runtime);
  };
  const get = (path: string): Promise<Response> => fetch(`${hub?.url}${path}`);

  it('is alive as long as it answers', async () => {
    await start();
    const answer = await get('/livez');
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ status: 'ok' });
  });

  it('is not ready before the first poll has ended, and says which one', async () => {
    rig.cloudMap.fail('listNamespaces', 'hang');
    await start();
    const answer = await get('/readyz');
    expect(answer.status).toBe(503);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(await answer.json()).toMatchObject({
      status: 503,
      code: 'not-ready',
      reasons: ['source us: its first poll has not ended'],
    });
  });

  it('is ready when the first poll has ended, even in failure', async () => {
    rig.cloudMap.fail('listNamespaces', new IsthmusError('access-denied', 'no'));
    await start();
    await eventually(async () => (await get('/readyz')).status === 200);
    expect(await (await get('/readyz')).json()).toEqual({ status: 'ready', role: 'leader' });
  });

  it('shows its metrics in the text format of Prometheus, under the declared names', async () => {
    await start();
    const answer = await get('/metrics');
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const page = await answer.text();
    expect(page).toContain(
      `isthmus_build_info{version="1.2.3",revision="unknown",node_version="${process.versions.node}"} 1`,
    );
    expect(page).toContain('isthmus_cluster_up{cluster="eks"} 1');
  });

  it('counts answers by their route as it is declared, and every other path under one name', async () => {
    await start();
    for (const path of ['/livez', '/api/v1/hosts/a.b', '/api/v1/hosts/c.d', '/api/v1/hidden-word', '/x'])
      await get(path);
    const page = await (await get('/metrics')).text();
    expect(page).toContain('isthmus_http_requests_total{route="/livez",code="200"} 1');
    expect(page).toContain('isthmus_http_requests_total{route="/api/v1/hosts/:host",code="404"} 2');
    expect(page).toContain('isthmus_http_requests_total{route="unmatched",code="404"} 2');
    expect(page).toContain('isthmus_http_request_duration_seconds_count{route="/livez"} 1');
    expect(page).not.toMatch(/a\.b|hidden-word/);
  });

  it('answers the status in its documented shape', async () => {
    await start();
    await eventually(() => rig.client.writes.length > 0);
    expect(await (await get('/api/v1/status')).json()).toMatchObject({
      hub: 'test',
      replica: 'hub-0',
      readOnly: false,
      leader: { isLeader: true, holder: 'hub-0', epoch: 1, error: null },
      store: { kind: 'memory', error: null },
      sources: [{ name: 'us', account: '111122223333', region: 'us-east-1', error: null }],
      clusters: [{ name: 'eks', role: 'primary', mode: 'sync', connection: 'up', held: [], error: null, warnings: [] }],
    });
  });

  it('shows the plan of a cluster without the objects behind it', async () => {
    await start();
    const plan = async (): Promise<PlanView> => (await (await get('/api/v1/clusters/eks/plan')).json()) as PlanView;
    await eventually(async () => (await plan()).unchangedCount === 1);
    expect(await plan()).toMatchObject({ cluster: 'eks', changes: [], holds: [], removals: null });
  });

  it('shows which services stand on the objects of a cluster', async () => {
    await start();
    await eventually(() => rig.client.writes.length > 0);
    const answer = await get('/api/v1/clusters/eks/components');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answer.json()).toMatchObject({
      cluster: 'eks',
      hosts: [
        {
          host: 'cart.shop',
          name: 'cloudmap-cart.shop',
          owner: { hub: 'test', cluster: 'eks' },
          components: [{ source: 'us', seenBy: ['us'], namespace: 'shop', service: 'cart', endpoints: 1 }],
        },
      ],
    });
  });

  it('explains a host from the instance to the live object', async () => {
    await start();
    const explained = async (): Promise<HostExplanation> =>
      (await (await get('/api/v1/hosts/CART.shop.')).json()) as HostExplanation;
    await eventually(async () => (await explained()).clusters?.[0]?.state === 'synced');
    expect(await explained()).toMatchObject({
      host: 'cart.shop',
      hub: 'test',
      clusters: [
        {
          name: 'eks',
          entry: 'cloudmap-cart.shop',
          components: [{ source: { name: 'us' }, instances: [{ address: '10.0.0.1', outcome: 'in', isLive: true }] }],
          live: [{ isOurs: true, isIntact: true }],
        },
      ],
      notMapped: [],
    });
  });

  it('answers 404 with near names for a host that nobody knows', async () => {
    await start();
    await eventually(() => rig.client.writes.length > 0);
    const answer = await get('/api/v1/hosts/card.shop');
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ code: 'not-found', near: ['cart.shop'], refused: [] });
  });

  it.each([
    ['/api/v1/clusters/nobody/plan', 'no cluster of this name is configured'],
    ['/api/v1/clusters/nobody/components', 'no cluster of this name is configured'],
    ['/nothing', 'there is nothing at this path'],
    ['/api/v1/clusters/%E0%A4%A/plan', 'there is nothing at this path'],
  ])('answers problem+json for %s', async (path, detail) => {
    await start();
    const answer = await get(path);
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.headers.get('x-powered-by')).toBeNull();
    expect(await answer.json()).toEqual({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      code: 'not-found',
      detail,
    });
  });

  it('tells no stack and no message of a defect, and logs it', async () => {
    rig.runtime = {
      ...rig.runtime,
      metricsPage: { contentType: 'text/plain', render: () => Promise.reject(new Error('secret')) },
    };
    await start();
    const answer = await get('/metrics');
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('secret');
    expect(rig.logger.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  });

  it('stops within 5 s although a source and a cluster never answer, and closes everything', async () => {
    rig.cloudMap.fail('listNamespaces', 'hang');
    rig.client.fail({ verb: 'any', error: 'hang' });
    await start();
    const startMs = performance.now();
    await hub?.close();
    hub = undefined;
    expect(performance.now() - startMs).toBeLessThan(5_000);
    expect(rig.cloudMap.isClosed).toBe(true);
    expect(rig.closed).toEqual([[]]);
  });

  it('says that it cannot listen, and leaves nothing running', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    rig.world.configuration = configuration({ hub: { ...configuration().hub, http: { host: '127.0.0.1', port } } });
    await expect(start()).rejects.toThrow(`cannot listen on 127.0.0.1:${port}`);
    expect(rig.closed).toEqual([[]]);
    server.close();
  });

  it('answers for itself while it stands by, and names the leader to ask for everything else', async () => {
    const elector: LeaderElector = {
      run: (_lead, signal) =>
        new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
      isSafe: () => false,
      raiseEpoch: () => undefined,
      view: () => ({ isLeader: false, holder: 'hub-1', epoch: 7 }),
    };
    const error = { code: 'timeout', message: 'no answer', sinceMs: 0 } as const;
    let storeError: ErrorReport | undefined;
    rig.runtime = { ...rig.runtime, elector, store: { ...rig.runtime.store, kind: 'redis', error: () => storeError } };
    await start();
    await eventually(async () => (await get('/readyz')).status === 200);
    expect(await (await get('/readyz')).json()).toEqual({ status: 'ready', role: 'standby' });
    expect(await (await get('/api/v1/status')).json()).toMatchObject({
      replica: 'hub-0',
      leader: { isLeader: false, holder: 'hub-1', epoch: 7, error: null },
      store: { kind: 'redis', error: null },
    });
    for (const path of ['/api/v1/clusters/eks/plan', '/api/v1/hosts/cart.shop']) {
      const answer = await get(path);
      expect(answer.status).toBe(503);
      expect(await answer.json()).toMatchObject({ detail: 'this replica stands by; ask the leader, hub-1' });
    }
    storeError = error;
    expect(await (await get('/readyz')).json()).toMatchObject({ status: 503, reasons: ['store: timeout: no answer'] });
    expect(rig.cloudMap.calls).toEqual([]);
    expect(rig.client.calls).toEqual([]);
  });

  it('runs its loops on the machine clock: what Cloud Map holds reaches the cluster', async () => {
    await start();
    await eventually(() => rig.client.writes.length > 0);
    expect(rig.client.writes.map(({ verb, name }) => `${verb} ${name}`)).toEqual(['create cloudmap-cart.shop']);
  });
});
