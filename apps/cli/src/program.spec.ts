import { IsthmusError } from '@isthmus/model';
import type { Commands } from './command-words.js';
import { runCommandLine } from './program.js';

/** Runs words with commands that record their options and give `exitCode`. */
async function run(words: readonly string[], exitCode = 0) {
  const calls: unknown[] = [];
  const out: string[] = [];
  const told: string[] = [];
  const record = (name: string) => async (options: object) => {
    calls.push([name, { ...options }]);
    return exitCode;
  };
  const named = (command: string) => async (name: string, options: object) => {
    calls.push([command, name, { ...options }]);
    return exitCode;
  };
  const commands: Commands = {
    validate: record('validate'),
    plan: record('plan'),
    explain: named('explain'),
    status: record('status'),
    approve: named('approve'),
    doctor: record('doctor'),
    cluster: {
      add: named('cluster add'),
      list: record('cluster list'),
      remove: named('cluster remove'),
      test: named('cluster test'),
    },
    serve: record('serve'),
    demo: record('demo'),
  };
  const terminal = { print: (line: string) => out.push(line), tell: (line: string) => told.push(line) };
  const code = await runCommandLine(words, commands, { version: '1.2.3', terminal });
  return { code, calls, out: out.join('\n'), told: told.join('\n') };
}

