import type { HubStatus } from '@isthmus/model';
import { err, ok } from '@isthmus/model';
import { parse } from 'yaml';
import type { AskHub } from './ask-hub.js';
import { runStatus } from './status.js';

const NOW = '2026-01-01T00:01:00Z';

const STATUS: HubStatus = {
  hub: 'prod',
  replica: 'hub-0',
  readOnly: false,
  leader: { isLeader: true, holder: 'hub-0', epoch: 3 },
  store: { kind: 'redis', error: null },
  clusterSecrets: null,
  sources: [
    {
      name: 'us',
      account: '111122223333',
      region: 'us-east-1',
      identity: 'arn:aws:sts::111122223333:assumed-role/isthmus/hub',
      state: 'fresh',
      lastCompleteReadAt: '2026-01-01T00:00:57Z',
      services: 12,
      instances: 480,
      error: null,
      paused: null,
      warnings: [],
    },
  ],
  clusters: [
    {
      name: 'eks-us',
      role: 'primary',
      mode: 'sync',
      connection: 'up',
      sync: 'held',
      desired: 12,
      liveObjects: 13,
      liveEndpoints: 480,
      held: [
        { name: 'cloudmap-a.shop', host: 'a.shop', reason: 'host-conflict', detail: 'why\u001b[31m' },
        { name: 'cloudmap-a.shop', host: '', reason: 'source-empty', detail: 'removal of 3 endpoints' },
      ],
      plan: { create: 1, update: 2, mark: 0, delete: 3, hash: 'abc', removals: '82b1b837e1440211' },
      lastAppliedAt: '2026-01-01T00:00:00Z',
      error: null,
      writesStopped: 'observe',
      paused: null,
      warnings: [],
    },
  ],
};

interface Words {
  readonly output?: 'text' | 'wide' | 'json' | 'yaml';
  readonly answers?: readonly Awaited<ReturnType<AskHub>>[];
  readonly isTerminal?: boolean;
  readonly isWatching?: boolean;
}

const answer = (body: unknown, status = 200) => ok({ status, body });

async function status({ output = 'text', answers = [answer(STATUS)], isTerminal = false, isWatching = false }: Words) {
  const out: string[] = [];
  const told: string[] = [];
  const pauses: number[] = [];
  let asked = 0;
  const hints = { server: 'http://hub', environment: undefined, config: { shown: 'a', path: '/a' } };
  const exitCode = await runStatus(
    { hints, output, everyMs: isWatching ? 2000 : undefined },
    {
      terminal: { print: (line) => out.push(line), tell: (line) => told.push(line) },
      files: { read: async () => err('it does not exist') },
      askHub: async () => answers[asked++] ?? answer(STATUS),
      screen: { isTerminal, clear: () => out.push('<clear>') },
      nowMs: () => Date.parse(NOW),
      pause: async (ms) => {
        pauses.push(ms);
        return asked < answers.length;
      },
    },
  );
  return { exitCode, out, told, pauses };
}

const HEALTHY: HubStatus = {
  ...STATUS,
  clusters: STATUS.clusters.map((cluster) => ({
    ...cluster,
    sync: 'synced',
    writesStopped: null,
    held: [],
    plan: { create: 0, update: 0, mark: 0, delete: 0, hash: 'abc', removals: null },
  })),
};

