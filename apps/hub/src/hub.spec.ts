import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { ErrorReport } from '@isthmus/model';
import type { LeaderElector } from '@isthmus/ports';
import { IsthmusError } from '@isthmus/model';
import { configuration } from '@isthmus/testing';
import { eventually, HubRig } from './hub.spec-rig.js';

describe('hub', () => {
  let rig: HubRig;
  beforeEach(() => {
    rig = new HubRig();
  });
  afterEach(() => rig.close());

  it('is alive as long as it answers', async () => {
    await rig.start();
    const answer = await rig.get('/livez');
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ status: 'ok' });
  });

  it('is not ready before the first poll has ended, and says which one', async () => {
    rig.cloudMap.fail('listNamespaces', 'hang');
    await rig.start();
    const answer = await rig.get('/readyz');
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
    await rig.start();
    await eventually(async () => (await rig.get('/readyz')).status === 200);
    expect(await (await rig.get('/readyz')).json()).toEqual({ status: 'ready', role: 'leader' });
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
    await rig.start();
    await eventually(async () => (await rig.get('/readyz')).status === 200);
    expect(await (await rig.get('/readyz')).json()).toEqual({ status: 'ready', role: 'standby' });
    expect(await (await rig.get('/api/v1/status')).json()).toMatchObject({
      replica: 'hub-0',
      leader: { isLeader: false, holder: 'hub-1', epoch: 7, error: null },
      store: { kind: 'redis', error: null },
    });
    for (const path of ['/api/v1/clusters/eks/plan', '/api/v1/hosts/cart.shop']) {
      const answer = await rig.get(path);
      expect(answer.status).toBe(503);
      expect(await answer.json()).toMatchObject({ detail: 'this replica stands by; ask the leader, hub-1' });
    }
    storeError = error;
    expect(await (await rig.get('/readyz')).json()).toMatchObject({
      status: 503,
      reasons: ['store: timeout: no answer'],
    });
    expect(rig.cloudMap.calls).toEqual([]);
    expect(rig.client.calls).toEqual([]);
  });

  it('runs its loops on the machine clock: what Cloud Map holds reaches the cluster', async () => {
    await rig.start();
    await eventually(() => rig.client.writes.length > 0);
    expect(rig.client.writes.map(({ verb, name }) => `${verb} ${name}`)).toEqual(['create cloudmap-cart.shop']);
  });

  it('stops within 5 s although a source and a cluster never answer, and closes everything', async () => {
    rig.cloudMap.fail('listNamespaces', 'hang');
    rig.client.fail({ verb: 'any', error: 'hang' });
    await rig.start();
    const startMs = performance.now();
    await rig.close();
    expect(performance.now() - startMs).toBeLessThan(5_000);
    expect(rig.cloudMap.isClosed).toBe(true);
    expect(rig.closed).toEqual([[]]);
  });

  it('says that it cannot listen, and leaves nothing running', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    rig.world.configuration = configuration({ hub: { ...configuration().hub, http: { host: '127.0.0.1', port } } });
    await expect(rig.start()).rejects.toThrow(`cannot listen on 127.0.0.1:${port}`);
    expect(rig.closed).toEqual([[]]);
    server.close();
  });
});
