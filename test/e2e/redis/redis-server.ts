import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { freePort } from '../servers/free-port.js';

/** A `redis-server` of a test: on loopback, on a free port, with a folder of its own. */
export interface RedisServer {
  readonly port: number;
  /** Sends a signal to this very process. */
  signal(name: NodeJS.Signals): void;
  /** Ends it, if it still runs; resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same port with what it has on its disk. */
  restart(): Promise<void>;
  /** Sends one inline command and answers what Redis says, as text. */
  command(line: string): Promise<string>;
  /** Ends it and deletes its folder. */
  close(): Promise<void>;
}

export interface RedisServerOptions {
  /** Words for the command line, beside port, address and folder. */
  readonly words?: readonly string[];
  readonly port?: number;
  /** Sent as AUTH before each command of `command`. */
  readonly auth?: string;
  /** Runs as Sentinel, with these lines of configuration. */
  readonly sentinel?: readonly string[];
  /** It speaks TLS only: nothing is sent to it before the test does. */
  readonly isTls?: boolean;
}

export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'isthmus-redis-'));
  const port = options.port ?? (await freePort());
  let child = await start();

  async function start(): Promise<ChildProcess> {
    const { sentinel, isTls = false, words = [] } = options;
    const ports = isTls ? ['--port', '0', '--tls-port', String(port)] : ['--port', String(port)];
    const own = [...ports, '--bind', '127.0.0.1', '--dir', folder];
    const file = join(folder, 'sentinel.conf');
    if (sentinel !== undefined) writeFileSync(file, sentinel.join('\n'));
    const role = sentinel === undefined ? [...own, '--save', ''] : [file, '--sentinel', ...own];
    const started = spawn('redis-server', [...role, ...words], { stdio: 'ignore' });
    const failed = once(started, 'error').then(([error]: unknown[]) => {
      throw new Error('redis-server cannot be started: install the package redis-server', { cause: error });
    });
    await Promise.race([isTls ? untilItAccepts(port) : untilItListens(port), failed]);
    failed.catch(() => undefined);
    return started;
  }

  async function kill(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  return {
    port,
    signal: (name) => void child.kill(name),
    kill,
    restart: async () => {
      await kill();
      child = await start();
    },
    command: (line) => sendInline(port, options.auth === undefined ? [line] : [`AUTH ${options.auth}`, line]),
    close: async () => {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Sends one inline command and returns when it was carried out, so that nothing else of this process comes before it. */
export function commandAtOnce(port: number, line: string): void {
  const program = `const s = require('node:net').connect(${port}, '127.0.0.1'); s.end(${JSON.stringify(`${line}\r\n`)}); s.resume();`;
  execFileSync(process.execPath, ['-e', program]);
}

/** Waits until something is so; the test's own timeout ends a wait that is in vain. */
export async function eventually(isSo: () => boolean | Promise<boolean>, everyMs = 20): Promise<void> {
  while (!(await isSo())) await sleep(everyMs);
}

async function untilItAccepts(port: number): Promise<void> {
  for (;;) {
    const socket = connect({ port, host: '127.0.0.1' });
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return;
    await sleep(20);
  }
}

async function untilItListens(port: number): Promise<void> {
  for (;;) {
    const answer = await sendInline(port, ['PING']).catch(() => '');
    if (answer.startsWith('+PONG') || answer.startsWith('-NOAUTH') || answer.startsWith('-NOPERM')) return;
    await sleep(20);
  }
}

/** The protocol's inline form: a line in, the answer's text out. Source: redis.io/docs/latest/develop/reference/protocol-spec */
async function sendInline(port: number, lines: readonly string[]): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.setEncoding('utf8');
  let text = '';
  socket.on('data', (chunk: string) => {
    text += chunk;
  });
  await once(socket, 'connect');
  socket.end(`${lines.join('\r\n')}\r\nQUIT\r\n`);
  await once(socket, 'close');
  const answers = text.replace(/\+OK\r\n$/, '');
  return lines.length > 1 ? answers.replace(/^[+-][^\r]*\r\n/, '') : answers;
}
