import type { EntryName } from '@isthmus/model';
import type { ClusterClientRig, OtherCaller } from './cluster-client-rig.js';
import { codeOf, errorOf, manifestOf, unaborted } from './cluster-client-rig.js';

type Open = () => Promise<ClusterClientRig>;

/** What a client makes of an API server that refuses, and of a caller that gives up. */
export function clusterClientRefusalsContract(open: Open): void {
  describe('refusals', () => {
    rights(open);
    objects(open);
  });
  describe('connections', () => connections(open));
}

function rights(open: Open): void {
  const expected: readonly (readonly [OtherCaller, string, string])[] = [
    ['bad-token', 'unauthorized', 'hold'],
    ['no-rights', 'forbidden', 'hold'],
    ['missing-namespace', 'namespace-missing', 'hold'],
  ];

  it.each(expected)('ends a write of a caller with %s with %s', async (caller, code, disposition) => {
    const client = (await open()).clientOf(caller);
    const error = await errorOf(client.create(manifestOf('a'), unaborted()));
    expect(error).toMatchObject({ code, disposition });
    await client.close();
  });

  it.each(expected.slice(0, 2))(
    'ends a list of a caller with %s with %s, never with an empty list',
    async (caller, code) => {
      const client = (await open()).clientOf(caller);
      expect(await codeOf(client.listMetadata(unaborted()))).toBe(code);
      expect(await codeOf(client.listEntries(unaborted()))).toBe(code);
      expect(await codeOf(client.getEntry('a' as EntryName, unaborted()))).toBe(code);
      await client.close();
    },
  );
}

function objects(open: Open): void {
  it('ends with invalid-object where the schema forbids it, and names the field', async () => {
    const { client } = await open();
    const ports = [
      { name: 'a', number: 80 },
      { name: 'b', number: 80 },
    ];
    const error = await errorOf(client.create(manifestOf('a', { spec: { ports } }), unaborted()));
    expect(error).toMatchObject({ code: 'invalid-object', disposition: 'reject', context: { fields: 'spec.ports' } });
  });

  it('ends with invalid-object on a field that the schema does not know, on create and on update', async () => {
    const { client } = await open();
    const spec: object = { bogus: 'private' };
    expect(await codeOf(client.create(manifestOf('a', { spec }), unaborted()))).toBe('invalid-object');
    const { metadata } = await client.create(manifestOf('a'), unaborted());
    const manifest = manifestOf('a', { spec: { endpoints: [{ address: '10.0.0.1', ...spec }] } });
    const error = await errorOf(client.update(manifest, metadata, unaborted()));
    expect(error.code).toBe('invalid-object');
    expect(error.message).not.toContain('private');
  });
}

function connections(open: Open): void {
  it('uses its connections again, deletes included', async () => {
    const rig = await open();
    for (let round = 0; round < 12; round += 1) {
      const { metadata } = await rig.client.create(manifestOf('a'), unaborted());
      await rig.client.delete(metadata.name, metadata, unaborted());
    }
    expect(rig.connectionCount() ?? 1).toBeLessThanOrEqual(4);
  });

  it('opens no more than four', async () => {
    const rig = await open();
    const calls = Array.from({ length: 40 }, () => rig.client.listMetadata(unaborted()));
    await Promise.all(calls);
    expect(rig.connectionCount() ?? 1).toBeLessThanOrEqual(4);
  });

  it('ends with aborted when the caller has given up', async () => {
    const { client } = await open();
    const error = await errorOf(client.listMetadata(AbortSignal.abort()));
    expect(error).toMatchObject({ code: 'aborted', disposition: 'abort' });
  });

  it('ends with aborted after it was closed', async () => {
    const { client } = await open();
    await client.close();
    expect(await codeOf(client.listMetadata(unaborted()))).toBe('aborted');
  });
}
