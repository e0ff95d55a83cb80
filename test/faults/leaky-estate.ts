import { mkdtempSync, readFileSync, globSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { openAdministrator } from '@isthmus/kubernetes';
import { stringify } from 'yaml';
import { runClusterAdd } from '../../apps/cli/src/commands/cluster/add.js';
import { runClusterList } from '../../apps/cli/src/commands/cluster/list.js';
import { runClusterTest } from '../../apps/cli/src/commands/cluster/test.js';
import { checkTarget, systemProbes } from '../../apps/cli/src/commands/doctor-probes.js';
import { runDoctor } from '../../apps/cli/src/commands/doctor.js';
import { systemFiles } from '../../apps/cli/src/commands/files.js';
import { checkKubeconfig } from '../../apps/cli/src/commands/kubeconfig-check.js';
import type { PlanSurroundings } from '../../apps/cli/src/commands/plan.js';
import { runPlan } from '../../apps/cli/src/commands/plan.js';
import { readWorld } from '../../apps/cli/src/commands/read-world.js';
import type { CloudMapEmulator } from '../../apps/cloud-map-emulator/src/server.js';
import { startCloudMapEmulator } from '../../apps/cloud-map-emulator/src/server.js';
import { openRuntime } from '../../apps/hub/src/open-runtime.js';
import type { RunningHub } from '../../apps/hub/src/start-hub.js';
import { startHub } from '../../apps/hub/src/start-hub.js';
import { ACCOUNT, eventually, region } from '../integration/federated-estate.js';
import { LeakyAws } from './leaky-aws.js';
import { CANARY, LeakyWorld } from './leaky-world.js';

/** Clusters of an estate: each round gives each of them another kubeconfig, which is a run of its own. */
export const CLUSTER_COUNT = 20;

const UUID = '11111111-2222-3333-4444-555555555555';
const ROOT = join(import.meta.dirname, '../..');
const AUTHS = [
  {},
  {},
  { auth: { aks: { tenantId: UUID, clientId: UUID } } },
  { auth: { gke: {} } },
  { auth: { eks: { clusterName: 'prod', region: 'eu-west-1' } } },
];
/** A Redis that never had a lease costs one lease. */
const QUICK = { lease: '3s', renewDeadline: '2s', retry: '500ms' };
/** How long a command may take. */
const SIGNAL_MS = 5_000;

/** The real hub and the real commands between an AWS and API servers that repeat every secret they are told. */
export class LeakyEstate {
  /** Everything that was logged, since it was asked for last. */
  #told: string[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), 'isthmus-leaky-'));
  readonly #world: LeakyWorld;
  readonly #cloudMap: CloudMapEmulator;
  readonly #aws: LeakyAws;
  #hub: RunningHub | undefined;

  private constructor(world: LeakyWorld, cloudMap: CloudMapEmulator, aws: LeakyAws) {
    [this.#world, this.#cloudMap, this.#aws] = [world, cloudMap, aws];
  }

  /** `redis`: the URL of one that the password of this world opens; the embedded store when absent. */
  static async start(redis?: string): Promise<LeakyEstate> {
    const regions = { 'us-east-1': region('10.1', ['orders', 'cart']), 'eu-west-1': region('10.2', ['orders']) };
    const cloudMap = await startCloudMapEmulator({ seed: { accounts: { [ACCOUNT]: regions } } });
    const aws = await LeakyAws.start(cloudMap.url);
    const estate = new LeakyEstate(await LeakyWorld.start(), cloudMap, aws);
    Object.assign(process.env, {
      AWS_ACCESS_KEY_ID: `AKIA${CANARY}`,
      AWS_SECRET_ACCESS_KEY: `${CANARY}-secret`,
      AWS_SESSION_TOKEN: `${CANARY}-session`,
      AWS_ENDPOINT_URL_STS: aws.url,
      AWS_EC2_METADATA_DISABLED: 'true',
    });
    estate.#write(redis);
    await estate.#startHub();
    return estate;
  }

  /** One round: other kubeconfigs, and all that the hub and the commands say about them, wherever they say it. */
  async round(seed: number): Promise<string> {
    this.#world.begin(seed);
    this.#writeKubeconfigs(seed);
    await this.#hub?.reload();
    // Some runs of each loop; nothing waits for them.
    await new Promise((resolve) => setTimeout(resolve, 100));
    await this.#askHub();
    await this.#runCommands(seed);
    const said = [...this.#told, ...this.#world.written.splice(0)].join('\n');
    this.#told = [];
    return said;
  }

  async close(): Promise<void> {
    await this.#hub?.close();
    await this.#aws.close();
    await Promise.all([this.#world.close(), this.#cloudMap.close()]);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #startHub(): Promise<void> {
    const { host } = new URL(this.#world.issuerUrl);
    // The commands have that of this process.
    const env = {
      AZURE_AUTHORITY_HOST: this.#world.issuerUrl,
      AZURE_FEDERATED_TOKEN_FILE: this.#file('token'),
      GCE_METADATA_HOST: host,
    };
    Object.assign(process.env, env);
    const logDestination = { write: (line: string) => void this.#told.push(line) };
    const runtime = await openRuntime({ configFile: this.#file('isthmus.yaml'), logDestination, env });
    if (!runtime.ok) throw new Error(runtime.error.join('\n'));
    this.#hub = await startHub(runtime.value);
    const role = async (): Promise<unknown> => ((await this.#ask('/readyz')) as { readonly role?: string }).role;
    await eventually('it leads', async () => (await role()) === 'leader');
  }

  async #ask(path: string): Promise<unknown> {
    return (await fetch(`${this.#hub?.url}${path}`)).json();
  }

  /** Every route that the controllers name. */
  async #askHub(): Promise<void> {
    const names = Array.from({ length: CLUSTER_COUNT }, (_, i) => `c${i}`);
    const paths = routes().flatMap((route) => {
      if (route.includes(':name')) return [...names, 'nobody'].map((name) => route.replace(':name', name));
      if (route.includes(':host')) return ['orders.shop', 'nobody.shop'].map((host) => route.replace(':host', host));
      return [route];
    });
    for (const path of [...paths, '/nowhere']) {
      const response = await fetch(`${this.#hub?.url}${path}`);
      this.#told.push(inspect([...response.headers]), await response.text());
    }
  }

  async #runCommands(seed: number): Promise<void> {
    const say = (line: string): void => void this.#told.push(line);
    const terminal = { print: say, tell: say };
    const files = systemFiles;
    const config = { shown: 'isthmus.yaml', path: this.#file('isthmus.yaml') };
    const mine = { kubeconfigFile: this.#file('admin.kubeconfig') };
    const signal = AbortSignal.timeout(SIGNAL_MS);
    const around = { terminal, files, open: openAdministrator, signal, patienceMs: 0, checkTarget };
    const place = { hub: mine, secretsNamespace: 'isthmus-clusters', namespace: 'isthmus' };
    const adding = { name: 'c0', target: mine, role: 'primary', server: 'https://api.example.com', ...place } as const;
    const probes = systemProbes(files);
    const read: PlanSurroundings['readWorld'] = (configuration, request) =>
      readWorld(configuration, request, { terminal, files });
    const doctor = { config, cluster: undefined, isOffline: false, timeoutMs: SIGNAL_MS } as const;
    const plan = {
      config,
      cluster: undefined,
      hasDetailedExitCode: false,
      offline: undefined,
      saveSnapshot: undefined,
    };
    const commands: readonly (() => Promise<unknown>)[] = [
      () => runDoctor({ ...doctor, output: 'text' }, { terminal, files, checkKubeconfig, probes, nowMs: Date.now() }),
      () => runPlan({ ...plan, output: 'text', timeoutMs: SIGNAL_MS }, { terminal, files, readWorld: read }),
      () => runClusterAdd({ ...adding, isDryRun: true, output: 'yaml' }, around),
      () => runClusterAdd({ ...adding, isDryRun: false, output: 'text' }, around),
      () => runClusterList({ config, ...place, output: 'text' }, around),
      () => runClusterTest({ name: `c${seed % CLUSTER_COUNT}`, config, ...place, output: 'text' }, around),
    ];
    for (const command of commands) await command().catch((error: unknown) => say(inspect(error, { depth: 20 })));
  }

  #write(redis: string | undefined): void {
    writeFileSync(this.#file('key-id'), `AKIA${CANARY}`);
    writeFileSync(this.#file('key'), `${CANARY}-static`);
    writeFileSync(this.#file('token'), `${CANARY}-federated`);
    writeFileSync(this.#file('password'), `${CANARY}-redis`);
    writeFileSync(this.#file('admin.kubeconfig'), this.#world.kubeconfig(0));
    this.#writeKubeconfigs(0);
    const poll = { hot: '300ms', warm: '300ms', cold: '300ms', catalogue: '300ms' };
    const limits = { discoverPerSecond: 1000, listServicesPerSecond: 100, listNamespacesPerSecond: 100 };
    const source = { account: ACCOUNT, endpoint: this.#aws.url, poll, limits };
    const files = { accessKeyIdFile: './key-id', secretAccessKeyFile: './key', sessionTokenFile: './token' };
    const webIdentity = { roleArn: `arn:aws:iam::${ACCOUNT}:role/isthmus`, tokenFile: './token' };
    const document = {
      apiVersion: 'isthmus.dev/v1',
      hub: { name: 'test', http: { host: '127.0.0.1', port: 0 }, log: { level: 'debug' } },
      ...(redis === undefined ? {} : { store: { redis: { url: redis, passwordFile: './password' } }, election: QUICK }),
      sources: [
        { name: 'us', region: 'us-east-1', ...source, credentials: { static: files } },
        { name: 'eu', region: 'eu-west-1', ...source },
        { name: 'web', region: 'us-east-1', ...source, credentials: { webIdentity } },
      ],
      clusters: Array.from({ length: CLUSTER_COUNT }, (_, i) => ({
        name: `c${i}`,
        role: 'primary',
        kubeconfig: { file: `./c${i}.kubeconfig` },
        namespace: `n${i}`,
        mode: 'sync',
        sweep: '1s',
        routes: [{ from: { namespaces: ['shop'] } }],
        ...AUTHS[i % AUTHS.length],
      })),
    };
    writeFileSync(this.#file('isthmus.yaml'), stringify(document));
  }

  #writeKubeconfigs(seed: number): void {
    for (let i = 0; i < CLUSTER_COUNT; i += 1) {
      writeFileSync(this.#file(`c${i}.kubeconfig`), this.#world.kubeconfig(seed * CLUSTER_COUNT + i));
    }
  }

  #file(name: string): string {
    return join(this.#folder, name);
  }
}

/** Each route of the hub's controllers, as its decorators write it. */
export function routes(): readonly string[] {
  return globSync('apps/hub/src/http/*.controller.ts', { cwd: ROOT }).flatMap((file) => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    const [, prefix = ''] = /@Controller\('([^']*)'\)/.exec(text) ?? [];
    return [...text.matchAll(/@Get\('([^']*)'\)/g)].map(
      ([, path = '']) => `/${[prefix, path].filter(Boolean).join('/')}`,
    );
  });
}
