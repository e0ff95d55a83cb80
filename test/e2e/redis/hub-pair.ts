import type { HubStatus } from '@isthmus/model';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';

import type { CloudMapEmulator } from '../../../apps/cloud-map-emulator/src/server.js';
import { startCloudMapEmulator } from '../../../apps/cloud-map-emulator/src/server.js';
import type { KubeEmulator } from '../../../apps/kube-emulator/src/server.js';
import { startKubeEmulator } from '../../../apps/kube-emulator/src/server.js';
import { freePort } from '../servers/free-port.js';
import { eventually } from './redis-server.js';
import { Truth } from './truth.js';

const ACCOUNT = '111122223333';
const REGION = 'us-east-1';
const SERVICES = ['cart', 'orders', 'search'];
const MAIN = join(import.meta.dirname, '../../../dist/apps/cli/src/main.js');
/** One change of an instance after another, so that a leader always has something to write. */
const CHURN_MS = 150;

/** One hub of the pair: a process of its own. */
export interface HubProcess {
  readonly name: string;
  readonly port: number;
  child: ChildProcess | undefined;
}

/** A part of `isthmus.yaml`. */
export interface PairDocument {
  readonly store: object;
  readonly election?: object;
}

interface Made {
  readonly hubs: HubProcess[];
  readonly document: PairDocument;
  readonly env: Readonly<Record<string, string>>;
}

/** Two hubs, one configuration, an emulated Cloud Map that never rests, and an emulated cluster whose writes are judged. */
export class HubPair {
  readonly truth = new Truth();
  readonly folder = mkdtempSync(join(tmpdir(), 'isthmus-pair-'));
  readonly #cloudMap: CloudMapEmulator;
  readonly #cluster: KubeEmulator;
  readonly #hubs: readonly HubProcess[];
  readonly #document: PairDocument;
  readonly #env: Readonly<Record<string, string>>;
  readonly #churn = new AbortController();
  #churning: Promise<void> = Promise.resolve();

  private constructor(cloudMap: CloudMapEmulator, cluster: KubeEmulator, made: Made) {
    this.#cloudMap = cloudMap;
    this.#cluster = cluster;
    this.#hubs = made.hubs;
    this.#document = made.document;
    this.#env = made.env;
  }

  /** `document`: what `isthmus.yaml` says of `store` and `election`. Resolves when one of the hubs leads and has written. */
  static async start(document: PairDocument, env: Readonly<Record<string, string>> = {}): Promise<HubPair> {
    const services = Object.fromEntries(SERVICES.map((service) => [service, { instances: {} }]));
    const seed = { accounts: { [ACCOUNT]: { [REGION]: { namespaces: { shop: { services } } } } } };
    const hubs = await Promise.all(
      ['a', 'b'].map(async (name): Promise<HubProcess> => ({ name, port: await freePort(), child: undefined })),
    );
    const cluster = await startKubeEmulator({ name: 'eks' });
    const pair = new HubPair(await startCloudMapEmulator({ seed }), cluster, { hubs, document, env });
    pair.truth.watch(cluster);
    pair.#churning = pair.#change();
    for (const hub of hubs) pair.run(hub);
    await pair.leader();
    await eventually(() => pair.truth.accepted.length > 0);
    return pair;
  }

