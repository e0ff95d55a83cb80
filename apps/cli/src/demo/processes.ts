import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A part of the demo that runs as a process of its own, as it would elsewhere. */
export interface Part {
  readonly pid: number | undefined;
  /** Takes it down without a word, as a crash does, and waits until it is gone. */
  kill(): Promise<void>;
  /** Ends it by its own process id and waits until it is gone; returns its exit code. */
  stop(): Promise<number | null>;
  /** Whether it has ended by itself. */
  hasEnded(): boolean;
}

/** How long a part may take to stop before it is killed. */
const STOP_MS = 5_000;

/**
 * Credentials of the demo's processes: the emulator takes any, and none of the caller's own are ever used.
 */
const ENVIRONMENT = {
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  AWS_ACCESS_KEY_ID: 'demo',
  AWS_SECRET_ACCESS_KEY: 'demo',
  AWS_EC2_METADATA_DISABLED: 'true',
  // As the documentation advises for a hub: glibc would keep a heap for every thread.
  MALLOC_ARENA_MAX: '2',
};

/** Starts `dist/apps/<app>/src/main.js`; its output goes to a log file. */
export function startPart(
  app: string,
  words: readonly string[],
  logFile: string,
): Part & { readonly child: ChildProcess } {
  const main = join(import.meta.dirname, '../../..', app, 'src/main.js');
  return startCommand(process.execPath, ['--enable-source-maps', main, ...words], logFile);
}

/** Starts a `redis-server` that keeps nothing on disk, on loopback; rejects when there is none on this machine. */
export async function startRedis(port: number, logFile: string): Promise<Part> {
  const words = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--daemonize', 'no'];
  const part = startCommand('redis-server', words, logFile);
  const isMissing = await Promise.race([
    once(part.child, 'error').then(() => true),
    once(part.child, 'spawn').then(() => false),
  ]);
  if (isMissing) throw new Error('a pair needs redis-server: install it (Debian: apt-get install redis-server)');
  return part;
}

function startCommand(
  command: string,
  words: readonly string[],
  logFile: string,
): Part & { readonly child: ChildProcess } {
  const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'], env: ENVIRONMENT });
  const log = createWriteStream(logFile, { flags: 'a' });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const ended = once(child, 'exit');
  return {
    child,
    pid: child.pid,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await ended;
    },
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(timer);
      return child.exitCode;
    },
  };
}

/** Starts an emulator and reads the address from the line that it prints when it listens. */
export async function startEmulator(
  app: string,
  words: readonly string[],
  logFile: string,
): Promise<Part & { readonly url: string }> {
  const part = startPart(app, words, logFile);
  const { stdout } = part.child;
  if (stdout === null) throw new Error(`${app} has no output`);
  for await (const line of createInterface({ input: stdout })) {
    const { listening } = JSON.parse(line) as { readonly listening: string };
    return { ...part, url: listening };
  }
  throw new Error(`${app} ended before it listened; see ${logFile}`);
}

/** A TCP port of the loopback interface that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
