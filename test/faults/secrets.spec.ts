import { inspect } from 'node:util';
import { ClusterClients } from '../../apps/hub/src/cluster-clients.js';
import { ClusterDirectory } from '../../apps/hub/src/cluster-directory.js';
import { Connections } from '../../apps/hub/src/connections.js';
import type { ClusterAuth, ClusterSettings } from '@isthmus/model';
import { Secret } from '@isthmus/model';
import type { ClusterRegistry, ClusterSecret } from '@isthmus/ports';
import { createLogger, PromMetrics, systemClock, systemRandom } from '@isthmus/telemetry';
import { cluster, configuration, manifestOf, recordingLogger, unaborted } from '@isthmus/testing';
import { CANARY, LeakyWorld, leaksIn } from './leaky-world.js';

/** More of them: ISTHMUS_RUNS=1000. */
const RUNS = Number(process.env['ISTHMUS_RUNS'] ?? 300);
const AUTHS: readonly ClusterAuth[] = [
  { kind: 'kubeconfig' },
  { kind: 'kubeconfig' },
  { kind: 'aks', tenantId: 'tenant', clientId: 'client' },
  { kind: 'gke' },
  { kind: 'eks', clusterName: 'prod', region: 'eu-west-1', roleArn: undefined, externalId: undefined },
];

/** What the hub has told in one run, in every place where it tells something. */
async function run(world: LeakyWorld, seed: number): Promise<readonly string[]> {
  world.begin(seed);
  const told: string[] = [];
  const raw = recordingLogger();
  const printed = createLogger({ level: 'debug', destination: { write: (line: string) => void told.push(line) } });
  const logger = {
    debug: (...line: Parameters<typeof raw.debug>) => (raw.debug(...line), printed.debug(...line)),
    info: (...line: Parameters<typeof raw.info>) => (raw.info(...line), printed.info(...line)),
    warn: (...line: Parameters<typeof raw.warn>) => (raw.warn(...line), printed.warn(...line)),
    error: (...line: Parameters<typeof raw.error>) => (raw.error(...line), printed.error(...line)),
  };
  const metrics = new PromMetrics({ isProcessIncluded: false });
  const secrets: ClusterSecret[] = [];
  const put = (text: string | undefined): void => {
    secrets.length = 0;
    if (text === undefined) return;
    const same = { key: 'a', kubeconfig: new Secret(text), layout: 'isthmus', createdAtMs: 0 } as const;
    secrets.push({ ...same, secret: 'one' }, { ...same, secret: 'two', key: 'b' }, { ...same, secret: 'three' });
  };
  const registry: ClusterRegistry = {
    view: () => ({ secrets: [...secrets], error: undefined }),
    watch: () => Promise.resolve(),
  };
  const readText = (path: string): Promise<string> =>
    path === '/token' ? Promise.resolve(`${CANARY}-federated-${seed}`) : Promise.reject(new Error('ENOENT'));
  const directory = new ClusterDirectory({ readText, registryOf: () => registry, logger, metrics });
  const clients = new ClusterClients({
    clock: systemClock,
    random: systemRandom,
    logger,
    metrics,
    readText,
    env: {
      AZURE_AUTHORITY_HOST: world.issuerUrl,
      AZURE_FEDERATED_TOKEN_FILE: '/token',
      GCE_METADATA_HOST: new URL(world.issuerUrl).host,
    },
    credentials: () =>
      seed % 4 === 0
        ? Promise.reject(new Error(`${CANARY}: no credentials`))
        : Promise.resolve({ accessKeyId: `AKIA${CANARY}`, secretAccessKey: `${CANARY}-secret`, sessionToken: CANARY }),
  });
  const connections = new Connections({
    readKubeconfig: (one) => directory.read(one),
    createClient: (one, kubeconfig) => clients.create(one, kubeconfig),
    onUsed: (one, kubeconfig) => clients.used(one, kubeconfig),
    logger,
  });
  const settings: ClusterSettings = cluster({
    name: 'a',
    kubeconfig: { kind: 'secret', secret: undefined, key: 'a' },
    auth: AUTHS[seed % AUTHS.length] ?? { kind: 'kubeconfig' },
  });
  const followed = configuration({
    clusters: [settings],
    clusterSecrets: { namespace: 'isthmus-clusters', labelSelector: 'isthmus.dev/cluster=true' },
  });
  await directory.follow(followed, () => undefined);
  for (const text of [world.kubeconfig(seed % 3 === 0 ? 0 : seed), world.kubeconfig(seed + 1), undefined]) {
    put(text);
    directory.join(followed);
    await connections.refresh([settings]);
    const found = connections.of(settings);
    told.push(inspect(found, { depth: 20, showHidden: true }));
    if (!found.ok) continue;
    const client = found.value;
    for (const call of [
      () => client.listMetadata(unaborted()),
      () => client.create(manifestOf('a'), unaborted()),
      () => client.probe(unaborted()),
    ]) {
      await call().catch((error: unknown) => told.push(inspect(error, { depth: 20, showHidden: true })));
    }
  }
  await connections.retain([]);
  told.push(inspect([raw.lines, directory.status()], { depth: 20 }), JSON.stringify(raw.lines), await metrics.render());
  return told;
}

/** Hundreds of kubeconfigs, tokens and answers, each of which is wrong in some way and repeats a secret. */
describe('secrets of clusters', () => {
  let world: LeakyWorld;
  beforeAll(async () => {
    world = await LeakyWorld.start();
  });
  afterAll(() => world.close());

  it(`are in no log, metric, status or error of ${RUNS} runs in which everything around the hub repeats them`, async () => {
    const leaks: string[] = [];
    const codes = new Set<string>();
    for (let seed = 0; seed < RUNS; seed++) {
      const told = (await run(world, seed)).join('\n');
      for (const [, code = ''] of told.matchAll(/code: '([a-z-]+)'/g)) codes.add(code);
      const [leak] = leaksIn(told);
      if (leak !== undefined)
        leaks.push(`seed ${seed}: …${told.slice(Math.max(0, told.indexOf(leak) - 200)).slice(0, 300)}…`);
    }
    expect(leaks.slice(0, 3)).toEqual([]);
    // It was told much: a run that says nothing proves nothing.
    expect([...codes].toSorted()).toEqual(
      expect.arrayContaining([
        'forbidden',
        'invalid-answer',
        'invalid-object',
        'kubeconfig-refused',
        'kubeconfig-unreadable',
        'network',
        'server-error',
        'throttled',
        'token-unavailable',
        'unauthorized',
      ]),
    );
  }, 60_000);
});