describe('runCommandLine', () => {
  it.each([
    [['validate'], ['validate', { config: 'isthmus.yaml', output: 'text' }]],
    [
      ['validate', '-c', 'a.yaml', '-o', 'json'],
      ['validate', { config: 'a.yaml', output: 'json' }],
    ],
    [
      ['validate', '--against', 'old.yaml'],
      ['validate', { config: 'isthmus.yaml', against: 'old.yaml', output: 'text' }],
    ],
    [
      ['validate', '--server', 'http://hub'],
      ['validate', { config: 'isthmus.yaml', server: 'http://hub', output: 'text' }],
    ],
    [
      ['serve', '--config', 'a.yaml'],
      ['serve', { config: 'a.yaml' }],
    ],
    [['plan'], ['plan', { config: 'isthmus.yaml', output: 'text', detailedExitcode: false, timeout: 300 }]],
    [
      ['plan', '--offline', 'a.json', '--cluster', 'eks', '-o', 'markdown', '--detailed-exitcode', '--timeout', '9'],
      [
        'plan',
        {
          config: 'isthmus.yaml',
          output: 'markdown',
          detailedExitcode: true,
          timeout: 9,
          offline: 'a.json',
          cluster: 'eks',
        },
      ],
    ],
    [
      ['explain', 'cart.shop', '--server', 'http://hub', '-o', 'yaml'],
      ['explain', 'cart.shop', { config: 'isthmus.yaml', output: 'yaml', server: 'http://hub' }],
    ],
    [['status'], ['status', { config: 'isthmus.yaml', output: 'text', watch: false, interval: 2 }]],
    [
      ['status', '-w', '--interval', '9', '-o', 'wide', '--server', 'http://hub'],
      ['status', { config: 'isthmus.yaml', output: 'wide', watch: true, interval: 9, server: 'http://hub' }],
    ],
    [
      ['approve', 'eks', '--hash', 'abc', '--write', '--for', '30m'],
      ['approve', 'eks', { config: 'isthmus.yaml', for: 1_800_000, hash: 'abc', write: true }],
    ],
    [['doctor'], ['doctor', { config: 'isthmus.yaml', offline: false, output: 'text', timeout: 45 }]],
    [
      ['doctor', '--cluster', 'eks', '--offline', '-o', 'json', '--timeout', '9'],
      ['doctor', { config: 'isthmus.yaml', cluster: 'eks', offline: true, output: 'json', timeout: 9 }],
    ],
    [
      ['cluster', 'add', 'eks', '--context', 'a', '--hub-context', 'b', '--role', 'remote', '--dry-run', '-o', 'yaml'],
      [
        'cluster add',
        'eks',
        {
          context: 'a',
          hubContext: 'b',
          role: 'remote',
          dryRun: true,
          output: 'yaml',
          namespace: 'isthmus',
          secretsNamespace: 'isthmus-clusters',
        },
      ],
    ],
    [
      ['cluster', 'list', '--kubeconfig', 'k'],
      [
        'cluster list',
        { config: 'isthmus.yaml', kubeconfig: 'k', output: 'text', secretsNamespace: 'isthmus-clusters' },
      ],
    ],
    [
      ['cluster', 'test', 'eks'],
      [
        'cluster test',
        'eks',
        { config: 'isthmus.yaml', namespace: 'isthmus', output: 'text', secretsNamespace: 'isthmus-clusters' },
      ],
    ],
    [
      ['cluster', 'remove', 'eks', '--policy', 'orphan'],
      [
        'cluster remove',
        'eks',
        {
          config: 'isthmus.yaml',
          policy: 'orphan',
          dryRun: false,
          namespace: 'isthmus',
          secretsNamespace: 'isthmus-clusters',
        },
      ],
    ],
    [['demo'], ['demo', { once: false, ha: false }]],
    [
      ['demo', '--once'],
      ['demo', { once: true, ha: false }],
    ],
    [
      ['demo', '--ha'],
      ['demo', { once: false, ha: true }],
    ],
  ])('calls the command that %j names', async (words, call) => {
    await expect(run(words)).resolves.toMatchObject({ code: 0, calls: [call] });
  });

  it('gives the exit code of the command', async () => {
    await expect(run(['validate'], 65)).resolves.toMatchObject({ code: 65 });
  });

  it.each([
    [['frobnicate']],
    [['validate', '-o', 'xml']],
    [['validate', 'extra']],
    [['serve', '--nope']],
    [['explain']],
    [['approve']],
    [['cluster']],
    [['cluster', 'remove', 'eks']],
    [['cluster', 'add', 'eks', '--role', 'secondary']],
    [['approve', 'eks', '--for', 'ever']],
    [['status', '--interval', '0']],
    [['plan', '--timeout', 'soon']],
    [['plan', '--offline', 'a', '--save-snapshot', 'b']],
    [[]],
  ])('gives 64 and speaks on stderr only, for the misuse %j', async (words) => {
    const { code, calls, out, told } = await run(words);
    expect({ code, calls, out }).toEqual({ code: 64, calls: [], out: '' });
    expect(told).not.toBe('');
  });

  it.each([[['--help']], [['validate', '--help']], [['--version']]])(
    'gives 0 and answers on stdout, for %j',
    async (words) => {
      const { code, out, told } = await run(words);
      expect({ code, told }).toEqual({ code: 0, told: '' });
      expect(out).toMatch(words.includes('--version') ? /^1\.2\.3$/ : /^Usage: isthmus/);
    },
  );

  it.each([
    [
      'the message of an error that explains itself',
      new IsthmusError('timeout', 'no answer in 5 s'),
      /^isthmus: no answer in 5 s$/,
    ],
    ['the stack of a defect', new TypeError('x is undefined'), /^isthmus: TypeError: x is undefined\n\s+at /],
  ])('gives 1 and tells %s', async (_what, error, expected) => {
    const told: string[] = [];
    const fail = async () => Promise.reject(error);
    const code = await runCommandLine(
      ['serve'],
      {
        validate: fail,
        plan: fail,
        explain: fail,
        status: fail,
        approve: fail,
        doctor: fail,
        cluster: { add: fail, list: fail, remove: fail, test: fail },
        serve: fail,
        demo: fail,
      },
      { version: '1', terminal: { print: () => undefined, tell: (line) => told.push(line) } },
    );
    expect(code).toBe(1);
    expect(told.join('\n')).toMatch(expected);
  });
});
