import { inspect } from 'node:util';
import type { KubernetesFault } from '@isthmus/emulation';
import { IsthmusError } from '@isthmus/model';
import { clusterClientContract, codeOf, errorOf, manifestOf, preconditionOf, unaborted } from '@isthmus/testing';
import type { ClientOptions } from './emulated-cluster.js';
import { EmulatedCluster } from './emulated-cluster.js';

const SHORT = { writeTimeoutMs: 40, listTimeoutMs: 40 };

clusterClientContract('KubernetesClusterClient on the emulator', () => EmulatedCluster.start());

describe('KubernetesClusterClient', () => {
  let cluster: EmulatedCluster;

  afterEach(() => cluster.close());

  async function start(options: ClientOptions = {}, fault?: KubernetesFault): Promise<EmulatedCluster> {
    cluster = await EmulatedCluster.start(options);
    if (fault !== undefined) cluster.emulator.model.faults.add(fault);
    return cluster;
  }

  const calls = () => cluster.emulator.model.log.calls();
  const counts = () => cluster.emulator.model.log.counts();
  const created = () => cluster.client.create(manifestOf('a'), unaborted());

  it('writes as the field manager isthmus', async () => {
    await start();
    await created();
    const seen = await cluster.client.getEntry(manifestOf('a').name, unaborted());
    if (seen === undefined) throw new Error('the entry is missing');
    await cluster.client.update(manifestOf('a'), preconditionOf(seen), unaborted());
    expect(new Set(cluster.managersOf('a'))).toEqual(new Set(['isthmus']));
  });

  describe('under faults', () => {
    it.each<readonly [string, KubernetesFault, string, number | undefined]>([
      ['429', { kind: 'status', status: 429, verb: 'create', retryAfterSeconds: 3 }, 'throttled', 3_000],
      ['500', { kind: 'status', status: 500, verb: 'create' }, 'server-error', undefined],
      ['503 at start', { kind: 'status', status: 503, verb: 'create', retryAfterSeconds: 5 }, 'not-ready', 5_000],
      ['504', { kind: 'status', status: 504, verb: 'create' }, 'timeout', undefined],
      ['a connection that is cut', { kind: 'reset', verb: 'create' }, 'network', undefined],
    ])('ends with what %s means, once, and sends nothing again', async (_, fault, code, retryAfterMs) => {
      await start({}, fault);
      const error = await errorOf(created());
      expect([error.code, error.disposition, error.retryAfterMs]).toEqual([code, 'retry', retryAfterMs]);
      expect(cluster.emulator.model.log.writeCount()).toBe(1);
    });

    it('gives up after its timeout on a server that accepts and never answers', async () => {
      await start(SHORT, { kind: 'hang', resource: 'serviceentries' });
      expect(await codeOf(created())).toBe('timeout');
      expect(await codeOf(cluster.client.listMetadata(unaborted()))).toBe('timeout');
    });

    it('gives up at once when the caller does', async () => {
      await start({}, { kind: 'hang', verb: 'list' });
      const controller = new AbortController();
      const listing = errorOf(cluster.client.listMetadata(controller.signal));
      while (counts()['list hang'] === undefined) await new Promise((resolve) => setImmediate(resolve));
      controller.abort();
      expect((await listing).code).toBe('aborted');
    });

    it('cannot tell a lost answer from a lost request, and finds the entry when it asks again', async () => {
      await start({}, { kind: 'reset', when: 'after', verb: 'create', times: 1 });
      expect(await codeOf(created())).toBe('network');
      expect(await codeOf(created())).toBe('already-exists');
    });

    it('ends with conflict when it repeats an update whose answer was lost', async () => {
      await start();
      const { metadata } = await created();
      cluster.emulator.model.faults.add({ kind: 'reset', when: 'after', verb: 'patch', times: 1 });
      const changed = manifestOf('a', { spec: { endpoints: [] } });
      const update = () => cluster.client.update(changed, preconditionOf(metadata), unaborted());
      expect([await codeOf(update()), await codeOf(update())]).toEqual(['network', 'conflict']);
    });

    it('works again after the server was restarted, over new connections', async () => {
      await start();
      await created();
      await cluster.emulator.restart();
      await cluster.client.listMetadata(unaborted()).catch(() => undefined);
      expect((await cluster.client.listMetadata(unaborted())).items).toHaveLength(1);
    });

    it('ends with network when nobody listens, and with not-ready while the server starts', async () => {
      await start();
      await cluster.emulator.restart(60_000);
      expect(await codeOf(cluster.client.probe(unaborted()))).toBe('not-ready');
      expect(await codeOf(created())).toBe('not-ready');
      await cluster.emulator.close();
      expect(await codeOf(cluster.client.probe(unaborted()))).toBe('network');
    });
  });

  describe('listing', () => {
    const fill = async (count: number) => {
      for (let i = 0; i < count; i += 1) await cluster.putForeign(`e${i}`, {});
    };
    const queries = () => calls().filter(({ verb }) => verb === 'list').length;

    it('reads every page of a full list', async () => {
      await start();
      await fill(1_001);
      expect((await cluster.client.listEntries(unaborted())).items).toHaveLength(1_001);
      expect(queries()).toBe(3);
    });

    it('starts again from the beginning when its position has expired, and never returns a part', async () => {
      await start();
      await fill(501);
      cluster.emulator.model.faults.add({ kind: 'latency', latencyMs: 1, verb: 'list' });
      const listing = cluster.client.listEntries(unaborted());
      while (queries() === 0) await new Promise((resolve) => setImmediate(resolve));
      cluster.emulator.model.world.compact();
      expect((await listing).items).toHaveLength(501);
      expect(counts()).toMatchObject({ 'list 410': 1, 'list 200': 3 });
    });

    it('gives up on a list that expires again and again', async () => {
      await start({}, { kind: 'status', status: 410, verb: 'list' });
      expect(await codeOf(cluster.client.listEntries(unaborted()))).toBe('expired');
      expect(queries()).toBe(4);
    });

    it('ends with an error, not with the first page, when the second page fails', async () => {
      await start();
      await fill(501);
      const listing = errorOf(cluster.client.listEntries(unaborted()));
      while (queries() === 0) await new Promise((resolve) => setImmediate(resolve));
      cluster.emulator.model.faults.add({ kind: 'status', status: 500, verb: 'list' });
      expect((await listing).code).toBe('server-error');
    });

    it('asks for what it wrote last, and takes older state only from a server that has not reached it', async () => {
      await start();
      cluster.emulator.model.world.freezeCache();
      await created();
      expect((await cluster.client.listMetadata(unaborted())).items).toEqual([]);
      expect((await cluster.client.listMetadata(unaborted())).items).toEqual([]);
      expect(counts()).toMatchObject({ 'list 504': 1, 'list 200': 2 });
      cluster.emulator.model.world.thawCache();
      expect((await cluster.client.listMetadata(unaborted())).items).toHaveLength(1);
    });

    it('reads metadata in one request, however many entries there are', async () => {
      await start();
      await fill(600);
      expect((await cluster.client.listMetadata(unaborted())).items).toHaveLength(600);
      expect(queries()).toBe(1);
    });

    it('asks for metadata alone in lists and writes', async () => {
      await start();
      const endpoints = Array.from({ length: 200 }, (_, i) => ({ address: `10.1.0.${i}` }));
      await cluster.client.create(manifestOf('a', { spec: { endpoints } }), unaborted());
      await cluster.client.listMetadata(unaborted());
      const answers = calls().filter(({ resource }) => resource === 'serviceentries');
      expect(answers).toHaveLength(2);
      expect(answers.every(({ responseBytes }) => responseBytes < 2_000)).toBe(true);
    });
  });

  describe('the version of the API', () => {
    it.each(['v1beta1', 'v1alpha3'] as const)('is %s where nothing newer is served', async (version) => {
      cluster = await EmulatedCluster.start({}, { versions: [version] });
      await created();
      await created().catch(() => undefined);
      expect(counts()).toMatchObject({ 'create 201': 1, 'create 409': 1 });
    });

    it('is found once, and again when the cluster no longer serves it', async () => {
      await start();
      await created();
      await cluster.client.listMetadata(unaborted());
      const discoveries = () => calls().filter(({ resource }) => resource.startsWith('/apis/')).length;
      expect(discoveries()).toBe(1);
      cluster.emulator.model.serveVersions(['v1beta1']);
      expect((await cluster.client.listMetadata(unaborted())).items).toHaveLength(1);
      expect((await cluster.client.listMetadata(unaborted())).items).toHaveLength(1);
    });

    it('is an api-missing, not an empty list, where ServiceEntry is not served', async () => {
      await start();
      await created();
      cluster.emulator.model.serveVersions([]);
      expect(await codeOf(cluster.client.listMetadata(unaborted()))).toBe('api-missing');
      expect(await codeOf(cluster.client.listEntries(unaborted()))).toBe('api-missing');
      expect(await codeOf(created())).toBe('api-missing');
    });
  });

  it('finds an API server by name', async () => {
    await start();
    const client = cluster.clientFor(cluster.emulator.kubeconfig().replace('127.0.0.1', 'localhost'));
    await expect(client.probe(unaborted())).resolves.toBeUndefined();
    await client.close();
  });

  describe('its errors', () => {
    it('hold no token, whatever happens and however deep one looks', async () => {
      await start(SHORT);
      const token = cluster.emulator.model.user('isthmus')?.token ?? '';
      const { faults } = cluster.emulator.model;
      const effects: readonly KubernetesFault[] = [
        ...[400, 401, 403, 404, 409, 410, 413, 422, 429, 500, 503, 504].map((status): KubernetesFault => ({
          kind: 'status',
          status,
          message: `leak ${token} Bearer ${token}`,
        })),
        { kind: 'hang' },
        { kind: 'reset' },
        { kind: 'down' },
      ];
      for (const effect of effects) {
        faults.clear();
        faults.add(effect);
        const error = await errorOf(created());
        expect(error).toBeInstanceOf(IsthmusError);
        expect(inspect(error, { depth: 10, showHidden: true }) + (error.stack ?? '')).not.toContain(token);
      }
      expect(inspect(cluster.client, { depth: 10 })).not.toContain(token);
    });

    it('say what was tried, on what and where', async () => {
      await start({}, { kind: 'status', status: 500, verb: 'create' });
      const { message } = await errorOf(created());
      expect(message).toContain(
        'creating ServiceEntry a in namespace isthmus of cluster test: the API server answered 500',
      );
    });

    it('tell a name in the certificate that is not that of the server', async () => {
      await start();
      const wrongName = cluster.emulator
        .kubeconfig()
        .replace(/(server: .*)/, '$1\n      tls-server-name: api.internal');
      const client = cluster.clientFor(wrongName);
      expect(await codeOf(client.probe(unaborted()))).toBe('tls');
      await client.close();
    });

    it('tell a certificate that is not trusted from a network that is down', async () => {
      await start();
      const other = await EmulatedCluster.start();
      const stranger = other.emulator.kubeconfig().replace(/server: .*/, `server: ${cluster.emulator.url}`);
      const client = other.clientFor(stranger);
      expect(await codeOf(client.probe(unaborted()))).toBe('tls');
      await client.close();
      await other.close();
    });
  });
});
