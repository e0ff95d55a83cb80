import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

import { parseDockerfile } from './dockerfile.js';
import type { Stage } from './dockerfile.js';
import { ROOT } from './on-tools.js';

const LIMIT_MS = 300_000;
const stages = parseDockerfile(readFileSync(join(ROOT, 'deploy/docker/Dockerfile'), 'utf8'));
const [build, image] = stages;
if (build === undefined || image === undefined) throw new Error('the Dockerfile has two stages');

/** Copies into the folder of a stage as COPY does; `from` is the root of the checkout or the folder of another stage. */
function copy(args: readonly string[], from: string, to: string): void {
  const sources = args.slice(0, -1);
  const target = args.at(-1) ?? '.';
  for (const source of sources) {
    const isInto = sources.length > 1 || target.endsWith('/');
    const path = join(to, isInto ? join(target, basename(source)) : target);
    mkdirSync(dirname(path), { recursive: true });
    const isWanted = (file: string): boolean => !file.endsWith('.spec.ts');
    cpSync(join(from, source), path, { recursive: true, filter: isWanted });
  }
}

/** Carries out COPY and RUN of a stage in a folder; what a step prints is shown when it fails. */
function carryOut({ steps }: Stage, folder: string, folders: ReadonlyMap<string, string>): void {
  for (const { instruction, args } of steps) {
    if (instruction === 'COPY') {
      const from = args[0]?.startsWith('--from=') === true ? (folders.get(args[0].slice(7)) ?? '') : ROOT;
      const paths = args.filter((arg) => !arg.startsWith('--')).map((path) => path.replace(/^\/app\//, ''));
      copy(paths, from, folder);
    }
    if (instruction !== 'RUN') continue;
    const env = { ...process.env, npm_config_prefer_offline: 'true' };
    const { status, stdout, stderr } = spawnSync('sh', ['-c', args.join(' ')], { cwd: folder, env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`RUN ${args.join(' ')}\n${stdout}${stderr}`);
  }
}

describe('the Dockerfile', () => {
  it('builds in one stage and keeps of it only what runs', () => {
    expect(build.base).toMatch(/^node:24-/);
    expect(image.base).toMatch(/^gcr\.io\/distroless\/nodejs24-debian12:nonroot$/);
    const own = image.steps.filter(({ instruction }) => instruction === 'COPY');
    expect(own.every(({ args }) => args[0] === '--from=build')).toBe(true);
    expect(image.steps.some(({ instruction }) => instruction === 'RUN')).toBe(false);
  });

  it('runs as nobody, with a command that Kubernetes can do without', () => {
    const one = (name: string): readonly string[] =>
      image.steps.find(({ instruction }) => instruction === name)?.args ?? [];
    expect(one('USER')).toEqual(['65532:65532']);
    expect(JSON.parse(one('CMD').join(' '))).toEqual(['serve', '-c', '/etc/isthmus/isthmus.yaml']);
    expect(one('ENV')).toContain('MALLOC_ARENA_MAX=2');
  });

  it('copies nothing that .dockerignore keeps from the builder', () => {
    const lines = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
    const admitted = new Set(lines.flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : [])));
    const copied = build.steps.flatMap(({ instruction, args }) => (instruction === 'COPY' ? args.slice(0, -1) : []));
    expect(copied.filter((path) => !admitted.has(path))).toEqual([]);
    expect(copied.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

describe('the image, made step by step', () => {
  let work = '';
  let root = '';
  beforeAll(() => {
    work = mkdtempSync(join(tmpdir(), 'isthmus-image-'));
    const folders = new Map([['build', join(work, 'build')]]);
    root = join(work, 'image');
    for (const folder of [...folders.values(), root]) mkdirSync(folder);
    carryOut(build, folders.get('build') ?? '', folders);
    carryOut(image, root, folders);
  }, LIMIT_MS);
  afterAll(() => rmSync(work, { recursive: true, force: true }));

  /** Arguments of the image's node for a command: its entry point with the paths of the folder. */
  const entry = (...args: readonly string[]): string[] => {
    const words = JSON.parse(
      image.steps.find(({ instruction }) => instruction === 'ENTRYPOINT')?.args.join(' ') ?? '[]',
    ) as string[];
    return [...words.slice(1).map((word) => word.replace(/^\/app/, root)), ...args];
  };
  const run = (...args: readonly string[]) =>
    spawnSync(process.execPath, entry(...args), { cwd: root, env: { PATH: '/nowhere' }, encoding: 'utf8' });

  it('has no tools to build or to test with, no sources, and nothing of the tests', () => {
    const modules = readdirSync(join(root, 'node_modules'));
    expect(modules.filter((name) => /^(typescript|jest|oxlint|prettier|node|ts-jest|fast-check)$/.test(name))).toEqual(
      [],
    );
    expect(existsSync(join(root, 'node_modules/@nestjs/cli'))).toBe(false);
    expect(existsSync(join(root, 'dist/libs/testing'))).toBe(false);
    expect(existsSync(join(root, 'dist/test'))).toBe(false);
    expect(existsSync(join(root, 'apps'))).toBe(false);
  });

  it('has every package that its code asks for, sooner or later', () => {
    const asked =
      /^(?:import|export) .*?from ['"]([^.'"][^'"]*)['"]|^import ['"]([^.'"][^'"]*)|import\(['"]([^.'"][^'"]*)/gm;
    const files = globSync('dist/**/*.js', { cwd: root });
    const packages = new Set(
      files.flatMap((file) =>
        [...readFileSync(join(root, file), 'utf8').matchAll(asked)].flatMap(([, a, b, c]) => a ?? b ?? c ?? []),
      ),
    );
    expect([...packages]).toEqual(expect.arrayContaining(['ioredis', '@kubernetes/client-node', '@nestjs/core']));
    const program = `for (const name of ${JSON.stringify([...packages])}) await import(name).catch((error) => console.log(name, error.message))`;
    const words = ['--disable-proto=throw', '--input-type=module', '-e', program];
    const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: root, encoding: 'utf8' });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  it('shows its help and its version', () => {
    expect(run('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('serve') as string });
    expect(run('--version').stdout.trim()).toBe('0.1.0');
  });

  it('says what is wrong with a configuration', () => {
    const file = join(work, 'bad.yaml');
    writeFileSync(file, 'apiVersion: isthmus.dev/v1\nhub: { nmae: prod }\n');
    expect(run('validate', '-c', file)).toMatchObject({
      status: 65,
      stdout: expect.stringMatching(/CFG\d+/) as string,
    });
  });

  it('looks at AWS, Redis and a cluster, and says what it misses', () => {
    const file = join(work, 'doctor.yaml');
    const text = `apiVersion: isthmus.dev/v1
hub: { name: test }
store: { redis: { url: 'redis://127.0.0.1:1/0' } }
sources: [{ name: us, region: us-east-1, account: '111122223333', endpoint: 'http://127.0.0.1:1' }]
clusterSecrets: {}
clusters: [{ name: a, role: primary, kubeconfig: { secret: a }, routes: [{ from: { namespaces: [shop] } }] }]
`;
    writeFileSync(file, text);
    const { status, stdout } = run('doctor', '-c', file, '--timeout', '5');
    expect({ status, stdout }).toMatchObject({ status: 3, stdout: expect.stringMatching(/✗ redis[\s\S]*✗/) as string });
    expect(stdout).not.toMatch(/Cannot find|ERR_MODULE/);
  }, 30_000);

  it('serves, answers its probes, and ends at SIGTERM', async () => {
    const file = join(work, 'isthmus.yaml');
    writeFileSync(
      file,
      'apiVersion: isthmus.dev/v1\nhub: { name: test, http: { host: 127.0.0.1, port: 0 } }\nstore: { memory: {} }\n',
    );
    const hub = spawn(process.execPath, entry('serve', '-c', file), { cwd: root, env: { PATH: '/nowhere' } });
    try {
      const url = await urlOf(hub);
      for (const path of ['/livez', '/readyz', '/metrics']) expect((await fetch(url + path)).status).toBe(200);
    } finally {
      hub.kill('SIGTERM');
    }
    expect(await once(hub, 'exit')).toEqual([0, null]);
  }, 60_000);
});

/** Waits for the log line that says where a hub answers. */
async function urlOf(hub: ChildProcess): Promise<string> {
  let text = '';
  if (hub.stdout === null) throw new Error('no output');
  for await (const chunk of hub.stdout) {
    text += String(chunk);
    const [, url] = /"url":"([^"]+)"/.exec(text) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error(`the hub ended: ${text}`);
}
