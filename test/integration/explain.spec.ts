import type { HostExplanation, InstanceExplanation } from '@isthmus/federation';
import { readFileSync, rmSync } from 'node:fs';
import { askHub } from '../../apps/cli/src/commands/ask-hub.js';
import { runExplain } from '../../apps/cli/src/commands/explain.js';
import { systemFiles } from '../../apps/cli/src/commands/files.js';
import type { PlanOptions } from '../../apps/cli/src/commands/plan.js';
import { runPlan } from '../../apps/cli/src/commands/plan.js';
import { readWorld } from '../../apps/cli/src/commands/read-world.js';
import { ACCOUNT, FederatedEstate, eventually } from './federated-estate.js';

const US = 'us-east-1';
const EU = 'eu-west-1';

const at = (address: string, port = '8080') => ({
  attributes: { AWS_INSTANCE_IPV4: address, AWS_INSTANCE_PORT: port },
});

/** Two regions as nobody plans them and everybody has them. */
const MESSY = {
  regions: {
    [US]: {
      namespaces: {
        shop: {
          services: {
            orders: {
              health: 'custom',
              instances: {
                'i-good': at('10.1.0.1'),
                'i-sick': { ...at('10.1.0.2'), health: 'UNHEALTHY' },
                'i-bare': { attributes: { stage: 'beta' } },
                'i-sidecar': at('10.1.0.4', '15001'),
                'i-self': at('127.0.0.1'),
              },
            },
            users: { instances: { 'i-users': at('10.1.1.1') } },
            'api.v2': { createDate: 1_704_067_200, instances: { 'i-old': at('10.1.2.1') } },
            bad_name: { instances: { 'i-bad': at('10.1.3.1') } },
          },
        },
        'v2.shop': {
          services: { api: { createDate: 1_735_689_600, instances: { 'i-new': at('10.1.2.2') } } },
        },
      },
    },
    [EU]: { namespaces: { shop: { services: { orders: { instances: { 'i-eu': at('10.2.0.1') } } } } } },
  },
  clusters: { both: [US, EU], europe: [EU] },
};

const FOREIGN = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'ServiceEntry',
  metadata: { name: 'cloudmap-users.shop', namespace: 'isthmus' },
  spec: { hosts: ['users.shop'], resolution: 'NONE', ports: [{ number: 80, name: 'http', protocol: 'HTTP' }] },
};

const outcomes = (instances: readonly InstanceExplanation[] = []) =>
  instances.map(({ id, address, outcome, reason }) => [id, address, outcome, reason]);

