import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

import { parse, stringify } from 'yaml';

import { FederatedEstate, region } from '../integration/federated-estate.js';
import type { Ended } from './on-tools.js';
import { ROOT, TOOLS_FOLDER } from './on-tools.js';

const CLI = join(ROOT, 'dist/apps/cli/src/main.js');
/** Nobody listens there. */
const NOBODY = 'https://127.0.0.1:1';

interface Document {
  readonly hub?: Record<string, unknown>;
  readonly sources?: Record<string, unknown>[];
  readonly clusters?: Record<string, unknown>[];
}

/**
 * What stands around the commands of one page: a folder with `deploy/`, two regions and two clusters, all emulated, the
 * built `isthmus`, the tools. An `isthmus.yaml` of the page reads the emulators in place of AWS.
 */
export class PageWorld {
  readonly #estate: FederatedEstate;
  readonly #folder = mkdtempSync(join(tmpdir(), 'isthmus-page-'));
  #hub: ChildProcess | undefined;
  #url = '';

  private constructor(estate: FederatedEstate) {
    this.#estate = estate;
  }

  static async start(): Promise<PageWorld> {
    const estate = await FederatedEstate.start({
      regions: { 'us-east-1': region('10.1', ['orders', 'cart']), 'eu-west-1': region('10.2', ['orders']) },
      clusters: { 'eks-us': ['us-east-1', 'eu-west-1'], 'aks-west': ['eu-west-1'] },
    });
    const world = new PageWorld(estate);
    world.#furnish();
    return world;
  }

  /** Runs the hub of the runbooks, in this process, with everything applied. */
  async startUsualHub(): Promise<void> {
    await this.#estate.startHub();
    this.#url = this.#estate.url;
    this.write('isthmus.yaml', 'apiVersion: isthmus.dev/v1\nhub: { name: test }\n');
  }

  /** Puts a file of the page into its folder. */
  write(name: string, text: string): void {
    const path = join(this.#folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, name === 'isthmus.yaml' ? this.#emulated(text) : text);
  }

  /** Runs a command of the page; `isthmus serve` goes on in the background, and resolves when it is ready. */
  async run(command: string): Promise<Ended> {
    if (command.startsWith('isthmus serve ')) return this.#serve(command);
    const script = `set -o pipefail; ${command}`;
    return new Promise((resolve) => {
      const child = spawn('bash', ['-c', script], { cwd: this.#folder, env: this.#environment() });
      let [stdout, stderr] = ['', ''];
      child.stdout.on('data', (chunk) => (stdout += String(chunk)));
      child.stderr.on('data', (chunk) => (stderr += String(chunk)));
      child.once('close', (status) => resolve({ status, stdout, stderr }));
    });
  }

  /** Runs a command for clusters where nobody answers, whatever kubeconfig it names: it can only find that out. */
  tryInVain(command: string): Ended {
    const env = { ...this.#environment(), KUBECONFIG: join(this.#folder, 'nobody.kubeconfig') };
    const script = command.replaceAll(/--kubeconfig \S+/g, '--kubeconfig nobody.kubeconfig');
    const { status, stdout, stderr } = spawnSync('bash', ['-c', script], { cwd: this.#folder, env, encoding: 'utf8' });
    return { status, stdout, stderr };
  }

  async close(): Promise<void> {
    if (this.#hub !== undefined && this.#hub.exitCode === null) {
      this.#hub.kill('SIGTERM');
      await once(this.#hub, 'exit');
    }
    await this.#estate.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #furnish(): void {
    for (const name of ['deploy', 'docs']) symlinkSync(join(ROOT, name), join(this.#folder, name));
    mkdirSync(join(this.#folder, 'bin'));
    const isthmus = join(this.#folder, 'bin/isthmus');
    writeFileSync(isthmus, `#!/bin/sh\nexec ${process.execPath} ${CLI} "$@"\n`);
    chmodSync(isthmus, 0o755);
    for (const name of ['eks-us', 'aks-west']) {
      writeFileSync(join(this.#folder, `${name}.kubeconfig`), this.#estate.cluster(name).kubeconfig(), { mode: 0o600 });
    }
    writeFileSync(join(this.#folder, 'nobody.kubeconfig'), kubeconfigOfNobody(['eks-us', 'aks-west', 'hub']));
  }

  #environment(): NodeJS.ProcessEnv {
    const path = [join(this.#folder, 'bin'), TOOLS_FOLDER, process.env['PATH'] ?? ''].join(delimiter);
    // npm names its own folder there, and isthmus would look for files in it.
    return { ...process.env, INIT_CWD: this.#folder, PATH: path, HUB: this.#url, NO_COLOR: '1' };
  }

  /** The page's configuration, with the emulators in place of AWS and on a free port. */
  #emulated(text: string): string {
    const document = parse(text) as Document;
    const poll = { hot: '300ms', warm: '300ms', cold: '300ms', catalogue: '500ms' };
    const limits = { listServicesPerSecond: 100, listNamespacesPerSecond: 100 };
    return stringify({
      ...document,
      hub: { ...document.hub, http: { host: '127.0.0.1', port: 0 } },
      sources: (document.sources ?? []).map((source) => ({
        ...source,
        endpoint: this.#estate.cloudMap.url,
        poll,
        limits,
      })),
    });
  }

  async #serve(command: string): Promise<Ended> {
    const args = command.split(/\s+/).slice(1);
    const hub = spawn(process.execPath, [CLI, ...args], { cwd: this.#folder, env: this.#environment() });
    this.#hub = hub;
    let stdout = '';
    for await (const chunk of hub.stdout) {
      stdout += String(chunk);
      const [, url] = /"url":"([^"]+)"/.exec(stdout) ?? [];
      if (url === undefined) continue;
      this.#url = url;
      // From here on nobody looks at its log.
      break;
    }
    while (this.#url !== '' && (await fetch(`${this.#url}/readyz`)).status !== 200)
      await new Promise((go) => setTimeout(go, 50));
    return { status: this.#url === '' ? hub.exitCode : 0, stdout, stderr: '' };
  }
}

function kubeconfigOfNobody(contexts: readonly string[]): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': contexts[0],
    clusters: contexts.map((name) => ({ name, cluster: { server: NOBODY } })),
    users: contexts.map((name) => ({ name, user: { token: 'nobody' } })),
    contexts: contexts.map((name) => ({ name, context: { cluster: name, user: name } })),
  });
}
