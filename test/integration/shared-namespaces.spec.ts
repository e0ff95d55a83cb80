import { createAwsCloudMapSource } from '@isthmus/cloudmap';
import { Federation, MemorySnapshotStore } from '@isthmus/federation';
import { KubernetesClusterClient, parseKubeconfig } from '@isthmus/kubernetes';
import type { SourceSettings } from '@isthmus/model';
import { ok } from '@isthmus/model';
import { systemClock, systemRandom } from '@isthmus/telemetry';
import { cluster, configuration, recordingLogger, recordingMetrics, source } from '@isthmus/testing';
import type { CloudMapEmulator } from '../../apps/cloud-map-emulator/src/server.js';
import { startCloudMapEmulator } from '../../apps/cloud-map-emulator/src/server.js';
import type { KubeEmulator } from '../../apps/kube-emulator/src/server.js';
import { startKubeEmulator } from '../../apps/kube-emulator/src/server.js';
import { eventually } from './federated-estate.js';

const REGION = 'us-east-1';
const OWNER = '444455556666';
const CONSUMER = '111122223333';
const STRANGER = '777788889999';
const POLL = { hotMs: 50, warmMs: 50, coldMs: 50, catalogueMs: 100 };
const LIMITS = { discoverPerSecond: 5000, listServicesPerSecond: 500, listNamespacesPerSecond: 500, getPerSecond: 500 };
const DELETES = { pendingMs: 150, emptyReads: 2, emptyAfterMs: 50 };
/** Several passes, proofs and grace periods. */
const A_WHILE_MS = 800;
const API = 'cloudmap-api.shop';

interface Account {
  readonly account: string;
  readonly source?: Partial<Omit<SourceSettings, 'name'>>;
}

/** One region of several accounts, of which one shares its namespace `shop`; one cluster. */
class SharedEstate {
  readonly cloudMap: CloudMapEmulator;
  readonly cluster: KubeEmulator;
  readonly logger = recordingLogger();
  #federation: Federation | undefined;
  #client: KubernetesClusterClient | undefined;

  private constructor(cloudMap: CloudMapEmulator, kube: KubeEmulator) {
    this.cloudMap = cloudMap;
    this.cluster = kube;
  }

  static async start(consumerNamespaces: readonly string[] = ['own']): Promise<SharedEstate> {
    const at = (address: string): object => ({
      instances: { 'i-1': { attributes: { AWS_INSTANCE_IPV4: address, AWS_INSTANCE_PORT: '8080' } } },
    });
    const services = { api: at('10.0.0.1'), cart: at('10.0.1.1'), web: at('10.0.2.1') };
    const shop = { sharedWith: [CONSUMER], services };
    const own = Object.fromEntries(consumerNamespaces.map((name) => [name, { services: {} }]));
    const seed = {
      accounts: {
        [OWNER]: { [REGION]: { namespaces: { shop } } },
        [CONSUMER]: { [REGION]: { namespaces: own } },
        [STRANGER]: { [REGION]: { namespaces: { other: { services: {} } } } },
      },
    };
    return new SharedEstate(await startCloudMapEmulator({ seed }), await startKubeEmulator({ name: 'test' }));
  }

