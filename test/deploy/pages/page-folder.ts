import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { parse, stringify } from 'yaml';

import type { Ended } from '../on-tools.js';
import { ROOT, TOOLS_FOLDER } from '../on-tools.js';

const CLI = join(ROOT, 'dist/apps/cli/src/main.js');
/** What stands for the entry point of the image. */
export const ISTHMUS = [process.execPath, '--enable-source-maps', CLI] as const;

/** Who answers to the commands of a page. */
export interface PageSurroundings {
  readonly cloudMapUrl: string;
  /** What KUBECONFIG names. */
  readonly kubeconfig: string;
  /** Of the cluster that is added: it is on this machine, so `cluster add` wants it named. */
  readonly server: string;
}

/** The addresses of a hub in the pages. */
const HUB = /http:\/\/(127\.0\.0\.1|isthmus\.example\.com):8080/g;
/** A Redis that never had a lease costs one lease. */
const QUICK = { lease: '4s', renewDeadline: '2s', retry: '500ms' };

interface Document {
  readonly hub?: Record<string, unknown>;
  readonly store?: { readonly redis?: Record<string, unknown> };
  readonly sources?: Record<string, unknown>[];
}

/** A configuration of a page, with what stands here in place of AWS, and in a pod of Redis, on a free port. */
export function adaptConfiguration(
  text: string,
  { cloudMapUrl, redisPort, root = '' }: { cloudMapUrl: string; redisPort?: number; root?: string },
): string {
  const document = parse(text) as Document;
  const poll = { hot: '300ms', warm: '300ms', cold: '300ms', catalogue: '500ms' };
  const limits = { listServicesPerSecond: 100, listNamespacesPerSecond: 100 };
  const redis = document.store?.redis;
  const isOwnRedis = redis !== undefined && redisPort !== undefined;
  const adapted = {
    ...document,
    hub: { ...document.hub, http: { host: '127.0.0.1', port: 0 } },
    ...(isOwnRedis ? { store: { redis: { ...redis, url: `redis://127.0.0.1:${redisPort}/0` } }, election: QUICK } : {}),
    sources: (document.sources ?? []).map((source) => ({ ...source, endpoint: cloudMapUrl, poll, limits })),
  };
  return stringify(adapted).replaceAll(/ (\/(?:run|etc)\/)/g, ` ${root}$1`);
}

/** The folder in which the commands of a page run: `deploy/`, `docs/`, the files of the page, the built `isthmus`. */
export class PageFolder {
  /** The address of the hub, as the pages name it. */
  hubUrl = '';
  readonly #surroundings: PageSurroundings;
  readonly #path = mkdtempSync(join(tmpdir(), 'isthmus-page-'));
  #hub: ChildProcess | undefined;
  #log = '';

  constructor(surroundings: PageSurroundings) {
    this.#surroundings = surroundings;
    for (const name of ['deploy', 'docs']) symlinkSync(join(ROOT, name), this.file(name));
    mkdirSync(this.file('bin'));
    // Its API servers are on this machine, which `cluster add` refuses unless the address is named.
    const add = `if [ "$1 $2" = 'cluster add' ]; then set -- "$@" --server ${surroundings.server}; fi`;
    writeFileSync(this.file('bin/isthmus'), `#!/bin/sh\n${add}\nexec ${process.execPath} ${CLI} "$@"\n`);
    chmodSync(this.file('bin/isthmus'), 0o755);
    writeFileSync(this.file('admin.kubeconfig'), surroundings.kubeconfig, { mode: 0o600 });
  }

  file(name: string): string {
    return join(this.#path, name);
  }

  /** Puts a file of the page into its folder; `isthmus.yaml` reads the emulated Cloud Map. */
  write(name: string, text: string): void {
    mkdirSync(dirname(this.file(name)), { recursive: true });
    writeFileSync(this.file(name), name === 'isthmus.yaml' ? adaptConfiguration(text, this.#surroundings) : text);
  }

  read(name: string): string {
    return readFileSync(this.file(name), 'utf8');
  }

  has(name: string): boolean {
    return existsSync(this.file(name));
  }

  /** Puts values in place of what the page leaves to the reader, in a file that it has written by now. */
  fill(name: string, values: Readonly<Record<string, string>>): void {
    if (!this.has(name)) return;
    let text = this.read(name);
    for (const [place, value] of Object.entries(values)) text = text.replace(place, value);
    writeFileSync(this.file(name), text);
  }

  /** Runs a command of the page; `isthmus serve` goes on in the background, and resolves when it is ready. */
  async run(command: string): Promise<Ended> {
    if (command.startsWith('isthmus serve ')) return this.#serve(command);
    if (command.startsWith('sleep ')) return this.#untilReloaded(Number(command.slice(6)) * 1000);
    const here = this.hubUrl === '' ? command : command.replaceAll(HUB, this.hubUrl);
    const child = spawn('bash', ['-c', `set -o pipefail; ${here}`], { cwd: this.#path, env: this.#environment() });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => (stdout += String(chunk)));
    child.stderr.on('data', (chunk) => (stderr += String(chunk)));
    const [status] = (await once(child, 'close')) as [number | null];
    return { status, stdout, stderr };
  }

  /** Ends the hub that the page has started. */
  async stopHub(): Promise<void> {
    if (this.#hub === undefined || this.#hub.exitCode !== null) return;
    this.#hub.kill('SIGTERM');
    await once(this.#hub, 'exit');
  }

  async stop(): Promise<void> {
    await this.stopHub();
    rmSync(this.#path, { recursive: true, force: true });
  }

  #environment(): NodeJS.ProcessEnv {
    return {
      // npm names its own folder in INIT_CWD, and isthmus would look for files there.
      INIT_CWD: this.#path,
      HOME: this.#path,
      PATH: [this.file('bin'), TOOLS_FOLDER, process.env['PATH'] ?? ''].join(delimiter),
      KUBECONFIG: this.file('admin.kubeconfig'),
      HUB: this.hubUrl,
      ISTHMUS_SERVER: this.hubUrl,
      NO_COLOR: '1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    };
  }

  /** What the pages sleep for, and no longer: the hub has read its file again, and had time to act. */
  async #untilReloaded(withinMs: number): Promise<Ended> {
    const reloads = (): number => this.#log.split('configuration accepted').length;
    const before = reloads();
    for (const endMs = performance.now() + withinMs; performance.now() < endMs && reloads() === before;) {
      await sleep(50);
    }
    await sleep(1_000);
    return { status: 0, stdout: '', stderr: '' };
  }

  async #serve(command: string): Promise<Ended> {
    const [, ...args] = command.split(/\s+/);
    const hub = spawn(process.execPath, [CLI, ...args], { cwd: this.#path, env: this.#environment() });
    this.#hub = hub;
    hub.stdout.on('data', (chunk) => (this.#log += String(chunk)));
    while (this.hubUrl === '' && hub.exitCode === null) {
      await sleep(50);
      this.hubUrl = /"url":"([^"]+)"/.exec(this.#log)?.[1] ?? '';
    }
    while (hub.exitCode === null && (await fetch(`${this.hubUrl}/readyz`)).status !== 200) await sleep(50);
    return { status: hub.exitCode ?? 0, stdout: this.#log, stderr: '' };
  }
}
