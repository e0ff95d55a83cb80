import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { systemProbes } from '../../apps/cli/src/commands/doctor-probes.js';
import { runDoctor } from '../../apps/cli/src/commands/doctor.js';
import type { Checkup } from '../../apps/cli/src/commands/checkup-text.js';
import { systemFiles } from '../../apps/cli/src/commands/files.js';
import { checkKubeconfig } from '../../apps/cli/src/commands/kubeconfig-check.js';
import type { CloudMapEmulator } from '../../apps/cloud-map-emulator/src/server.js';
import { startCloudMapEmulator } from '../../apps/cloud-map-emulator/src/server.js';
import type { KubeEmulator, KubeEmulatorOptions } from '../../apps/kube-emulator/src/server.js';
import { startKubeEmulator } from '../../apps/kube-emulator/src/server.js';
import { ACCOUNT, region } from './federated-estate.js';

export const REGION = 'us-east-1';

/** `isthmus.yaml` of a world, as plain data to be changed. */
export interface DoctorDocument {
  hub: Record<string, unknown>;
  sources: Record<string, unknown>[];
  clusters: Record<string, unknown>[];
  [field: string]: unknown;
}

/** What the doctor said. */
export interface Diagnosis {
  readonly exitCode: number;
  readonly checkups: readonly Checkup[];
  readonly told: readonly string[];
}

/** One source and one cluster, emulated, on loopback: what the doctor is shown, and what a test breaks. */
export class DoctorWorld {
  readonly folder = mkdtempSync(join(tmpdir(), 'isthmus-doctor-'));
  readonly cloudMap: CloudMapEmulator;
  readonly cluster: KubeEmulator;
  readonly #servers: Server[] = [];

  private constructor(cloudMap: CloudMapEmulator, cluster: KubeEmulator) {
    this.cloudMap = cloudMap;
    this.cluster = cluster;
    this.putFile('eks.kubeconfig', cluster.kubeconfig());
  }

  static async start(cluster: Partial<KubeEmulatorOptions> = {}): Promise<DoctorWorld> {
    // The emulator takes any key; the SDK wants one.
    process.env['AWS_ACCESS_KEY_ID'] = 'test';
    process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
    const seed = { accounts: { [ACCOUNT]: { [REGION]: region('10.1', ['orders']), 'eu-west-1': { namespaces: {} } } } };
    const cloudMap = await startCloudMapEmulator({ seed });
    return new DoctorWorld(cloudMap, await startKubeEmulator({ name: 'eks', ...cluster }));
  }

  /** Puts a file beside `isthmus.yaml`. */
  putFile(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text, { mode: 0o600 });
  }

  /** Replaces a part of the kubeconfig. */
  editKubeconfig(from: RegExp, to: string): void {
    this.putFile('eks.kubeconfig', this.cluster.kubeconfig().replace(from, to));
  }

  /** Another server on a free port of loopback; answers its port. */
  async listen(server: Server): Promise<number> {
    this.#servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return address.port;
  }

  /** Creates a ServiceEntry as a person with all rights would. */
  putEntry(metadata: { readonly name: string; readonly [field: string]: unknown }, host: string): void {
    const [, token = ''] = /token: (\S+)/.exec(this.cluster.kubeconfig('admin')) ?? [];
    const body = {
      apiVersion: 'networking.istio.io/v1',
      kind: 'ServiceEntry',
      metadata: { namespace: 'isthmus', ...metadata },
      spec: { hosts: [host], resolution: 'STATIC', ports: [{ number: 80, name: 'http' }] },
    };
    const outcome = this.cluster.model.handle({
      method: 'POST',
      path: '/apis/networking.istio.io/v1/namespaces/isthmus/serviceentries',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
    });
    if (outcome.kind !== 'answer' || outcome.response.status !== 201) throw new Error(JSON.stringify(outcome));
  }

  /** Writes the configuration and has it looked at. */
  async examine(
    edit: (document: DoctorDocument) => void = () => undefined,
    options: { readonly cluster?: string; readonly isOffline?: boolean; readonly timeoutMs?: number } = {},
  ): Promise<Diagnosis> {
    const document = this.#document();
    edit(document);
    this.putFile('isthmus.yaml', stringify({ apiVersion: 'isthmus.dev/v1', ...document }));
    const out: string[] = [];
    const told: string[] = [];
    const config = { shown: 'isthmus.yaml', path: join(this.folder, 'isthmus.yaml') };
    const { cluster, isOffline = false, timeoutMs = 20_000 } = options;
    const exitCode = await runDoctor(
      { config, cluster, isOffline, output: 'json', timeoutMs },
      {
        terminal: { print: (line) => out.push(line), tell: (line) => told.push(line) },
        files: systemFiles,
        checkKubeconfig,
        probes: systemProbes(systemFiles),
        nowMs: Date.now(),
      },
    );
    const text = out.join('\n');
    const { checkups } = (text === '' ? { checkups: [] } : JSON.parse(text)) as {
      readonly checkups: readonly Checkup[];
    };
    return { exitCode, checkups, told };
  }

  async close(): Promise<void> {
    await this.cloudMap.close();
    await this.cluster.close();
    for (const server of this.#servers) server.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #document(): DoctorDocument {
    return {
      hub: { name: 'test' },
      sources: [
        {
          name: 'us',
          region: REGION,
          account: ACCOUNT,
          endpoint: this.cloudMap.url,
          limits: { listServicesPerSecond: 100, listNamespacesPerSecond: 100, getPerSecond: 500 },
        },
      ],
      clusters: [
        {
          name: 'eks',
          role: 'primary',
          kubeconfig: { file: './eks.kubeconfig' },
          mode: 'sync',
          routes: [{ from: { namespaces: ['shop'] } }],
        },
      ],
    };
  }
}
