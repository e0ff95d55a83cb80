import type { HubStatus } from '@isthmus/model';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';

import type { CloudMapEmulator } from '../../apps/cloud-map-emulator/src/server.js';
import { startCloudMapEmulator } from '../../apps/cloud-map-emulator/src/server.js';
import { openRuntime } from '../../apps/hub/src/open-runtime.js';
import type { RunningHub } from '../../apps/hub/src/start-hub.js';
import { startHub } from '../../apps/hub/src/start-hub.js';
import type { KubeEmulator } from '../../apps/kube-emulator/src/server.js';
import { startKubeEmulator } from '../../apps/kube-emulator/src/server.js';
import { eventually } from '../integration/federated-estate.js';

const CANARY = 'canary-token-0123456789';
const PASSWORD = 'canary-password-0123456789';

interface Trap {
  readonly port: number;
  readonly marker: string;
  readonly secretFile: string;
}

interface Hostile {
  readonly cluster?: object;
  readonly user?: object;
}

/** A kubeconfig for a server that must never be called. */
function kubeconfig(trap: Trap, { cluster, user }: Hostile): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: `https://127.0.0.1:${trap.port}`, ...cluster } }],
    users: [{ name: 'u', user: { token: CANARY, ...user } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  });
}

/** Alias upon alias: nine lists of nine, a billion strings when they are written out. */
function yamlBomb(): string {
  const lists = ['a: &a ["x","x","x","x","x","x","x","x","x"]'];
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'];
  for (const [i, name] of names.slice(1).entries()) {
    lists.push(`${name}: &${name} [${Array(9).fill(`*${names[i]}`).join(',')}]`);
  }
  return `${lists.join('\n')}\napiVersion: v1\nkind: Config\n`;
}

/** What is hostile → the file, and what the refusal must name. */
const HOSTILE: Readonly<Record<string, readonly [(trap: Trap) => string, RegExp]>> = {
  exec: [
    (trap) =>
      kubeconfig(trap, {
        user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'touch', args: [trap.marker] } },
      }),
    /starts a program/,
  ],
  'gcp-cmd-path': [
    (trap) =>
      kubeconfig(trap, {
        user: { 'auth-provider': { name: 'gcp', config: { 'cmd-path': 'touch', 'cmd-args': trap.marker } } },
      }),
    /auth-provider/,
  ],
  'token-file': [(trap) => kubeconfig(trap, { user: { tokenFile: trap.secretFile } }), /reads no file/],
  'plain-http': [
    (trap) => kubeconfig(trap, { cluster: { server: `http://127.0.0.1:${trap.port}` } }),
    /must be an https URL/,
  ],
  'proxy-url': [(trap) => kubeconfig(trap, { cluster: { 'proxy-url': `http://127.0.0.1:${trap.port}` } }), /proxy/],
  impersonation: [(trap) => kubeconfig(trap, { user: { as: 'system:admin' } }), /impersonates/],
  password: [(trap) => kubeconfig(trap, { user: { username: 'root', password: PASSWORD } }), /basic authentication/],
  metadata: [(trap) => kubeconfig(trap, { cluster: { server: 'https://169.254.169.254' } }), /linkLocal/],
  huge: [(trap) => `${kubeconfig(trap, {})}\n# ${'x'.repeat(10 * 1024 * 1024)}\n`, /larger than 64 KiB/],
  bomb: [yamlBomb, /alias|indirection|anchor/i],
};

describe('fault 20: kubeconfigs that would make the hub run, read or call something', () => {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-fault-'));
  const log: string[] = [];
  let calls = 0;
  let server: Server;
  let trap: Trap;
  let cloudMap: CloudMapEmulator;
  let good: KubeEmulator;
  let hub: RunningHub | undefined;
  const text = async (path: string): Promise<string> => (await fetch(`${hub?.url ?? ''}${path}`)).text();
  const status = async (): Promise<HubStatus> => JSON.parse(await text('/api/v1/status')) as HubStatus;

  beforeAll(async () => {
    server = createServer((socket) => {
      calls++;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const secretFile = join(folder, 'secret');
    writeFileSync(secretFile, 'canary-file-0123456789');
    trap = { port: typeof address === 'object' ? (address?.port ?? 0) : 0, marker: join(folder, 'marker'), secretFile };
    const instances = { a: { attributes: { AWS_INSTANCE_IPV4: '10.1.0.1' } } };
    const namespaces = { shop: { services: { cart: { instances } } } };
    process.env['AWS_ACCESS_KEY_ID'] = 'test';
    process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
    cloudMap = await startCloudMapEmulator({ seed: { accounts: { '111122223333': { 'us-east-1': { namespaces } } } } });
    good = await startKubeEmulator({ name: 'good', namespaces: ['isthmus'] });
    for (const [name, [write]] of Object.entries(HOSTILE)) writeFileSync(join(folder, `${name}.yaml`), write(trap));
    writeFileSync(join(folder, 'good.yaml'), good.kubeconfig());
    const cluster = (name: string): object => ({
      name,
      role: 'primary',
      kubeconfig: { file: `./${name}.yaml` },
      mode: 'sync',
      routes: [{ from: {} }],
    });
    writeFileSync(
      join(folder, 'isthmus.yaml'),
      stringify({
        apiVersion: 'isthmus.dev/v1',
        hub: { name: 'test', http: { host: '127.0.0.1', port: 0 } },
        sources: [{ name: 'us', region: 'us-east-1', endpoint: cloudMap.url }],
        clusters: [...Object.keys(HOSTILE).map(cluster), cluster('good')],
      }),
    );
    const logDestination = { write: (line: string) => void log.push(line) };
    const runtime = await openRuntime({ configFile: join(folder, 'isthmus.yaml'), logDestination });
    if (!runtime.ok) throw new Error(runtime.error.join('\n'));
    hub = await startHub(runtime.value);
    await eventually('the good cluster is served', () => good.model.entries('isthmus').length === 1);
  }, 40_000);

  afterAll(async () => {
    await hub?.close();
    await cloudMap.close();
    await good.close();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(Object.entries(HOSTILE))('refuses %s and says why', async (name, [, reason]) => {
    const refused = (await status()).clusters.find((cluster) => cluster.name === name);
    expect(refused).toMatchObject({ connection: 'down', error: { code: 'kubeconfig-refused' } });
    expect(refused?.error?.message).toMatch(reason);
  });

  it('starts no program, reads no file and opens no connection for one of them', () => {
    expect(existsSync(trap.marker)).toBe(false);
    expect(calls).toBe(0);
  });

  it('serves the other cluster', async () => {
    const served = async (): Promise<unknown> => (await status()).clusters.find(({ name }) => name === 'good')?.sync;
    await eventually('it is synced', async () => (await served()) === 'synced');
    expect(good.model.entries('isthmus')).toHaveLength(1);
  });

  it('tells no secret in a log, metric, status, plan or explanation', async () => {
    const paths = ['/metrics', '/api/v1/status', '/api/v1/clusters/good/plan', '/api/v1/hosts/cart.shop', '/readyz'];
    const told = [...log, ...(await Promise.all(paths.map(text)))].join('\n');
    const token = /token: (\S+)/.exec(good.kubeconfig())?.[1] ?? 'none';
    for (const secret of [CANARY, PASSWORD, 'canary-file', token, trap.marker]) expect(told).not.toContain(secret);
    expect(told).toContain('cart.shop');
  });
});
