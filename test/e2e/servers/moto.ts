import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SERVERS } from './places.js';
import { Missing, cachedFile, findProgram, tell } from './server-cache.js';
import { LOOPBACK, freePort } from './free-port.js';
import { ServerProcess, until } from './server-process.js';

const REQUIREMENTS = join(SERVERS, 'moto', 'requirements.txt');

/** The Python of an environment that has moto: from the user's cache, else made there, which takes a minute once. */
export async function findMoto(): Promise<string | Missing> {
  try {
    const environment = await cachedFile(['moto', version(), 'environment'], makeEnvironment);
    return join(environment, 'bin', 'python');
  } catch (error) {
    if (error instanceof Missing) return error;
    throw error;
  }
}

/** moto, somebody else's Cloud Map, as a process of its own. */
export class Moto {
  readonly url: string;
  readonly #process: ServerProcess;

  private constructor(url: string, process: ServerProcess) {
    this.url = url;
    this.#process = process;
  }

  /** Starts one that has this account and writes its log to a folder. */
  static async start(python: string, options: { readonly account: string; readonly folder: string }): Promise<Moto> {
    const port = await freePort();
    const log = join(options.folder, 'moto.log');
    // Not by its own script: that one names the folder in which it was made.
    const words = ['-m', 'moto.server', '-H', LOOPBACK, '-p', String(port)];
    const env = { ...process.env, MOTO_ACCOUNT_ID: options.account };
    const moto = new Moto(`http://${LOOPBACK}:${port}`, new ServerProcess(python, words, { log, env }));
    await until(`moto answers, see ${log}`, 60_000, async () => (await fetch(`${moto.url}/moto-api/data.json`)).ok);
    return moto;
  }

  /** Forgets all that it holds. */
  async reset(): Promise<void> {
    const response = await fetch(`${this.url}/moto-api/reset`, { method: 'POST' });
    if (!response.ok) throw new Error(`moto does not forget: ${response.status}`);
  }

  kill(): Promise<void> {
    return this.#process.kill();
  }
}

function version(): string {
  const found = /^moto\[server\]==(\S+)$/m.exec(readFileSync(REQUIREMENTS, 'utf8'))?.[1];
  if (found === undefined) throw new Error(`${REQUIREMENTS} names no version of moto`);
  return found;
}

async function makeEnvironment(folder: string): Promise<void> {
  const python = findProgram('python3');
  if (python === undefined) {
    throw new Missing('python3 is not installed → install Python 3.11 or newer with venv (Debian: python3-venv)');
  }
  tell(`installing moto ${version()} from PyPI, once …`);
  await run(python, ['-m', 'venv', folder]);
  const install = ['install', '--quiet', '--disable-pip-version-check', '--requirement', REQUIREMENTS];
  await run(join(folder, 'bin', 'python'), ['-m', 'pip', ...install]);
}

async function run(program: string, words: readonly string[]): Promise<void> {
  const child = spawn('nice', [program, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  }
  const [exitCode] = (await once(child, 'close')) as [number | null];
  if (exitCode === 0) return;
  const lines = said.trim().split('\n');
  const reason = lines.find((line) => line.startsWith('ERROR:')) ?? lines.at(-1) ?? '';
  throw new Missing(`${words.slice(0, 3).join(' ')} failed → Python 3.11 or newer with venv and pip: ${reason}`);
}
