import type { HostExplanation, PlanView } from '@isthmus/federation';
import { eventually, HubRig } from './hub.spec-rig.js';

describe('hub, over HTTP', () => {
  let rig: HubRig;
  beforeEach(() => {
    rig = new HubRig();
  });
  afterEach(() => rig.close());

  it('shows its metrics in the text format of Prometheus, under the declared names', async () => {
    await rig.start();
    const answer = await rig.get('/metrics');
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const page = await answer.text();
    expect(page).toContain(
      `isthmus_build_info{version="1.2.3",revision="unknown",node_version="${process.versions.node}"} 1`,
    );
    expect(page).toContain('isthmus_cluster_up{cluster="eks"} 1');
  });

  it('counts answers by their route as it is declared, and every other path under one name', async () => {
    await rig.start();
    for (const path of ['/livez', '/api/v1/hosts/a.b', '/api/v1/hosts/c.d', '/api/v1/hidden-word', '/x'])
      await rig.get(path);
    const page = await (await rig.get('/metrics')).text();
    expect(page).toContain('isthmus_http_requests_total{route="/livez",code="200"} 1');
    expect(page).toContain('isthmus_http_requests_total{route="/api/v1/hosts/:host",code="404"} 2');
    expect(page).toContain('isthmus_http_requests_total{route="unmatched",code="404"} 2');
    expect(page).toContain('isthmus_http_request_duration_seconds_count{route="/livez"} 1');
    expect(page).not.toMatch(/a\.b|hidden-word/);
  });

  it('answers the status in its documented shape', async () => {
    await rig.start();
    await eventually(() => rig.client.writes.length > 0);
    expect(await (await rig.get('/api/v1/status')).json()).toMatchObject({
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
    await rig.start();
    const plan = async (): Promise<PlanView> => (await (await rig.get('/api/v1/clusters/eks/plan')).json()) as PlanView;
    await eventually(async () => (await plan()).unchangedCount === 1);
    expect(await plan()).toMatchObject({ cluster: 'eks', changes: [], holds: [], removals: null });
  });

  it('shows which services stand on the objects of a cluster', async () => {
    await rig.start();
    await eventually(() => rig.client.writes.length > 0);
    const answer = await rig.get('/api/v1/clusters/eks/components');
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
    await rig.start();
    const explained = async (): Promise<HostExplanation> =>
      (await (await rig.get('/api/v1/hosts/CART.shop.')).json()) as HostExplanation;
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
    await rig.start();
    await eventually(() => rig.client.writes.length > 0);
    const answer = await rig.get('/api/v1/hosts/card.shop');
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ code: 'not-found', near: ['cart.shop'], refused: [] });
  });

  it.each([
    ['/api/v1/clusters/nobody/plan', 'no cluster of this name is configured'],
    ['/api/v1/clusters/nobody/components', 'no cluster of this name is configured'],
    ['/nothing', 'there is nothing at this path'],
    ['/api/v1/clusters/%E0%A4%A/plan', 'there is nothing at this path'],
  ])('answers problem+json for %s', async (path, detail) => {
    await rig.start();
    const answer = await rig.get(path);
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
    await rig.start();
    const answer = await rig.get('/metrics');
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('secret');
    expect(rig.logger.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  });
});
