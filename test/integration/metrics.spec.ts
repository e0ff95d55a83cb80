import type { MetricDefinition } from '@isthmus/telemetry';
import { METRICS, MOST_SERIES } from '@isthmus/telemetry';
import { ACCOUNT, FederatedEstate, eventually, region } from './federated-estate.js';

const US = 'us-east-1';
const EU = 'eu-west-1';
/** Shown while nothing is written: the next test; and when a person approves: test/integration/status.spec.ts. */
const ELSEWHERE = new Set<string>(['isthmus_cluster_writes_stopped', 'isthmus_prune_approvals_total']);
/** Counted where there is a Redis: test/e2e/redis/degraded.spec.ts. */
const OF_A_PAIR = /^isthmus_(redis_|leader_transitions|leader_renew|snapshot_(commits|written|last_commit))/;
/** Told where kubeconfigs are in Secrets and credentials end: test/integration/cluster-secrets.spec.ts. */
const OF_SECRETS = /^isthmus_cluster_(secrets_up|credential_expiry)/;
const SERVICES = ['cart', 'pay', 'search'];

/** One hub through everything that is counted: a start, an illegal instance, an older answer, a proven removal that is held. */
describe('the metrics of a hub', () => {
  let estate: FederatedEstate;

  const page = async (): Promise<string> => (await fetch(`${estate.url}/metrics`)).text();
  const sampleOf = async (series: string): Promise<number> =>
    Number(
      (await page())
        .split('\n')
        .find((line) => line.startsWith(`${series} `))
        ?.slice(series.length) ?? Number.NaN,
    );
  const labels = `account="${ACCOUNT}",region="${US}"`;

  beforeEach(async () => {
    estate = await FederatedEstate.start({
      regions: { [US]: region('10.1', SERVICES), [EU]: region('10.2', SERVICES) },
      clusters: { one: [US, EU] },
    });
    await estate.startHub();
    await eventually('the cluster is filled', () => estate.specs('one').size === SERVICES.length);
  }, 30_000);
  afterEach(() => estate.close());

  it('have a sample of each that the catalogue declares, once all of it has happened', async () => {
    estate.register(US, 'cart', '127.0.0.1');
    estate.register(US, 'pay', '10.1.1.99');
    await eventually('the legal one is published', () => estate.addresses('one', 'cloudmap-pay.shop')?.length === 7);
    estate.cloudMap.model.faults.set({ kind: 'staleRevision', revisionsBack: 1, region: US, service: 'pay', times: 2 });
    const rejected = `isthmus_source_rejected_total{${labels},reason="address-denied"}`;
    await eventually('the illegal one is counted', async () => (await sampleOf(rejected)) >= 1);
    const older = `isthmus_source_revision_regressions_total{${labels}}`;
    await eventually('the older answers are counted', async () => (await sampleOf(older)) === 2);
    for (const service of SERVICES) {
      for (const n of [1, 2, 3]) {
        const id = `i-10.2.${SERVICES.indexOf(service)}.${n}`;
        estate.cloudMap.model.removeInstance({ account: ACCOUNT, region: EU, namespace: 'shop', service, id });
      }
    }
    await eventually('the removal of a whole source is held', async () =>
      (await page()).includes('isthmus_prune_blocked{'),
    );

    const text = await page();
    const missing = METRICS.map(({ name }) => name).filter(
      (name) =>
        !ELSEWHERE.has(name) &&
        !OF_A_PAIR.test(name) &&
        !OF_SECRETS.test(name) &&
        !new RegExp(`^${name}(_count)?[ {]`, 'm').test(text),
    );
    expect(missing).toEqual([]);
    expect(undeclared(text)).toEqual([]);
    expect(samplesOf(text).length).toBeLessThan(MOST_SERIES / 10);
    expect(await sampleOf('isthmus_cluster_tls_connects_total{cluster="one"}')).toBe(
      estate.cluster('one').tlsConnectionCount(),
    );
    expect(await sampleOf(`isthmus_source_state{${labels},state="fresh"}`)).toBe(1);
  }, 40_000);

  it('say why nothing is written, and that a newer configuration is refused', async () => {
    await estate.reconfigure((document) => {
      for (const cluster of document.clusters) cluster['mode'] = 'observe';
      for (const source of document.sources) source['paused'] = { reason: 'move', until: '2999-01-01T00:00:00Z' };
    });
    const stopped = 'isthmus_cluster_writes_stopped{cluster="one",reason="observe"}';
    await eventually('the mode is shown', async () => (await sampleOf(stopped)) === 1);
    await eventually('the pause is shown', async () => (await sampleOf(`isthmus_source_paused{${labels}}`)) === 1);
    expect(await sampleOf('isthmus_config_last_reload_successful')).toBe(1);
    await estate.replaceFile('isthmus.yaml', 'apiVersion: isthmus.dev/v1\n');
    expect(await sampleOf('isthmus_config_last_reload_successful')).toBe(0);
  }, 20_000);

  it('forget a cluster and a source that are gone', async () => {
    await estate.reconfigure((document) => {
      document.sources.pop();
      document.clusters.pop();
    });
    await eventually('their gauges are gone', async () => {
      const text = await page();
      return (
        !text.includes(`isthmus_source_services{account="${ACCOUNT}",region="${EU}"}`) &&
        !text.includes('isthmus_cluster_up{')
      );
    });
    expect(await sampleOf(`isthmus_source_services{${labels}}`)).toBe(SERVICES.length);
  }, 20_000);
});

interface Sample {
  readonly name: string;
  readonly labels: readonly string[];
}

function samplesOf(page: string): readonly Sample[] {
  return page
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', labels = ''] = /^([^ {]+)(?:\{(.*)\})? /.exec(line) ?? [];
      return { name, labels: [...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label) };
    });
}

/** Samples of ours that the catalogue does not declare with these very labels. */
function undeclared(page: string): readonly string[] {
  const declared = new Map(METRICS.flatMap(namesOf));
  return samplesOf(page)
    .filter(({ name }) => !/^(process|nodejs)_/.test(name))
    .filter(({ name, labels }) => declared.get(name) !== labels.toSorted().join())
    .map(({ name, labels }) => `${name}{${labels.join()}}`);
}

/** Names of the samples of a metric, each with its labels. */
function namesOf({ name, type, labels }: MetricDefinition): readonly (readonly [name: string, labels: string])[] {
  const sorted = labels.toSorted().join();
  if (type !== 'histogram') return [[name, sorted]];
  const ofBuckets = [...labels, 'le'].toSorted().join();
  return [
    [`${name}_sum`, sorted],
    [`${name}_count`, sorted],
    [`${name}_bucket`, ofBuckets],
  ];
}