describe('explain, on a messy estate', () => {
  let estate: FederatedEstate;
  const explain = async (host: string): Promise<HostExplanation> =>
    (await (await fetch(`${estate.url}/api/v1/hosts/${host}`)).json()) as HostExplanation;
  const inCluster = async (host: string, cluster: string) =>
    (await explain(host)).clusters?.find(({ name }) => name === cluster);

  beforeEach(async () => {
    estate = await FederatedEstate.start(MESSY);
    await estate.putByHand('both', FOREIGN);
    await estate.startHub();
    await eventually(
      'everything that can be written is there',
      () => estate.specs('both').size === 3 && estate.addresses('both', 'cloudmap-orders.shop')?.length === 2,
    );
    await eventually('it is in sync', async () => (await inCluster('orders.shop', 'both'))?.state === 'synced');
  }, 30_000);

  afterEach(() => estate.close());

  it('gives the reason of each instance that is not there', async () => {
    const both = await inCluster('orders.shop', 'both');
    const us = both?.components.find(({ region }) => region === US);
    expect(outcomes(us?.instances)).toEqual([
      ['i-bare', null, 'left-out', 'no-address'],
      ['i-good', '10.1.0.1', 'in', null],
      ['i-self', '127.0.0.1', 'left-out', 'address-denied'],
      ['i-sick', '10.1.0.2', 'left-out', 'unhealthy'],
      ['i-sidecar', '10.1.0.4', 'left-out', 'port-denied'],
    ]);
    expect(us?.instances.map(({ isLive }) => isLive)).toEqual([false, true, false, false, false]);
    expect(both?.route).toMatch(/^isthmus\.yaml:\d+$/);
    expect(both?.live).toMatchObject([{ name: 'cloudmap-orders.shop', isOurs: true, isIntact: true }]);
  }, 40_000);

  it('names the routes of a cluster that does not map a region, line by line', async () => {
    const { notMapped } = await explain('orders.shop');
    expect(notMapped).toMatchObject([
      { cluster: 'europe', region: US, service: 'orders', account: ACCOUNT, reason: 'not-mapped' },
    ]);
    const [line] = notMapped[0]?.details ?? [];
    expect(line).toMatch(/^isthmus\.yaml:(\d+): region us-east-1 is not in regions \[eu-west-1\]$/);
    const number = Number(/:(\d+):/.exec(line ?? '')?.[1]);
    expect(readFileSync(estate.configFile, 'utf8').split('\n')[number - 1]).toMatch(/from:/);
  }, 40_000);

  it('says whose the host is that two services want, and whose the object is that stands in the way', async () => {
    const conflict = await inCluster('api.v2.shop', 'both');
    expect(conflict?.components.map(({ namespace, service }) => `${service} ${namespace}`)).toEqual(['api.v2 shop']);
    expect(conflict?.rejections).toMatchObject([{ reason: 'host-conflict' }]);
    const held = await inCluster('users.shop', 'both');
    expect(held).toMatchObject({ state: 'held', holds: [{ reason: 'foreign-owner' }], live: [{ isOurs: false }] });
    expect(outcomes(held?.components[0]?.instances)).toEqual([['i-users', '10.1.1.1', 'left-out', 'foreign-owner']]);
  }, 40_000);

  it('explains a refused host, and answers an unknown one with what is near', async () => {
    expect(await inCluster('bad_name.shop', 'both')).toMatchObject({
      state: 'refused',
      rejections: [{ reason: 'host-illegal', detail: expect.stringContaining('bad_name') }],
    });
    const answer = await fetch(`${estate.url}/api/v1/hosts/order.shop`);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ code: 'not-found', near: ['orders.shop'] });
  }, 40_000);

  it('says why the endpoints of a dark region stay, after a restart in the dark, too', async () => {
    estate.cloudMap.model.faults.set({ kind: 'throttle', region: EU });
    await estate.restartHub();
    const component = async (cluster: string, region: string) =>
      (await inCluster('orders.shop', cluster))?.components.find((one) => one.region === region);
    await eventually(
      'one region is read and the other is known to be dark',
      async () =>
        (await component('both', US))?.verdict === 'replace' &&
        (await component('europe', EU))?.source.state === 'throttled',
    );
    const dark = await component('europe', EU);
    expect(dark).toMatchObject({
      verdict: 'keep',
      reason: { reason: 'component-unread' },
      source: { name: EU, state: 'throttled', error: { code: 'throttled' } },
    });
    expect(outcomes(dark?.instances)).toEqual([[null, '10.2.0.1', 'kept', 'component-unread']]);
    expect(dark?.instances[0]?.isLive).toBe(true);
  }, 40_000);

  const remember = () => {
    const out: string[] = [];
    const told: string[] = [];
    return { out, told, print: (line: string) => void out.push(line), tell: (line: string) => void told.push(line) };
  };

  it('is printed by the command, which gives 4 when no hub answers', async () => {
    const ask = async (server: string) => {
      const terminal = remember();
      const config = { shown: 'isthmus.yaml', path: estate.configFile };
      const exitCode = await runExplain(
        { host: 'orders.shop', cluster: 'both', output: 'text', hints: { server, environment: undefined, config } },
        { terminal, files: systemFiles, askHub },
      );
      return { exitCode, text: terminal.out.join('\n'), told: terminal.told.join('\n') };
    };
    const answered = await ask(estate.url);
    expect(answered).toMatchObject({ exitCode: 0, told: '' });
    expect(answered.text).toMatch(/^orders\.shop in both {3}synced · mode sync$/m);
    expect(answered.text).toMatch(/i-sick {4,}10\.1\.0\.2:8080 {2,}UNHEALTHY {2}→ left-out {2}unhealthy: /);
    const { url } = estate;
    await estate.stopHub();
    expect(await ask(url)).toMatchObject({ exitCode: 4, text: '', told: expect.stringContaining('no hub answers at') });
  }, 40_000);

  const run = async (options: Partial<PlanOptions>) => {
    const terminal = remember();
    const exitCode = await runPlan(
      {
        config: { shown: 'isthmus.yaml', path: estate.configFile },
        cluster: undefined,
        output: 'text',
        hasDetailedExitCode: true,
        offline: undefined,
        saveSnapshot: undefined,
        timeoutMs: 20_000,
        ...options,
      },
      {
        terminal,
        files: systemFiles,
        readWorld: (configuration, request) => readWorld(configuration, request, { terminal, files: systemFiles }),
      },
    );
    return { exitCode, out: terminal.out, told: terminal.told };
  };

  it('is planned without a hub, and again from what was read, without a write', async () => {
    await estate.stopHub();
    const writes = estate.writeCounts();
    const saved = { shown: 's.json', path: `${estate.configFile}.json` };
    const same = await run({ saveSnapshot: saved });
    expect(same).toMatchObject({ exitCode: 0 });
    expect(same.out).toContain('+0 ~0 -0 =3 held 1');
    estate.register(US, 'orders', '10.1.0.9');
    const grown = await run({});
    expect(grown.exitCode).toBe(2);
    expect(grown.out).toContain(' ~ cloudmap-orders.shop  update (content)');
    expect(grown.out.find((line) => line.includes('10.1.0.9'))).toMatch(/^ {5}\+ 10\.1\.0\.9 .*=8080$/);
    const offline = await run({ offline: saved });
    expect(offline.out).toEqual(same.out);
    expect(offline.told).toEqual([]);
    estate.cloudMap.model.faults.set({ kind: 'throttle', region: EU });
    const dark = await run({ timeoutMs: 5_000 });
    expect(dark.exitCode).toBe(1);
    expect(dark.out.join('\n')).toMatch(/^not read: source eu-west-1, the catalogue: throttled, /m);
    expect(dark.out.join('\n')).not.toMatch(/^ +- /m);
    expect(estate.writeCounts()).toEqual(writes);
    rmSync(saved.path);
    estate.cloudMap.model.faults.clear();
  }, 60_000);

  it('is planned without what a hub does not read: a paused source, and a cluster in the place of another', async () => {
    await estate.stopHub();
    await estate.replaceFile('again.kubeconfig', estate.cluster('both').kubeconfig());
    await estate.reconfigure((document) => {
      const [first] = document.clusters;
      Object.assign(document.sources[0] ?? {}, { paused: { reason: 'maintenance', until: '2999-01-01T00:00:00Z' } });
      document.clusters.push({ ...first, name: 'again', kubeconfig: { file: 'again.kubeconfig' } });
    });
    const { exitCode, out, told } = await run({});
    expect(exitCode).toBe(1);
    expect(told.filter((line) => line.startsWith('source '))).toEqual([expect.stringMatching(/^source eu-west-1: /)]);
    expect(out).toContain(
      'warning: source us-east-1 is paused until 2999-01-01T00:00:00.000Z, so nothing new of it is planned: maintenance',
    );
    expect(out.join('\n')).toMatch(
      /^not read: cluster again, the kubeconfig: kubeconfig-refused, it reaches .* of both: /m,
    );
    const one = await run({ cluster: 'again' });
    expect(one.exitCode).toBe(1);
    expect(one.told).toContain('cluster again: kubeconfig-refused');
  }, 60_000);
});
