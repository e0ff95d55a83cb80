import type { StatusCause } from '@isthmus/federation';
import { hubRights } from '@isthmus/emulation';
import { readFileSync } from 'node:fs';
import { runApprove } from '../../apps/cli/src/commands/approve.js';
import { askHub } from '../../apps/cli/src/commands/ask-hub.js';
import { systemFiles } from '../../apps/cli/src/commands/files.js';
import { runStatus } from '../../apps/cli/src/commands/status.js';
import { openRuntime } from '../../apps/hub/src/open-runtime.js';
import { startHub } from '../../apps/hub/src/start-hub.js';
import { ACCOUNT, eventually, FederatedEstate, region } from './federated-estate.js';

const GOOD = 'us-east-1';
const DENIED = 'us-west-2';
const THROTTLED = 'eu-west-1';
const DARK = 'eu-central-1';
const EMPTY = 'ap-south-1';
const LEAVING = 'ca-central-1';

/** Region → clusters that take it, each of which one fault will meet. */
const CLUSTERS = {
  good: [GOOD],
  down: [GOOD],
  expired: [GOOD],
  forbidden: [GOOD],
  taken: [GOOD],
  paused: [GOOD],
  observing: [GOOD],
  empty: [EMPTY],
  braked: [LEAVING],
};

async function status(url: string, output: 'text' | 'wide' | 'json' = 'text') {
  const out: string[] = [];
  const told: string[] = [];
  const hints = { server: url, environment: undefined, config: { shown: 'none', path: '/none' } };
  const exitCode = await runStatus(
    { hints, output, everyMs: undefined },
    {
      terminal: { print: (line) => out.push(line), tell: (line) => told.push(line) },
      screen: { isTerminal: false, clear: () => undefined },
      files: systemFiles,
      askHub,
      nowMs: () => Date.now(),
      pause: async () => false,
    },
  );
  return { exitCode, text: out.join('\n'), told: told.join('\n') };
}

function byHand(name: string, host: string) {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'ServiceEntry',
    metadata: { name, namespace: 'isthmus' },
    spec: { hosts: [host], resolution: 'STATIC', ports: [{ number: 80, name: 'http' }] },
  };
}

