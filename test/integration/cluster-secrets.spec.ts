import { hubRights } from '@isthmus/emulation';
import type { HubStatus } from '@isthmus/model';
import { FederatedEstate, eventually, region } from './federated-estate.js';
import { SecretsApi } from './secrets-api.js';

const US = 'us-east-1';
const SERVICES = ['cart', 'pay'];
const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
/** A token that says its own end. */
const jwt = (exp: number): string => `${base64({ alg: 'none' })}.${base64({ exp })}.canary`;

/** The hub in one process with its own cluster and another one, whose kubeconfig lies in a Secret. */
describe('clusters from Secrets', () => {
  let own: SecretsApi;
  let estate: FederatedEstate;
  const kubeconfig = (token?: string): string => {
    const text = estate.cluster('one').kubeconfig();
    return token === undefined ? text : text.replace(/token: .*/, `token: ${token}`);
  };
  const accept = (token: string): void =>
    estate.cluster('one').model.setUser({ name: 'isthmus', token, rights: hubRights(['isthmus']) });
  const status = async (): Promise<HubStatus> =>
    (await (await fetch(`${estate.url}/api/v1/status`)).json()) as HubStatus;
  const page = async (): Promise<string> => (await fetch(`${estate.url}/metrics`)).text();
  const connection = async (): Promise<string | undefined> =>
    (await status()).clusters.find(({ name }) => name === 'one')?.connection;
  const isFilled = (): boolean => estate.specs('one').size === SERVICES.length;

  beforeEach(async () => {
    own = await SecretsApi.start();
    estate = await FederatedEstate.start({
      regions: { [US]: region('10.1', SERVICES) },
      clusters: { one: [US] },
      cluster: { kubeconfig: { secret: 'one' } },
    });
    const file = await estate.replaceFile('own.kubeconfig', own.kubeconfig());
    estate.env = { ...process.env, KUBECONFIG: file };
  }, 30_000);
  afterEach(async () => {
    await estate.close();
    await own.close();
  });

  it('are filled, followed and left as they are: added, rotated and removed while the hub runs', async () => {
    await estate.startHub();
    await eventually('it says what is missing', async () => (await connection()) === 'down');
    own.put('one', { one: kubeconfig() });
    await eventually('it is filled', isFilled);

    const exp = 4_000_000_000;
    accept(jwt(exp));
    own.put('one', { one: kubeconfig(jwt(exp)) });
    const expiry = 'isthmus_cluster_credential_expiry_timestamp_seconds{cluster="one"}';
    await eventually('it goes over', async () => (await page()).includes(`${expiry} ${exp}`));
    expect(await page()).toContain('isthmus_cluster_secrets_up 1');
    estate.register(US, 'cart', '10.1.0.99');
    await eventually(
      'it writes by the new one',
      () => estate.addresses('one', 'cloudmap-cart.shop')?.includes('10.1.0.99') === true,
    );

    own.remove('one');
    await eventually('it lets go', async () => (await connection()) === 'down');
    expect(isFilled()).toBe(true);
    expect(await page()).not.toContain(expiry);
    expect(estate.log.join('\n')).not.toContain('canary');
  }, 40_000);

  it.each(['end', 'cut', 'expire'] as const)(
    'are followed on after every watch did %s',
    async (how) => {
      own.put('one', { one: kubeconfig() });
      await estate.startHub();
      await eventually('it is filled', isFilled);
      const { watches } = own.asked;
      own.endWatches(how);
      own.put('two', { two: kubeconfig() });
      await eventually('it is seen', async () => (await status()).clusterSecrets?.unconfigured.length === 1);
      await eventually('it watches again', () => own.asked.watches > watches);
      expect(await connection()).toBe('up');
    },
    40_000,
  );

  it('go on while the API server of the hub refuses everything, and the status says so', async () => {
    own.put('one', { one: kubeconfig() });
    await estate.startHub();
    await eventually('it is filled', isFilled);
    own.status = 401;
    own.endWatches('cut');
    await eventually('it is told', async () => (await status()).clusterSecrets?.error?.code === 'unauthorized');
    expect(await page()).toContain('isthmus_cluster_secrets_up 0');
    estate.register(US, 'pay', '10.1.1.99');
    await eventually(
      'it still writes',
      () => estate.addresses('one', 'cloudmap-pay.shop')?.includes('10.1.1.99') === true,
    );
    const told = JSON.stringify(await status()) + estate.log.join('\n');
    expect(told).not.toContain('canary-own-cluster-token');
  }, 40_000);

  it('without an entry are observed where the defaults have routes, and nothing is written there', async () => {
    own.put('one', { one: kubeconfig() });
    await estate.startHub();
    await estate.reconfigure((document) => {
      document.clusters = [];
      Object.assign(document, {
        clusterSecrets: {},
        defaults: { cluster: { mode: 'sync', namespace: 'isthmus', routes: [{ from: { regions: [US] } }] } },
      });
    });
    estate.cluster('one').model.log.reset();
    await eventually('it is planned', async () => {
      const found = (await status()).clusters.find(({ name }) => name === 'one');
      return found?.mode === 'observe' && found.desired === SERVICES.length;
    });
    expect(estate.cluster('one').model.log.writeCount()).toBe(0);
    own.remove('one');
    await eventually('it is gone', async () => (await status()).clusters.length === 0);
  }, 40_000);
});
