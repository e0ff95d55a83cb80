import type { IncomingHttpHeaders } from 'node:http';
import { Agent, request } from 'node:https';
import type { KubeEmulator } from './server.js';
import { startKubeEmulator } from './server.js';

const PATH = '/apis/networking.istio.io/v1/namespaces/isthmus/serviceentries';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

describe('startKubeEmulator', () => {
  let emulator: KubeEmulator;
  let agent: Agent;

  beforeEach(async () => {
    emulator = await startKubeEmulator({ name: 'eks-us' });
    agent = new Agent({ keepAlive: true, maxSockets: 1 });
  });

  afterEach(async () => {
    agent.destroy();
    await emulator.close();
  });

  function call(line: string, options: { readonly user?: string; readonly body?: string } = {}): Promise<Answer> {
    const [method, path] = line.split(' ');
    const token = emulator.model.user(options.user ?? 'isthmus')?.token ?? '';
    return new Promise((resolve, reject) => {
      const call = request(
        `${emulator.url}${path ?? ''}`,
        { method, agent, ca: emulator.caPem, headers: { authorization: `Bearer ${token}` } },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => (text += chunk));
          response.on('error', reject);
          response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
        },
      );
      call.on('error', reject);
      call.end(options.body ?? '');
    });
  }

  const entry = (name: string) =>
    JSON.stringify({
      apiVersion: 'networking.istio.io/v1',
      kind: 'ServiceEntry',
      metadata: { name },
      spec: { hosts: ['a.shop'], resolution: 'STATIC' },
    });

  it('answers over TLS that the certificate of its kubeconfig proves', async () => {
    const created = await call(`POST ${PATH}`, { body: entry('a') });
    expect([created.status, (await call(`GET ${PATH}/a`)).status]).toEqual([201, 200]);
    expect(Date.parse(created.headers.date ?? '')).toBeGreaterThan(0);
  });

  it('counts TLS connections, so that a test can prove that one was used again', async () => {
    for (let i = 0; i < 5; i += 1) await call('GET /readyz');
    expect(emulator.tlsConnectionCount()).toBe(1);
  });

  it('gives its user isthmus the rights of a hub, and a kubeconfig with one context', async () => {
    expect((await call(`PUT ${PATH}/a`, { body: entry('a') })).status).toBe(403);
    const kubeconfig = emulator.kubeconfig();
    expect(kubeconfig).toContain(`server: ${emulator.url}`);
    expect(kubeconfig).toContain(`token: ${emulator.model.user('isthmus')?.token ?? '?'}`);
    expect(() => emulator.kubeconfig('nobody')).toThrow('no user "nobody"');
  });

  it('refuses a body over 3 MiB with 413 after reading it', async () => {
    const { status } = await call(`POST ${PATH}`, { body: `"${'x'.repeat(3_200_000)}"` });
    expect(status).toBe(413);
  });

  it('cuts the connection after a write whose answer is lost', async () => {
    emulator.model.faults.add({ kind: 'reset', when: 'after', verb: 'create', times: 1 });
    await expect(call(`POST ${PATH}`, { body: entry('a') })).rejects.toThrow(/socket hang up|ECONNRESET/);
    expect(emulator.model.entries('isthmus')).toHaveLength(1);
  });

  it('ends hanging and delayed requests when it is closed', async () => {
    emulator.model.faults.add({ kind: 'hang', times: 1 });
    emulator.model.faults.add({ kind: 'latency', latencyMs: 60_000 });
    const lost = call('GET /readyz').catch((error: unknown) => error);
    while (emulator.model.log.calls().length === 0) await new Promise((resolve) => setImmediate(resolve));
    await emulator.close();
    expect(await lost).toMatchObject({ message: expect.stringMatching(/socket hang up|ECONNRESET/) });
  });

  it('restarts on the same port with its objects, and is not ready for a while', async () => {
    await call(`POST ${PATH}`, { body: entry('a') });
    const { url } = emulator;
    await emulator.restart(60_000);
    agent = new Agent();
    expect((await call(`GET ${PATH}`)).status).toBe(503);
    await emulator.restart();
    agent = new Agent();
    expect([emulator.url, (await call(`GET ${PATH}/a`)).status]).toEqual([url, 200]);
  });

  it('seeds manifests, and does not start on one that the server refuses', async () => {
    const manifest = (host: string) => ({
      apiVersion: 'networking.istio.io/v1',
      kind: 'ServiceEntry',
      metadata: { name: 'seeded', namespace: 'shop' },
      spec: { hosts: [host], resolution: 'STATIC' },
    });
    const seeded = await startKubeEmulator({ name: 'aks', manifests: [manifest('a.shop')] });
    expect([seeded.model.entries('shop').length, seeded.model.log.writeCount()]).toEqual([1, 0]);
    await seeded.close();
    await expect(startKubeEmulator({ name: 'aks', manifests: [manifest('*')] })).rejects.toThrow('cluster aks');
  });

  describe('its admin API', () => {
    const admin = (line: string, body?: string) => call(line, { user: 'admin', ...(body ? { body } : {}) });

    it('is closed to everyone but the admin', async () => {
      expect((await call('GET /_admin/state')).status).toBe(401);
      expect((await admin('GET /_admin/nothing')).status).toBe(404);
    });

    it('sets, lists and removes faults', async () => {
      const { text } = await admin('POST /_admin/faults', '{"kind":"status","status":429,"verb":"list"}');
      expect((await call(`GET ${PATH}`)).status).toBe(429);
      expect(JSON.parse((await admin('GET /_admin/faults')).text)).toMatchObject([{ verb: 'list', status: 429 }]);
      const { id } = JSON.parse(text) as { id: number };
      await admin(`DELETE /_admin/faults/${id}`);
      expect((await call(`GET ${PATH}`)).status).toBe(200);
      expect((await admin('POST /_admin/faults', '{"kind":"magic"}')).status).toBe(400);
    });

    it('shows and forgets calls, without counting its own', async () => {
      await call(`POST ${PATH}`, { body: entry('a') });
      expect(JSON.parse((await admin('GET /_admin/calls')).text)).toMatchObject({
        counts: { 'create 201': 1 },
        writeCount: 1,
        tlsConnectionCount: 1,
      });
      await admin('DELETE /_admin/calls');
      expect(JSON.parse((await admin('GET /_admin/calls')).text)).toMatchObject({ calls: [], writeCount: 0 });
    });

    it('shows the state and freezes the watch cache', async () => {
      await admin('PUT /_admin/watch-cache', '{"frozen":true}');
      await call(`POST ${PATH}`, { body: entry('a') });
      expect(JSON.parse((await call(`GET ${PATH}?resourceVersion=0`)).text)).toMatchObject({ items: [] });
      expect(JSON.parse((await admin('GET /_admin/state')).text)).toMatchObject({
        name: 'eks-us',
        isWatchCacheFrozen: true,
        namespaces: ['isthmus'],
        entries: [{ metadata: { name: 'a' } }],
      });
    });
  });
});