  startHub(accounts: Readonly<Record<string, Account>>): void {
    const { url } = this.cloudMap;
    const [clock, metrics] = [systemClock, recordingMetrics()];
    const kubeconfig = parseKubeconfig(this.cluster.kubeconfig(), 'test');
    if (!kubeconfig.ok) throw new Error('the kubeconfig of the emulator is refused');
    const settings = cluster({
      deletes: DELETES,
      sweepMs: 1_000,
      limits: { writesPerSecond: 500, burst: 100, inFlight: 4 },
    });
    const client = new KubernetesClusterClient({
      cluster: settings.name,
      kubeconfig: kubeconfig.value,
      namespace: 'isthmus',
    });
    this.#client = client;
    const sources = Object.entries(accounts).map(([name, { source: more }]) =>
      source({ name, region: REGION, endpoint: { control: url, data: url }, poll: POLL, limits: LIMITS, ...more }),
    );
    this.#federation = new Federation(configuration({ sources, clusters: [settings] }), {
      clock,
      random: systemRandom,
      logger: this.logger,
      metrics,
      store: new MemorySnapshotStore(),
      createSource: (of, keptAttributes) =>
        createAwsCloudMapSource({
          settings: of,
          keptAttributes,
          clock,
          metrics,
          credentials: () =>
            Promise.resolve({ accessKeyId: `AKIA${accounts[of.name]?.account ?? ''}`, secretAccessKey: 'any' }),
        }),
      connection: () => ok(client),
      replica: 'test-0',
    });
  }

  async stopHub(): Promise<void> {
    await this.#federation?.stop();
    await this.#client?.close();
    this.#federation = undefined;
  }

  async close(): Promise<void> {
    await this.stopHub();
    await this.cloudMap.close();
    await this.cluster.close();
  }

  /** What the owner does from now on: share its namespace with these accounts. */
  share(sharedWith: readonly string[]): void {
    this.cloudMap.model.seed({
      accounts: { [OWNER]: { [REGION]: { namespaces: { shop: { sharedWith, services: {} } } } } },
    });
  }

  as(account: string, operation: string, input: Readonly<Record<string, string>>): unknown {
    return this.cloudMap.model.execute({ account, region: REGION, operation, input });
  }

  register(address: string): void {
    const place = { account: OWNER, region: REGION, namespace: 'shop', service: 'api', id: `i-${address}` };
    this.cloudMap.model.putInstance(place, { AWS_INSTANCE_IPV4: address, AWS_INSTANCE_PORT: '8080' });
  }

  get status() {
    const status = this.#federation?.status();
    if (status === undefined) throw new Error('the hub does not run');
    return status;
  }

  explain() {
    const explained = this.#federation?.explain('api.shop');
    return explained?.ok === true ? explained.value : undefined;
  }

  get entry(): StoredEntry | undefined {
    const entries = this.cluster.model.entries('isthmus') as unknown as readonly StoredEntry[];
    return entries.find(({ metadata }) => metadata.name === API);
  }

  /** Id of the service, or of its namespace, that the entry records. */
  idOf(kind: 'srv' | 'ns'): string {
    const recorded = this.entry?.metadata.annotations['isthmus.dev/components'] ?? '';
    return new RegExp(`${kind}-[\\w-]+`).exec(recorded)?.[0] ?? '';
  }

  get addresses(): readonly string[] {
    return (this.entry?.spec.endpoints ?? []).map(({ address }) => address).sort();
  }
}

interface StoredEntry {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: { readonly endpoints?: readonly { readonly address: string }[] };
}

const pause = (ms: number): Promise<void> => systemClock.sleep(ms);