describe('runStatus', () => {
  it('shows sources and clusters as tables, the causes with what to do, and one line that answers', async () => {
    const { exitCode, out } = await status({});
    expect(exitCode).toBe(3);
    expect(out).toEqual([
      'hub prod · leader hub-0 (epoch 3) · store redis up',
      '',
      'SOURCE  ACCOUNT       REGION     STATE  READ     SERVICES  INSTANCES',
      'us      111122223333  us-east-1  fresh  3 s ago  12        480',
      '',
      'CLUSTER  ROLE     MODE  CONNECTION  SYNC  OBJECTS  ENDPOINTS  CHANGES  HELD  APPLIED',
      'eks-us   primary  sync  up          held  13/12    480        6        1     60 s ago',
      '',
      '✗ cluster eks-us: host-conflict: another service already has this host: cloudmap-a.shop → Give one of them another host by its route.',
      '✗ cluster eks-us: source-empty: everything of one source would go: cloudmap-a.shop → `isthmus approve eks-us` shows what is held. Look at the source; approve the removals if they are meant.',
      '‼ cluster eks-us: observe: mode observe writes nothing (6 changes wait) → Look at the plan, then set `mode: upsert-only` or `mode: sync`.',
      'not everything is applied in eks-us: 2 faults, 1 notice',
    ]);
  });

  it('shows plans, hashes and every hold when asked for wide', async () => {
    const { out } = await status({ output: 'wide' });
    expect(out).toContain(
      'CLUSTER  ROLE     MODE  CONNECTION  SYNC  OBJECTS  ENDPOINTS  CHANGES  HELD  APPLIED   PLAN      REMOVALS          ERROR',
    );
    expect(out).toContain('  eks-us: cloudmap-a.shop (a.shop) host-conflict: why?[31m');
    expect(out.join('\n')).toMatch(/60 s ago {2}\+1 ~2 -3 {2}82b1b837e1440211/);
  });

  it('gives 0 when everything is applied', async () => {
    const { exitCode, out } = await status({ answers: [answer(HEALTHY)] });
    expect({ exitCode, last: out.at(-1) }).toEqual({
      exitCode: 0,
      last: 'everything that is known is applied everywhere',
    });
  });

  it.each([['json' as const], ['yaml' as const]])('answers in one %s document, causes included', async (output) => {
    const { out, exitCode } = await status({ output });
    expect(exitCode).toBe(3);
    expect(parse(out.join('\n'))).toMatchObject({
      ...STATUS,
      healthy: false,
      causes: [{ code: 'host-conflict' }, {}, {}],
    });
  });

  it('understands a hub that is older', async () => {
    const [{ paused: _p, warnings: _w, ...source }] = STATUS.sources as [HubStatus['sources'][0]];
    const old = { ...HEALTHY, sources: [source], clusters: [] };
    const { exitCode, out } = await status({ answers: [answer(old)] });
    expect({ exitCode, last: out.at(-1) }).toEqual({ exitCode: 0, last: 'no cluster is configured' });
  });

  it.each([
    [4, err({ exitCode: 4, lines: ['no hub answers'] }), 'no hub answers'],
    [1, answer({ hello: 1 }), 'isthmus: the hub at http://hub answered 200 → is it as new as this command?'],
    [1, answer({}, 404), 'isthmus: the hub at http://hub answered 404 → is it as new as this command?'],
  ])('gives %i when it gets no status', async (expected, found, line) => {
    const { exitCode, out, told } = await status({ answers: [found] });
    expect({ exitCode, out, told }).toEqual({ exitCode: expected, out: [], told: [line] });
  });

  it('redraws on a terminal until it is interrupted, and gives the exit code of the last answer', async () => {
    const { exitCode, out, pauses } = await status({
      isWatching: true,
      isTerminal: true,
      answers: [answer(STATUS), answer(HEALTHY)],
    });
    expect({ exitCode, pauses }).toEqual({ exitCode: 0, pauses: [2000, 2000] });
    expect(out.filter((line) => line === '<clear>')).toHaveLength(2);
  });

  it('adds only what changed where no terminal is, and goes on while no hub answers', async () => {
    const later = { ...STATUS, sources: STATUS.sources.map((one) => ({ ...one, lastCompleteReadAt: NOW })) };
    const { exitCode, out, told } = await status({
      isWatching: true,
      answers: [answer(STATUS), answer(later), err({ exitCode: 4, lines: ['no hub answers'] }), answer(HEALTHY)],
    });
    expect(exitCode).toBe(0);
    expect(out.filter((line) => line.startsWith('# 2026'))).toHaveLength(3);
    expect(out.filter((line) => line.startsWith('CLUSTER'))).toHaveLength(2);
    expect(told).toEqual(['no hub answers']);
  });
});
