import type { EntryName } from '@isthmus/model';
import type { ClusterClientRig } from './cluster-client-rig.js';
import { codeOf, manifestOf, preconditionOf, readEntry, unaborted } from './cluster-client-rig.js';

type Open = () => Promise<ClusterClientRig>;

/** What a client writes: always under conditions, never what somebody else has changed meanwhile. */
export function clusterClientWritesContract(open: Open): void {
  describe('creating', () => creates(open));
  describe('updating', () => {
    updates(open);
    conditions(open);
  });
  describe('deleting', () => deletes(open));
}

function creates(open: Open): void {
  it('creates an entry and tells its uid, version and generation', async () => {
    const rig = await open();
    const { metadata, serverTimeMs } = await rig.client.create(manifestOf('a'), unaborted());
    const { spec, ...stored } = await readEntry(rig, 'a');
    expect(stored).toEqual(metadata);
    expect(spec.raw).toEqual(manifestOf('a').spec);
    expect(Number.isFinite(serverTimeMs)).toBe(true);
  });

  it('ends with already-exists where the name is taken, and changes nothing', async () => {
    const rig = await open();
    await rig.putForeign('a', { labels: { team: 'x' } });
    const before = await readEntry(rig, 'a');
    expect(await codeOf(rig.client.create(manifestOf('a'), unaborted()))).toBe('already-exists');
    expect(await readEntry(rig, 'a')).toEqual(before);
  });

  it('lets one of two creations at once win', async () => {
    const { client } = await open();
    const both = await Promise.allSettled([1, 2].map(() => client.create(manifestOf('a'), unaborted())));
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });
}

function updates(open: Open): void {
  it('replaces the spec and raises the generation', async () => {
    const rig = await open();
    const { metadata } = await rig.client.create(manifestOf('a'), unaborted());
    const next = manifestOf('a', { spec: { endpoints: [{ address: '10.0.0.2' }] } });
    const written = await rig.client.update(next, preconditionOf(metadata), unaborted());
    expect(written.metadata.generation).toBe(metadata.generation + 1);
    expect((await readEntry(rig, 'a')).spec.raw).toEqual(next.spec);
  });

  it('takes back every foreign edit of the spec', async () => {
    const rig = await open();
    await rig.client.create(manifestOf('a'), unaborted());
    await rig.putForeign('a', { spec: { exportTo: ['.'], addresses: ['240.0.0.1'], subjectAltNames: ['x'] } });
    const edited = await readEntry(rig, 'a');
    await rig.client.update(manifestOf('a'), preconditionOf(edited), unaborted());
    expect((await readEntry(rig, 'a')).spec.raw).toEqual(manifestOf('a').spec);
  });

  it('keeps labels and annotations of others, and takes away those of ours that are no longer wanted', async () => {
    const rig = await open();
    const annotations = { 'isthmus.dev/content-hash': 'h1', 'isthmus.dev/pending-delete': '{}' };
    const labels = { ...manifestOf('a').labels, 'istio.io/rev': 'canary' };
    await rig.client.create(manifestOf('a', { annotations, labels }), unaborted());
    await rig.putForeign('a', { labels: { team: 'x' }, annotations: { note: 'y' } });
    const seen = await readEntry(rig, 'a');
    const next = manifestOf('a', {
      absentLabels: ['istio.io/rev'],
      absentAnnotations: ['isthmus.dev/pending-delete'],
    });
    await rig.client.update(next, preconditionOf(seen), unaborted());
    expect(await readEntry(rig, 'a')).toMatchObject({
      labels: { ...next.labels, team: 'x' },
      annotations: { 'isthmus.dev/content-hash': 'h1', note: 'y' },
    });
    expect((await readEntry(rig, 'a')).annotations).not.toHaveProperty(['isthmus.dev/pending-delete']);
    expect((await readEntry(rig, 'a')).labels).not.toHaveProperty(['istio.io/rev']);
  });

  it('leaves the version alone when nothing changes', async () => {
    const { client } = await open();
    const { metadata } = await client.create(manifestOf('a'), unaborted());
    const again = await client.update(manifestOf('a'), preconditionOf(metadata), unaborted());
    expect(again.metadata).toEqual(metadata);
  });
}

