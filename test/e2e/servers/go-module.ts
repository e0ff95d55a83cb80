import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SERVERS } from './places.js';
import { Missing, findProgram } from './server-cache.js';

/** A folder with a `go.mod` beside this file: where one version of one tool or set of files is written down. */
export interface GoModule {
  readonly folder: string;
  /** The module in its `require` whose version counts. */
  readonly requires: string;
}

/** The version that a `go.mod` asks for. */
export function versionOf({ folder, requires }: GoModule): string {
  const text = readFileSync(join(SERVERS, folder, 'go.mod'), 'utf8');
  const version = text
    .split('\n')
    .map((line) => line.replace('require', '').trim().split(' '))
    .find(([module]) => module === requires)?.[1];
  if (version === undefined) throw new Error(`${folder}/go.mod does not require ${requires}`);
  return version;
}

/** Runs `go` in the folder of a module and returns what it prints; its errors go to the log of this process. */
export async function runGo({ folder }: GoModule, words: readonly string[]): Promise<string> {
  const child = spawn('nice', [findGo(), ...words], {
    cwd: join(SERVERS, folder),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-p=2', GOTOOLCHAIN: 'auto' },
  });
  let [output, complaints] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  if (exitCode === 0) return output;
  throw new Missing(`go ${words[0] ?? ''} in ${folder} failed: ${complaints.trim().split('\n').at(-1) ?? ''}`);
}

/** Go from the PATH, else from where its own installer puts it. */
function findGo(): string {
  const go = findProgram('go', [join(process.env['GOROOT'] ?? '/usr/local/go', 'bin')]);
  if (go !== undefined) return go;
  throw new Missing('Go is not installed → install Go 1.25 or newer (go.dev/dl), or set KUBEBUILDER_ASSETS');
}
