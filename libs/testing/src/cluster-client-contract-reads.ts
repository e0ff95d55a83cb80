import type { EntryName, ObservedMetadata } from '@isthmus/model';
import type { ClusterClientRig } from './cluster-client-rig.js';
import { listUntil, manifestOf, readEntry, unaborted } from './cluster-client-rig.js';

type Open = () => Promise<ClusterClientRig>;

/** What a client reads: whole lists or none, ours and everybody's. */
export function clusterClientReadsContract(open: Open): void {
  describe('reading', () => {
    lists(open);
    listsKnown(open);
    drift(open);
  });
}

function listsKnown(open: Open): void {
  it('lists of an object that has not changed what the caller knows of it, and of another what it is', async () => {
    const { client } = await open();
    const [a, b] = [
      await client.create(manifestOf('a'), unaborted()),
      await client.create(manifestOf('b'), unaborted()),
    ];
    const known = [a.metadata, { ...b.metadata, resourceVersion: '1' }];
    const { items } = await client.listMetadata(unaborted(), (name) => known.find((one) => one.name === name));
    expect(items.find(({ name }) => name === 'a')).toBe(a.metadata);
    expect(items.find(({ name }) => name === 'b')).toEqual(b.metadata);
  });
}

function lists(open: Open): void {
  it('lists nothing, with the time of the API server, in an empty namespace', async () => {
    const { client } = await open();
    const { items, serverTimeMs } = await client.listMetadata(unaborted());
    expect(items).toEqual([]);
    expect(Number.isFinite(serverTimeMs)).toBe(true);
    expect((await client.listEntries(unaborted())).items).toEqual([]);
  });

  it('lists entries of everybody, with labels, annotations and the version of each', async () => {
    const rig = await open();
    const { metadata } = await rig.client.create(manifestOf('a'), unaborted());
    await rig.putForeign('b', { labels: { team: 'x' } });
    const items = await listUntil(rig, (seen) => seen.length === 2);
    expect(items).toHaveLength(2);
    expect(items.find(({ name }) => name === 'a')).toEqual(metadata);
    expect(items.find(({ name }) => name === 'b')?.labels).toEqual({ team: 'x' });
  });

  it('lists what it has just written', async () => {
    const { client } = await open();
    for (const name of ['a', 'b', 'c']) {
      await client.create(manifestOf(name), unaborted());
      const { items } = await client.listMetadata(unaborted());
      expect(items.map((item) => item.name)).toContain(name);
    }
  });

  it('lists full entries with their specs as they are', async () => {
    const rig = await open();
    await rig.client.create(manifestOf('a'), unaborted());
    const { items } = await rig.client.listEntries(unaborted());
    expect(items).toEqual([await readEntry(rig, 'a')]);
    expect(items[0]?.spec).toMatchObject({ hosts: ['a.shop'], raw: { endpoints: [{ address: '10.0.0.1' }] } });
  });

  it('reads undefined where there is no entry', async () => {
    const { client } = await open();
    expect(await client.getEntry('nothing' as EntryName, unaborted())).toBeUndefined();
  });

  it('shows an entry that waits for its finalizers as terminating', async () => {
    const rig = await open();
    await rig.putForeign('a', { finalizers: ['isthmus.dev/test'] });
    await rig.removeForeign('a');
    expect((await readEntry(rig, 'a')).isTerminating).toBe(true);
  });

  it('answers a probe', async () => {
    const { client } = await open();
    await expect(client.probe(unaborted())).resolves.toBeUndefined();
  });
}

function drift(open: Open): void {
  it('shows a foreign edit of the spec in the metadata, by the generation', async () => {
    const rig = await open();
    const { metadata } = await rig.client.create(manifestOf('a'), unaborted());
    await rig.putForeign('a', { spec: { endpoints: [{ address: '10.9.9.9' }] } });
    const [seen] = await listUntil(rig, isAnother(metadata));
    expect(seen?.generation).toBe(metadata.generation + 1);
    expect(seen?.resourceVersion).not.toBe(metadata.resourceVersion);
  });

  it('shows a foreign change of an annotation in the metadata, without a new generation', async () => {
    const rig = await open();
    const { metadata } = await rig.client.create(manifestOf('a'), unaborted());
    await rig.putForeign('a', { annotations: { 'isthmus.dev/content-hash': 'forged' } });
    const [seen] = await listUntil(rig, isAnother(metadata));
    expect(seen).toMatchObject({
      generation: metadata.generation,
      annotations: { 'isthmus.dev/content-hash': 'forged' },
    });
  });
}

/** Whether the one entry has been written since. */
function isAnother({ resourceVersion }: ObservedMetadata): (items: readonly ObservedMetadata[]) => boolean {
  return ([first]) => first !== undefined && first.resourceVersion !== resourceVersion;
}