function conditions(open: Open): void {
  const changed = manifestOf('a', { spec: { endpoints: [] } });

  it('ends with conflict when the entry changed since it was read, and changes nothing', async () => {
    const rig = await open();
    const { metadata } = await rig.client.create(manifestOf('a'), unaborted());
    await rig.putForeign('a', { labels: { team: 'x' } });
    const before = await readEntry(rig, 'a');
    expect(await codeOf(rig.client.update(changed, preconditionOf(metadata), unaborted()))).toBe('conflict');
    expect(await readEntry(rig, 'a')).toEqual(before);
  });

  it('ends with conflict when the uid is that of another object, whatever its version', async () => {
    const rig = await open();
    const { metadata } = await rig.client.create(manifestOf('a'), unaborted());
    const precondition = { ...preconditionOf(metadata), uid: '00000000-0000-0000-0000-000000000000' };
    expect(await codeOf(rig.client.update(changed, precondition, unaborted()))).toBe('conflict');
    expect((await readEntry(rig, 'a')).spec.raw).toEqual(manifestOf('a').spec);
  });

  it('ends with not-found when the entry is gone, and does not create it', async () => {
    const rig = await open();
    const { metadata } = await rig.client.create(manifestOf('a'), unaborted());
    await rig.removeForeign('a');
    expect(await codeOf(rig.client.update(changed, preconditionOf(metadata), unaborted()))).toBe('not-found');
    expect(await rig.client.getEntry('a' as EntryName, unaborted())).toBeUndefined();
  });

  it('does not touch an entry that was deleted and created anew', async () => {
    const rig = await open();
    const { metadata } = await rig.client.create(manifestOf('a'), unaborted());
    await rig.removeForeign('a');
    await rig.putForeign('a', { labels: { team: 'x' } });
    const before = await readEntry(rig, 'a');
    expect(await codeOf(rig.client.update(changed, preconditionOf(metadata), unaborted()))).toBe('conflict');
    expect(await readEntry(rig, 'a')).toEqual(before);
  });

  it('lets one of two updates at once win', async () => {
    const { client } = await open();
    const { metadata } = await client.create(manifestOf('a'), unaborted());
    const versions = ['10.0.0.2', '10.0.0.3'].map((address) => manifestOf('a', { spec: { endpoints: [{ address }] } }));
    const both = await Promise.allSettled(
      versions.map((version) => client.update(version, preconditionOf(metadata), unaborted())),
    );
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });
}

function deletes(open: Open): void {
  const name = 'a' as EntryName;

  it('deletes the very entry that was seen', async () => {
    const { client } = await open();
    const { metadata } = await client.create(manifestOf('a'), unaborted());
    await client.delete(name, preconditionOf(metadata), unaborted());
    expect(await client.getEntry(name, unaborted())).toBeUndefined();
  });

  it('takes an entry that is gone already for deleted', async () => {
    const { client } = await open();
    await expect(client.delete(name, { uid: 'u', resourceVersion: '1' }, unaborted())).resolves.toBeUndefined();
  });

  it('ends with conflict when the entry changed since it was read, and keeps it', async () => {
    const rig = await open();
    const { metadata } = await rig.client.create(manifestOf('a'), unaborted());
    await rig.putForeign('a', { labels: { team: 'x' } });
    expect(await codeOf(rig.client.delete(name, preconditionOf(metadata), unaborted()))).toBe('conflict');
    expect((await readEntry(rig, 'a')).labels).toMatchObject({ team: 'x' });
  });

  it('ends with conflict when the entry was created anew, and keeps it', async () => {
    const rig = await open();
    const { metadata } = await rig.client.create(manifestOf('a'), unaborted());
    await rig.removeForeign('a');
    await rig.putForeign('a', {});
    expect(await codeOf(rig.client.delete(name, preconditionOf(metadata), unaborted()))).toBe('conflict');
    expect((await readEntry(rig, 'a')).uid).not.toBe(metadata.uid);
  });
}
