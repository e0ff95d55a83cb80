import type { EntryName } from '@isthmus/model';
import type { ClusterClientRig, OtherCaller } from './cluster-client-rig.js';
import { codeOf, errorOf, manifestOf, preconditionOf, unaborted } from './cluster-client-rig.js';

type Open = () => Promise<ClusterClientRig>;

/** What a client makes of an API server that refuses, and of a caller that gives up. */
export function clusterClientRefusalsContract(open: Open): void {
  describe('refusals', () => {
    rights(open);
  });
  describe('connections', () => connections(open));
}

function rights(open: Open): void {
  const expected: readonly (readonly [OtherCaller, string, string])[] = [
    ['bad-token', 'unauthorized', 'hold'],
    ['no-rights', 'forbidden', 'hold'],
    ['missing-namespace', 'namespace-missing', 'hold'],
    ['terminating-namespace', 'namespace-terminating', 'hold'],
    ['untrusted-certificate', 'tls', 'retry'],
    ['wrong-server-name', 'tls', 'retry'],
    ['busy-server', 'throttled', 'retry'],
    ['closed-port', 'network', 'retry'],
  ];

  it.each(expected)('ends a write of a caller with %s with %s', async (caller, code, disposition) => {
    const client = await (await open()).clientOf(caller);
    const error = await errorOf(client.create(manifestOf('a'), unaborted()));
    expect(error).toMatchObject({ code, disposition });
    await client.close();
  });

  const unread = expected.filter(([caller]) => !caller.endsWith('namespace') && caller !== 'busy-server');
  it.each(unread)('ends a list of a caller with %s with %s, never with an empty list', async (caller, code) => {
    const client = await (await open()).clientOf(caller);
    expect(await codeOf(client.listMetadata(unaborted()))).toBe(code);
    expect(await codeOf(client.listEntries(unaborted()))).toBe(code);
    expect(await codeOf(client.getEntry('a' as EntryName, unaborted()))).toBe(code);
    await client.close();
  });

  it('says how long a busy server asks to be left alone', async () => {
    const client = await (await open()).clientOf('busy-server');
    expect(await errorOf(client.create(manifestOf('a'), unaborted()))).toMatchObject({ retryAfterMs: 1_000 });
    await client.close();
  });

  it('lists a namespace that does not exist as empty, as the API does', async () => {
    const client = await (await open()).clientOf('missing-namespace');
    expect((await client.listMetadata(unaborted())).items).toEqual([]);
    await client.close();
  });

  it('ends with api-missing where ServiceEntry is not served, also when it was served before', async () => {
    const rig = await open();
    const { metadata } = await rig.client.create(manifestOf('a'), unaborted());
    await rig.removeApi();
    const calls: readonly (() => Promise<unknown>)[] = [
      () => rig.client.listMetadata(unaborted()),
      () => rig.client.listEntries(unaborted()),
      () => rig.client.getEntry(metadata.name, unaborted()),
      () => rig.client.create(manifestOf('b'), unaborted()),
      () => rig.client.update(manifestOf('a'), preconditionOf(metadata), unaborted()),
      () => rig.client.delete(metadata.name, preconditionOf(metadata), unaborted()),
    ];
    for (const call of calls) {
      expect(await errorOf(call())).toMatchObject({ code: 'api-missing', disposition: 'hold' });
    }
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
