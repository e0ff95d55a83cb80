import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { askHub } from '../../apps/cli/src/commands/ask-hub.js';
import { systemFiles } from '../../apps/cli/src/commands/files.js';
import { checkKubeconfig } from '../../apps/cli/src/commands/kubeconfig-check.js';
import { runValidate } from '../../apps/cli/src/commands/validate.js';
import type { EstateDocument } from './federated-estate.js';
import { ACCOUNT, FederatedEstate, eventually, region } from './federated-estate.js';

const US = 'us-east-1';
const EU = 'eu-west-1';
const CART = 'cloudmap-cart.shop';
/** Several polls, passes and sweeps of the estate. */
const A_WHILE_MS = 700;

/** Each kind of change to the configuration of a hub that goes on running. */
describe('a running hub', () => {
  let estate: FederatedEstate;

  const addresses = (cluster = 'one'): readonly string[] => estate.addresses(cluster, CART) ?? [];
  const edit = (change: (cluster: Record<string, unknown>) => void) =>
    estate.reconfigure(({ clusters: [first] }) => change(first ?? {}));
  const expectNothingWritten = async (): Promise<void> => {
    const before = estate.writeCounts();
    await sleep(A_WHILE_MS);
    expect(estate.writeCounts()).toEqual(before);
  };

  beforeEach(async () => {
    estate = await FederatedEstate.start({
      regions: { [US]: region('10.1', ['cart'], 1), [EU]: region('10.2', ['cart'], 1) },
      clusters: { one: [US, EU], two: [US, EU] },
      namespaces: ['isthmus', 'moved'],
    });
    await estate.startHub();
    await eventually('both clusters are filled', () => addresses('one').length === 2 && addresses('two').length === 2);
  }, 30_000);
  afterEach(() => estate.close());

  describe('whose sources change', () => {
    it('leaves what came from a source that is gone, and goes on with the others', async () => {
      await estate.reconfigure((document) => void document.sources.pop());
      await sleep(A_WHILE_MS);
      expect((await estate.status()).sources.map(({ name }) => name)).toEqual([US]);
      estate.register(US, 'cart', '10.1.0.9');
      await eventually('the other source goes on', () => addresses().includes('10.1.0.9'));
    }, 20_000);

    it('asks, when a route is narrower, for the removals that validate has said before, and for nothing else', async () => {
      const narrower = (cluster: Record<string, unknown>) => (cluster['routes'] = [{ from: { regions: [US] } }]);
      const next = parse(readFileSync(estate.configFile, 'utf8')) as EstateDocument;
      next.clusters.slice(0, 1).forEach(narrower);
      const path = await estate.replaceFile('next.yaml', stringify(next));
      const out: string[] = [];
      const exitCode = await runValidate(
        { shown: 'next.yaml', path, against: undefined, server: estate.url, output: 'text' },
        {
          terminal: { print: (line) => out.push(line), tell: (line) => out.push(line) },
          files: systemFiles,
          checkKubeconfig,
          askHub,
          nowMs: Date.now(),
        },
      );
      expect({ exitCode, removals: out.filter((line) => line.startsWith('  - ')) }).toEqual({
        exitCode: 0,
        removals: [`  - one: 1 endpoint of ${CART}, of cart in shop (source ${EU})`],
      });
      await edit(narrower);
      // All of a source would go, so the hub asks first; what it asks for is what was said.
      const held = async () =>
        (await estate.status()).clusters.map(({ name, held }) => [
          name,
          ...held.map(({ detail }) => detail).filter((detail) => detail.startsWith('removal')),
        ]);
      await eventually('it waits', async () => (await held()).flat().length > 2);
      expect(await held()).toEqual([
        ['one', expect.stringMatching(new RegExp(`^removal of the object \\(aws/${EU}/`))],
        ['two'],
      ]);
    }, 20_000);

    it('reads a source that is new', async () => {
      await estate.reconfigure((document) => void document.sources.pop());
      await estate.reconfigure(() => undefined);
      estate.register(EU, 'cart', '10.2.0.9');
      await eventually('it is read', () => addresses().includes('10.2.0.9'));
    }, 20_000);

    it('polls no paused source, says so, and polls it again afterwards', async () => {
      const until = new Date(Date.now() + 3_600_000).toISOString();
      await estate.reconfigure(({ sources }) =>
        sources.forEach((source) => (source['paused'] = { reason: 'test', until })),
      );
      await sleep(A_WHILE_MS / 2);
      estate.register(US, 'cart', '10.1.0.9');
      await expectNothingWritten();
      expect((await estate.sourceStatus(US))?.warnings.join()).toContain('it is not polled: test');
      await estate.reconfigure(() => undefined);
      await eventually('it is polled again', () => addresses().includes('10.1.0.9'));
    }, 20_000);

    it('is not misled by the credentials of another account, and reads on with the right ones', async () => {
      const secretAccessKeyFile = await estate.replaceFile('secret', 'any');
      const useKey = async (accessKeyId: string): Promise<void> => {
        const accessKeyIdFile = await estate.replaceFile(`id-of-${accessKeyId}`, accessKeyId);
        const credentials = { static: { accessKeyIdFile, secretAccessKeyFile } };
        await estate.reconfigure(({ sources }) => sources.forEach((source) => Object.assign(source, { credentials })));
      };
      await useKey('AKIA999988887777');
      await expectNothingWritten();
      expect(addresses()).toHaveLength(2);
      await useKey(`AKIA${ACCOUNT}`);
      estate.register(US, 'cart', '10.1.0.9');
      await eventually('it reads on', () => addresses().includes('10.1.0.9'));
    }, 20_000);
  });

  describe('whose clusters change', () => {
    it('leaves a cluster alone that is gone, and fills it again when it is back', async () => {
      await estate.reconfigure((document) => void document.clusters.pop());
      estate.register(US, 'cart', '10.1.0.9');
      await eventually('the other cluster follows', () => addresses('one').includes('10.1.0.9'));
      expect(addresses('two')).toHaveLength(2);
      expect((await estate.status()).clusters.map(({ name }) => name)).toEqual(['one']);
      await estate.reconfigure(() => undefined);
      await eventually('it is filled again', () => addresses('two').includes('10.1.0.9'));
    }, 20_000);

    it('stops writing at once in mode observe, under push: false, in a pause and when the hub is read-only', async () => {
      const until = new Date(Date.now() + 3_600_000).toISOString();
      const stops: readonly ((document: EstateDocument) => void)[] = [
        ({ clusters }) => clusters.forEach((cluster) => (cluster['mode'] = 'observe')),
        ({ clusters }) => clusters.forEach((cluster) => (cluster['push'] = false)),
        ({ clusters }) => clusters.forEach((cluster) => (cluster['paused'] = { reason: 'test', until })),
        ({ hub }) => (hub['readOnly'] = true),
      ];
      for (const [index, stop] of stops.entries()) {
        await estate.reconfigure(stop);
        estate.register(US, 'cart', `10.1.0.${50 + index}`);
        await expectNothingWritten();
        expect(await estate.clusterStatus('one')).toMatchObject({ sync: 'out-of-sync' });
      }
      await estate.reconfigure(() => undefined);
      await eventually('all of it is written', () => addresses().includes('10.1.0.53'));
    }, 30_000);

    it('reads a source anew for an attribute that a route needs now, and labels endpoints with it', async () => {
      const place = { account: ACCOUNT, region: US, namespace: 'shop', service: 'cart', id: 'i-10.1.0.1' };
      const attributes = { AWS_INSTANCE_IPV4: '10.1.0.1', AWS_INSTANCE_PORT: '8080', STAGE: 'beta' };
      estate.cloudMap.model.putInstance(place, attributes);
      await edit((cluster) => (cluster['routes'] = [{ from: {}, to: { endpointLabels: { stage: 'STAGE' } } }]));
      const labels = () =>
        estate
          .specs('one')
          .get(CART)
          ?.endpoints?.map((endpoint) => endpoint.labels?.['stage']);
      await eventually('the label is there', () => labels()?.includes('beta') === true);
      expect(addresses()).toContain('10.2.0.1');
    }, 20_000);

    it('moves its objects to another namespace: created there before they go here', async () => {
      await edit((cluster) => Object.assign(cluster, { namespace: 'moved', previousNamespaces: ['isthmus'] }));
      await eventually(
        'they have moved',
        () => estate.specs('one', 'moved').size === 1 && estate.specs('one').size === 0,
      );
      const writes = estate
        .cluster('one')
        .model.log.calls()
        .filter(({ verb }) => verb === 'create' || verb === 'delete');
      expect(writes.slice(-2).map(({ verb, namespace }) => `${verb} ${namespace}`)).toEqual([
        'create moved',
        'delete isthmus',
      ]);
    }, 20_000);

    it('creates a missing namespace where it may, and says that it cannot where it may not', async () => {
      const fresh = (cluster: Record<string, unknown>) =>
        Object.assign(cluster, { namespace: 'fresh', createNamespace: true });
      const { model } = estate.cluster('one');
      const user = model.user('isthmus');
      if (user === undefined || user.rights === 'all') throw new Error('the hub has no Role');
      const [rule] = user.rights;
      if (rule === undefined) throw new Error('the Role is empty');
      model.setUser({ ...user, rights: [{ ...rule, namespaces: ['*'] }] });
      await edit(fresh);
      await eventually('it is refused', async () => (await estate.clusterStatus('one'))?.error?.code === 'forbidden');
      expect((await estate.clusterStatus('one'))?.error?.message).toContain(
        'creating the namespace fresh of cluster one',
      );
      await estate.replaceFile('one.kubeconfig', estate.cluster('one').kubeconfig('admin'));
      await eventually('it is created and filled', () => estate.specs('one', 'fresh').size === 1);
    }, 20_000);
  });

  describe('whose kubeconfig changes', () => {
    const rotate = (token: string): void => {
      const { model } = estate.cluster('one');
      const user = model.user('isthmus');
      if (user !== undefined) model.setUser({ ...user, token });
    };

    it('takes a new credential before the old one ends, without a gap', async () => {
      const { model, kubeconfig } = estate.cluster('one');
      const old = model.user('isthmus');
      rotate('rotated-token-0123456789');
      const rotated = kubeconfig();
      if (old !== undefined) model.setUser({ ...old, name: 'isthmus-before' });
      await estate.replaceFile('one.kubeconfig', rotated);
      model.setUser({ name: 'isthmus-before', token: 'ended', rights: [] });
      estate.register(US, 'cart', '10.1.0.9');
      await eventually('the new one is used', () => addresses().includes('10.1.0.9'));
      expect(model.log.calls().filter(({ status }) => status === 401)).toEqual([]);
    }, 20_000);

    it.each([
      ['is refused', 'apiVersion: v1'],
      ['does not work', 'wrong-token'],
    ])(
      'keeps the old one while the new one %s',
      async (_, change) => {
        const { kubeconfig } = estate.cluster('one');
        const text = change === 'wrong-token' ? kubeconfig().replace(/token: .*/, `token: ${change}`) : change;
        await estate.replaceFile('one.kubeconfig', text);
        estate.register(US, 'cart', '10.1.0.9');
        await eventually('it goes on', () => addresses().includes('10.1.0.9'));
        expect(await estate.clusterStatus('one')).toMatchObject({ connection: 'up' });
        expect(estate.log.join('')).toContain('the new kubeconfig does not work and the old one stays');
      },
      20_000,
    );
  });

  it('keeps the old configuration whole while the new one has a mistake anywhere', async () => {
    await estate.replaceFile(
      'isthmus.yaml',
      'apiVersion: isthmus.dev/v1\nhub: { name: test }\nsources: []\nclusters: [{}]\n',
    );
    estate.register(US, 'cart', '10.1.0.9');
    await eventually('it goes on', () => addresses().includes('10.1.0.9'));
    expect(estate.log.join('')).toContain('the new configuration is refused and the old one stays');
  }, 20_000);

  it('keeps its name and address until it is restarted, and says so', async () => {
    await estate.reconfigure(({ hub }) => Object.assign(hub, { name: 'other', http: { host: '127.0.0.1', port: 1 } }));
    expect((await estate.status()).hub).toBe('test');
    expect(estate.log.join('')).toContain('"fields":["hub.name","hub.http"]');
    await expectNothingWritten();
  }, 20_000);

  it('writes nothing when only its cadence, limits, ages, brakes and approvals change', async () => {
    await estate.reconfigure(({ sources, clusters }) => {
      for (const source of sources) {
        Object.assign(source, {
          staleAfter: '1m',
          frozenAfter: '5m',
          poll: { hot: '200ms', warm: '200ms', cold: '200ms' },
        });
      }
      for (const cluster of clusters) {
        Object.assign(cluster, { sweep: '2s', limits: { writesPerSecond: 10 }, brake: { objects: '50%' } });
      }
    });
    await expectNothingWritten();
    expect((await estate.status()).sources.map(({ services }) => services)).toEqual([1, 1]);
  }, 20_000);
});