  run(hub: HubProcess): void {
    const file = join(this.folder, `${hub.name}.yaml`);
    writeFileSync(file, this.#configuration(hub));
    writeFileSync(join(this.folder, 'eks.kubeconfig'), this.#cluster.kubeconfig(), { mode: 0o600 });
    const child = spawn(process.execPath, [MAIN, 'serve', '-c', file], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', ...this.#env },
    });
    const log = createWriteStream(join(this.folder, `${hub.name}.log`), { flags: 'a' });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    hub.child = child;
  }

  /** Sends a signal to a hub; resolves when it is gone, for signals that end it. */
  async signal(hub: HubProcess, name: NodeJS.Signals): Promise<void> {
    const { child } = hub;
    if (child === undefined) return;
    const gone = once(child, 'exit');
    child.kill(name);
    if (name === 'SIGSTOP' || name === 'SIGCONT') return;
    await gone;
    hub.child = undefined;
  }

  /** The hub that leads, and the other one. */
  async leader(): Promise<{ readonly leader: HubProcess; readonly other: HubProcess }> {
    for (;;) {
      for (const [leader, other] of [this.#hubs, this.#hubs.toReversed()] as HubProcess[][]) {
        if (leader === undefined || other === undefined) continue;
        if ((await this.status(leader))?.leader.isLeader === true) return { leader, other };
      }
      await sleep(50);
    }
  }

  async status({ port }: HubProcess): Promise<HubStatus | undefined> {
    return this.#get(port, '/api/v1/status').then((answer) => answer?.json() as Promise<HubStatus> | undefined);
  }

  async readiness({ port }: HubProcess): Promise<{ readonly status: number; readonly body: unknown } | undefined> {
    const answer = await this.#get(port, '/readyz');
    return answer === undefined ? undefined : { status: answer.status, body: await answer.json() };
  }

  async metric({ port }: HubProcess, name: string): Promise<string | undefined> {
    return new RegExp(`^${name} (.*)$`, 'm').exec(await this.metrics({ port }))?.[1];
  }

  async metrics({ port }: Pick<HubProcess, 'port'>): Promise<string> {
    return (await (await this.#get(port, '/metrics'))?.text()) ?? '';
  }

  /** Ms from a time until the first write after it that the cluster accepted. */
  async firstWriteAfter(sinceMs: number): Promise<number> {
    const after = (): number | undefined => this.truth.accepted.find(({ atMs }) => atMs > sinceMs)?.atMs;
    await eventually(() => after() !== undefined, 10);
    return (after() ?? sinceMs) - sinceMs;
  }

  /** Ends every process by its own id. */
  async close(): Promise<void> {
    this.#churn.abort();
    await this.#churning;
    for (const hub of this.#hubs) {
      hub.child?.kill('SIGCONT');
      await this.signal(hub, 'SIGKILL');
    }
    await this.#cloudMap.close();
    await this.#cluster.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #get(port: number, path: string): Promise<Response | undefined> {
    try {
      return await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(1_000) });
    } catch {
      return undefined;
    }
  }

  /** Adds an instance to each service in turn, and takes its oldest away when there are many. */
  async #change(): Promise<void> {
    const live = new Map<string, string[]>(SERVICES.map((service) => [service, []]));
    for (let step = 0; !this.#churn.signal.aborted; step++) {
      const service = SERVICES[step % SERVICES.length] ?? 'cart';
      const addresses = live.get(service) ?? [];
      const address = `10.${1 + (step >> 16)}.${(step >> 8) & 255}.${step & 255}`;
      this.#cloudMap.model.putInstance(placeOf(service, address), {
        AWS_INSTANCE_IPV4: address,
        AWS_INSTANCE_PORT: '80',
      });
      this.truth.registered(address);
      addresses.push(address);
      const oldest = addresses.length > 5 ? addresses.shift() : undefined;
      if (oldest !== undefined) {
        this.#cloudMap.model.removeInstance(placeOf(service, oldest));
        this.truth.deregistered(oldest);
      }
      await sleep(CHURN_MS, undefined, { signal: this.#churn.signal }).catch(() => undefined);
    }
  }

  #configuration({ port }: HubProcess): string {
    return stringify({
      apiVersion: 'isthmus.dev/v1',
      hub: { name: 'pair', http: { host: '127.0.0.1', port } },
      ...this.#document,
      sources: [
        {
          name: 'us',
          region: REGION,
          account: ACCOUNT,
          endpoint: this.#cloudMap.url,
          poll: { hot: '500ms', warm: '500ms', cold: '500ms', catalogue: '2s' },
          limits: { discoverPerSecond: 500, listServicesPerSecond: 50, listNamespacesPerSecond: 50 },
        },
      ],
      clusters: [
        {
          name: 'eks',
          role: 'primary',
          kubeconfig: { file: './eks.kubeconfig' },
          mode: 'sync',
          // Every instance is replaced again and again, which no real estate does.
          brake: { objects: '100%', endpoints: '100%' },
          routes: [{ from: { regions: [REGION] } }],
        },
      ],
    });
  }
}

function placeOf(service: string, address: string) {
  return { account: ACCOUNT, region: REGION, namespace: 'shop', service, id: `i-${address}` };
}
