import type { KubernetesFault } from '@isthmus/emulation';
import type { EntryName } from '@isthmus/model';
import { errorOf, manifestOf, preconditionOf, unaborted } from '@isthmus/testing';
import { EmulatedCluster } from './emulated-cluster.js';

/**
 * What the client makes of each refusal that a kube-apiserver is known to give, on creation and on update.
 * Source: kube-apiserver 1.35 as it answers; the emulator repeats its words.
 */
describe('an answer of the API server', () => {
  let cluster: EmulatedCluster;

  beforeEach(async () => {
    cluster = await EmulatedCluster.start();
  });
  afterEach(() => cluster.close());

  const fault = (effect: KubernetesFault): void => void cluster.emulator.model.faults.add(effect);
  const creation = () => errorOf(cluster.client.create(manifestOf('new'), unaborted()));
  async function update() {
    const { metadata } = await cluster.client.create(manifestOf('old'), unaborted());
    return (change: Parameters<typeof manifestOf>[1]) =>
      cluster.client.update(manifestOf('old', change), preconditionOf(metadata), unaborted());
  }

  it.each<readonly [string, KubernetesFault, string, string]>([
    ['500 without a reason', { kind: 'status', status: 500 }, 'server-error', 'retry'],
    [
      '500 without a reason for a request that etcd finds too large',
      { kind: 'status', status: 500, message: 'etcdserver: request is too large' },
      'too-large',
      'reject',
    ],
    [
      '500 without a reason for an object that can never be typed',
      { kind: 'status', status: 500, message: 'failed to create typed patch object (a/b; v1): field not declared' },
      'invalid-object',
      'reject',
    ],
    ['429 in text', { kind: 'status', status: 429, retryAfterSeconds: 2 }, 'throttled', 'retry'],
    ['a webhook that does not answer', { kind: 'webhook' }, 'webhook-failed', 'retry'],
    ['a webhook that refuses', { kind: 'webhook', denies: 'configuration is invalid' }, 'invalid-object', 'reject'],
  ])('%s means the same on creation and on update', async (_, effect, code, disposition) => {
    const change = await update();
    fault(effect);
    expect(await creation()).toMatchObject({ code, disposition });
    expect(await errorOf(change({ spec: { endpoints: [] } }))).toMatchObject({ code, disposition });
  });

  it('503 at start is told as not-ready with the pause that it asks for, never as a missing API', async () => {
    await cluster.emulator.restart(60_000);
    expect(await creation()).toMatchObject({ code: 'not-ready', disposition: 'retry', retryAfterMs: 5_000 });
  });

  it('404 in text is a missing API, on creation and on update: nothing is taken for a missing object', async () => {
    const change = await update();
    cluster.emulator.model.serveVersions([]);
    expect(await creation()).toMatchObject({ code: 'api-missing', disposition: 'hold' });
    expect(await errorOf(change({}))).toMatchObject({ code: 'api-missing', disposition: 'hold' });
    expect(await errorOf(cluster.client.getEntry('old' as EntryName, unaborted()))).toMatchObject({
      code: 'api-missing',
    });
  });

  it('422 for an immutable uid is a conflict: another object has the name now', async () => {
    await update();
    const live = await cluster.client.getEntry('old' as EntryName, unaborted());
    const uid = '00000000-0000-4000-8000-000000000000';
    const precondition = { uid, resourceVersion: live?.resourceVersion ?? '' };
    const error = await errorOf(cluster.client.update(manifestOf('old'), precondition, unaborted()));
    expect(error).toMatchObject({ code: 'conflict', disposition: 'retry', context: { status: 422 } });
  });

  it('a namespace that is being deleted takes no new object, and still lets old ones change and go', async () => {
    const change = await update();
    await cluster.deleteNamespace();
    expect(await creation()).toMatchObject({ code: 'namespace-terminating', disposition: 'hold' });
    const { metadata } = await change({ spec: { endpoints: [] } });
    await cluster.client.delete(metadata.name, preconditionOf(metadata), unaborted());
    expect(await cluster.client.getEntry(metadata.name, unaborted())).toBeUndefined();
  });

  it('a webhook that does not answer holds up neither reads nor deletions', async () => {
    const { metadata } = await cluster.client.create(manifestOf('a'), unaborted());
    fault({ kind: 'webhook' });
    expect((await cluster.client.listMetadata(unaborted())).items).toHaveLength(1);
    await cluster.client.delete(metadata.name, preconditionOf(metadata), unaborted());
    expect((await cluster.client.listMetadata(unaborted())).items).toEqual([]);
  });
});

describe('another namespace of the same API server', () => {
  let cluster: EmulatedCluster;

  beforeEach(async () => {
    cluster = await EmulatedCluster.start({}, { namespaces: ['isthmus', 'old'] });
  });
  afterEach(() => cluster.close());

  it('is read and written by its own client over the same connections', async () => {
    const { client } = cluster;
    const other = client.inNamespace('old');
    const [here, there] = await Promise.all([
      client.create(manifestOf('a'), unaborted()),
      other.create(manifestOf('a'), unaborted()),
    ]);
    expect(here.metadata.uid).not.toBe(there.metadata.uid);
    await other.delete(there.metadata.name, preconditionOf(there.metadata), unaborted());
    expect((await other.listEntries(unaborted())).items).toEqual([]);
    expect((await client.listEntries(unaborted())).items).toHaveLength(1);
    expect(cluster.connectionCount()).toBeLessThanOrEqual(4);
    expect(client.inNamespace('old')).toBe(other);
    expect(client.inNamespace('isthmus')).toBe(client);
  });

  it('is created when it is missing, once', async () => {
    const admin = cluster.clientFor(cluster.emulator.kubeconfig('admin')).inNamespace('fresh');
    expect(await errorOf(admin.create(manifestOf('a'), unaborted()))).toMatchObject({ code: 'namespace-missing' });
    await admin.createNamespace(unaborted());
    await admin.createNamespace(unaborted());
    await expect(admin.create(manifestOf('a'), unaborted())).resolves.toMatchObject({ metadata: { name: 'a' } });
    await admin.close();
  });

  it('cannot be created by a hub with the rights of its Role, which is told', async () => {
    const error = await errorOf(cluster.client.inNamespace('fresh').createNamespace(unaborted()));
    expect(error).toMatchObject({ code: 'forbidden', disposition: 'hold' });
    expect(error.message).toMatch(
      /^creating the namespace fresh of cluster test: .* cannot create resource "namespaces"/,
    );
  });
});