describe('isthmus status', () => {
  let estate: FederatedEstate;
  const causes = async (): Promise<readonly StatusCause[]> => {
    const { text } = await status(estate.url, 'json');
    return (JSON.parse(text) as { readonly causes: readonly StatusCause[] }).causes;
  };
  /** `subject code` of each cause, once the expected ones are there. */
  const expectCauses = async (severity: StatusCause['severity'], expected: readonly string[]): Promise<void> => {
    const found = async () =>
      (await causes())
        .filter((cause) => cause.severity === severity)
        .map(({ subject, code }) => `${subject} ${code}`)
        .toSorted();
    const isSo = async () => JSON.stringify(await found()) === JSON.stringify(expected.toSorted());
    await eventually('the causes are told', isSo, 15_000).catch(() => undefined);
    expect(await found()).toEqual(expected.toSorted());
  };

  beforeAll(async () => {
    estate = await FederatedEstate.start({
      regions: {
        [GOOD]: region('10.1', ['orders', 'ledger']),
        [DENIED]: region('10.2', ['a']),
        [THROTTLED]: region('10.3', ['b']),
        [DARK]: region('10.4', ['c']),
        [EMPTY]: region('10.5', ['d', 'e', 'f']),
        [LEAVING]: region('10.6', ['g'], 10),
      },
      clusters: CLUSTERS,
      source: { staleAfter: '2s', frozenAfter: '1h' },
    });
    await estate.putByHand('taken', byHand('cloudmap-rates.shop', 'other.shop'));
    await estate.putByHand('taken', byHand('by-hand', 'stock.shop'));
    await estate.startHub();
  }, 30_000);
  afterAll(() => estate.close());

  it('says that everything is applied, and gives 0', async () => {
    const isFull = () => Object.keys(CLUSTERS).every((name) => estate.specs(name).size > (name === 'taken' ? 2 : 0));
    await eventually('everything is applied', async () => isFull() && (await causes()).length === 0);
    const { exitCode, text } = await status(estate.url);
    expect(exitCode).toBe(0);
    expect(text).toMatch(/everything that is known is applied everywhere$/);
  }, 30_000);

  it('names the cause of each of eleven faults at once, with what to do, and gives 3', async () => {
    const { faults } = estate.cloudMap.model;
    faults.set({ kind: 'accessDenied', region: DENIED });
    faults.set({ kind: 'throttle', region: THROTTLED });
    faults.set({ kind: 'error500', region: DARK });
    for (const operation of ['DiscoverInstances', 'ListInstances']) {
      faults.set({ kind: 'emptyAnswer', operation, region: EMPTY, revisionsAhead: 1 });
    }
    for (let i = 1; i <= 8; i += 1) {
      const place = { account: ACCOUNT, region: LEAVING, namespace: 'shop', service: 'g', id: `i-10.6.0.${i}` };
      estate.cloudMap.model.removeInstance(place);
    }
    estate.cluster('down').model.faults.add({ kind: 'down' });
    const rights = hubRights(['isthmus']);
    estate.cluster('expired').model.setUser({ name: 'isthmus', token: 'another-one', rights });
    const [, token = ''] = /token: (\S+)/.exec(estate.cluster('forbidden').kubeconfig()) ?? [];
    estate.cluster('forbidden').model.setUser({ name: 'isthmus', token, rights: [] });
    await estate.reconfigure((document) => {
      for (const cluster of document.clusters) {
        if (cluster['name'] === 'observing') cluster['mode'] = 'observe';
        if (cluster['name'] === 'paused') cluster['paused'] = { reason: 'migration', until: '2099-01-01T00:00:00Z' };
      }
    });
    const { model } = estate.cloudMap;
    const shop = model.report().namespaces.find((namespace) => namespace.region === GOOD);
    for (const Name of ['rates', 'stock']) {
      const input = { Name, NamespaceId: shop?.id };
      model.execute({ account: ACCOUNT, region: GOOD, operation: 'CreateService', input });
    }
    estate.register(GOOD, 'rates', '10.1.9.1');
    estate.register(GOOD, 'stock', '10.1.9.2');

    await expectCauses('fault', [
      `source ${DENIED} access-denied`,
      `source ${THROTTLED} throttled`,
      `source ${DARK} server-error`,
      'cluster down network',
      'cluster expired unauthorized',
      'cluster forbidden forbidden',
      'cluster taken foreign-owner',
      'cluster taken host-taken',
      'cluster empty source-empty',
      'cluster braked brake-endpoints',
    ]);
    await expectCauses('notice', ['cluster paused paused', 'cluster observing observe']);
    const { exitCode, text } = await status(estate.url);
    expect(exitCode).toBe(3);
    const lines = text.split('\n').filter((line) => /^[✗‼]/.test(line));
    expect(lines.filter((line) => !line.includes(' → '))).toEqual([]);
    expect(text).toMatch(/✗ source eu-central-1: server-error: stale: .* → Nothing, if it passes/);
    expect(text).toMatch(/✗ cluster empty: source-empty: .* → `isthmus approve empty` shows what is held/);
    expect(text).toMatch(/✗ source us-west-2: access-denied: \w+ of .*servicediscovery:\w+ on/);
    expect(text).toMatch(/not everything is applied in down, expired, .*: 10 faults, 2 notices$/);
    expect((await status(estate.url, 'wide')).text).toMatch(/^ {2}taken: cloudmap-stock\.shop .*host-taken: /m);
  }, 40_000);

  it('gives way to an approval of exactly what it shows as held', async () => {
    const approve = async (words: { readonly hash?: string; readonly write?: boolean; readonly cluster?: string }) => {
      const out: string[] = [];
      const told: string[] = [];
      const config = { shown: 'isthmus.yaml', path: estate.configFile };
      const exitCode = await runApprove(
        {
          cluster: words.cluster ?? 'braked',
          hints: { server: estate.url, environment: undefined, config },
          hash: words.hash,
          forMs: 60_000,
          write: words.write ?? false,
        },
        {
          terminal: { print: (line) => out.push(line), tell: (line) => told.push(line) },
          files: systemFiles,
          askHub,
          nowMs: Date.now(),
        },
      );
      return { exitCode, text: out.join('\n'), told: told.join('\n') };
    };
    expect(await approve({ cluster: 'good' })).toMatchObject({
      exitCode: 1,
      told: 'isthmus: nothing waits for an approval in good',
    });
    const shown = await approve({});
    expect(shown.text).toMatch(/^held in braked.*\n {2}- cloudmap-g\.shop: 8 endpoints, of g in shop \(source ca-c/);
    const [, hash = ''] = /removals: '([0-9a-f]{16})'/.exec(shown.text) ?? [];
    expect((await approve({ hash: 'ffffffffffffffff', write: true })).told).toMatch(/is [0-9a-f]{16} now, not ffff/);
    const before = readFileSync(estate.configFile, 'utf8');
    expect(await approve({ hash, write: true })).toMatchObject({ exitCode: 0 });
    expect(readFileSync(estate.configFile, 'utf8').startsWith(before)).toBe(true);
    expect((await approve({ hash, write: true })).text).toMatch(/has this approval already/);
    await estate.replaceFile('anything', '');
    await eventually('the removals went', () => estate.addresses('braked', 'cloudmap-g.shop')?.length === 2);
    const metrics = await (await fetch(`${estate.url}/metrics`)).text();
    expect(metrics).toMatch(/^isthmus_prune_approvals_total\{cluster="braked"\} [1-9]/m);
  });

  it('says that the hub is read-only, although its clusters have faults of their own', async () => {
    await estate.reconfigure((document) => {
      document.hub['readOnly'] = true;
    });
    await eventually('the hub says so', async () =>
      (await causes()).some(({ subject, code }) => subject === 'hub' && code === 'read-only'),
    );
    expect((await status(estate.url)).text).toMatch(/‼ hub: read-only: .* → Take it out of the configuration/);
  });

  it('names the leader when another replica answers, and says that the clusters are unknown', async () => {
    const opened = await openRuntime({ configFile: estate.configFile, logDestination: { write: () => undefined } });
    if (!opened.ok) throw new Error(opened.error.join('\n'));
    let holder = 'hub-1';
    const elector = {
      run: (_lead: unknown, signal: AbortSignal) =>
        new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
      isSafe: () => false,
      raiseEpoch: () => undefined,
      view: () => ({ isLeader: false, holder, epoch: 7 }),
    };
    const standby = await startHub({ ...opened.value, elector });
    try {
      await eventually('it has read its store', async () => (await fetch(`${standby.url}/readyz`)).status === 200);
      const other = await status(standby.url);
      expect(other.exitCode).toBe(3);
      expect(other.text).toMatch(/✗ hub: standby: .* → Ask the leader, hub-1/);
      expect(other.text).toMatch(/unknown whether everything is applied/);
      expect(other.text).not.toMatch(/✗ cluster/);
      holder = '';
      expect((await status(standby.url)).text).toMatch(/✗ hub: no-leader: no replica leads/);
    } finally {
      await standby.close();
    }
  });

  it('gives 4 when no hub answers', async () => {
    const { exitCode, told } = await status('http://127.0.0.1:1');
    expect(exitCode).toBe(4);
    expect(told).toMatch(/no hub answers/);
  });
});