describe('a namespace that another account shares', () => {
  let estate: SharedEstate;
  const consumer = { consumer: { account: CONSUMER, source: { account: CONSUMER } } };

  const exists = (): Promise<void> => eventually('the shared service is published', () => estate.addresses.length > 0);

  afterEach(() => estate.close());

  it('is published like an own one, under the account that owns it', async () => {
    estate = await SharedEstate.start();
    estate.startHub(consumer);
    await exists();
    expect(estate.entry?.metadata.annotations['isthmus.dev/components']).toContain(`aws/${REGION}/${OWNER}/`);
    estate.register('10.0.0.2');
    await eventually('its new instance is published', () => estate.addresses.includes('10.0.0.2'));
  }, 20_000);

  it('is published where there are so many namespaces that services are listed without a filter', async () => {
    estate = await SharedEstate.start(Array.from({ length: 31 }, (_, n) => `own-${n}`));
    estate.startHub(consumer);
    await exists();
    expect(estate.cloudMap.model.callLog.counts().map(({ operation }) => operation)).toContain('GetService');
  }, 20_000);

  it('is read by an account that has no namespace of its own', async () => {
    estate = await SharedEstate.start([]);
    estate.startHub(consumer);
    await exists();
    expect(estate.addresses).toEqual(['10.0.0.1']);
  }, 20_000);

  it.each([
    ['', ['own']],
    [' by an account without a namespace of its own', []],
  ])(
    'stays whole after it was unshared%s, also across a restart, and says why',
    async (_, own) => {
      estate = await SharedEstate.start(own);
      estate.startHub(consumer);
      await exists();
      const before = estate.entry;
      estate.share([]);
      await pause(A_WHILE_MS);
      expect(estate.entry).toEqual(before);
      await eventually('it says why', () => JSON.stringify(estate.explain()).includes('unshared'));
      await estate.stopHub();
      estate.startHub(consumer);
      await pause(A_WHILE_MS);
      expect(estate.entry).toEqual(before);
      await eventually('it says why', () => JSON.stringify(estate.explain()).includes('unshared'));
      expect(estate.entry).toEqual(before);
      estate.share([CONSUMER]);
      estate.register('10.0.0.2');
      await eventually('it is read again', () => estate.addresses.includes('10.0.0.2'));
    },
    30_000,
  );

  it('goes on by the source of its owner when the other one is cut off', async () => {
    estate = await SharedEstate.start();
    estate.startHub({ ...consumer, owner: { account: OWNER } });
    await exists();
    estate.share([]);
    await pause(A_WHILE_MS / 4);
    estate.register('10.0.0.2');
    await eventually('the owner’s reading counts', () => estate.addresses.includes('10.0.0.2'));
  }, 20_000);

  it('goes when its owner’s account proves that the service is gone, and never by a consumer’s word', async () => {
    estate = await SharedEstate.start();
    estate.startHub(consumer);
    await exists();
    const id = estate.idOf('srv');
    estate.as(OWNER, 'DeregisterInstance', { ServiceId: id, InstanceId: 'i-1' });
    estate.as(OWNER, 'DeleteService', { Id: id });
    await pause(A_WHILE_MS);
    expect(estate.addresses).toEqual(['10.0.0.1']);
    await estate.stopHub();
    estate.startHub({ owner: { account: OWNER } });
    await eventually('the owner’s proof ends it', () => estate.entry === undefined);
    expect(estate.cluster.model.entries('isthmus')).toHaveLength(2);
  }, 30_000);

  it('is not touched by credentials of another account: the source is denied, and says which accounts it expected', async () => {
    estate = await SharedEstate.start();
    estate.startHub(consumer);
    await exists();
    const before = estate.entry;
    await estate.stopHub();
    estate.startHub({ consumer: { account: STRANGER } });
    await pause(A_WHILE_MS);
    expect(estate.entry).toEqual(before);
    const [status] = estate.status.sources;
    expect(status).toMatchObject({ state: 'denied', error: { code: 'wrong-account' } });
    expect(status?.error?.message).toContain(OWNER);
  }, 30_000);
});

describe('a service that is created anew', () => {
  let estate: SharedEstate;

  afterEach(() => estate.close());

  it('takes the place of the old one in the same object, without a removal', async () => {
    estate = await SharedEstate.start();
    estate.startHub({ owner: { account: OWNER } });
    await eventually('it is published', () => estate.addresses.length > 0);
    await pause(A_WHILE_MS / 2);
    const uid = estate.entry?.metadata.uid;
    const [id, namespace] = [estate.idOf('srv'), estate.idOf('ns')];
    estate.as(OWNER, 'DeregisterInstance', { ServiceId: id, InstanceId: 'i-1' });
    estate.as(OWNER, 'DeleteService', { Id: id });
    estate.as(OWNER, 'CreateService', { Name: 'api', NamespaceId: namespace });
    estate.register('10.0.0.9');
    await eventually('the new one is there alone', () => estate.addresses.join() === '10.0.0.9');
    expect(estate.entry?.metadata.uid).toBe(uid);
    const told = estate.logger.lines.filter(({ message }) => message.startsWith('a service was created anew'));
    expect(told.map(({ fields }) => [fields['service'], fields['before']])).toEqual([['api', id]]);
    expect(estate.entry?.metadata.annotations['isthmus.dev/components']).not.toContain(id);
    expect(estate.cluster.model.log.calls().filter(({ verb }) => verb === 'delete')).toEqual([]);
  }, 20_000);
});
