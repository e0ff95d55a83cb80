import type { ClusterSettings } from '@isthmus/model';
import { err, IsthmusError, ok } from '@isthmus/model';
import { cluster, FakeClusterClient, ManualClock, recordingLogger, settle } from '@isthmus/testing';

import { Connections } from './connections.js';

const kubeconfig = (server: string, token = 'abc'): string => `apiVersion: v1
kind: Config
current-context: main
clusters: [{ name: main, cluster: { server: "${server}" } }]
users: [{ name: main, user: { token: ${token} } }]
contexts: [{ name: main, context: { cluster: main, user: main } }]
`;
const EXEC = kubeconfig('https://a.example.com').replace('token: abc', 'exec: { command: aws }');

function rig() {
  const files = new Map<string, string>();
  const isGone = { value: false };
  const clients: FakeClusterClient[] = [];
  const logger = recordingLogger();
  const used: string[] = [];
  const connections = new Connections({
    onUsed: ({ name }, kubeconfig) => void used.push(`${name} ${kubeconfig === undefined ? 'no more' : 'connected'}`),
    readKubeconfig: ({ name }) => {
      const where = `/${name}.yaml`;
      const text = files.get(where);
      const error = new IsthmusError('kubeconfig-unreadable', 'ENOENT');
      return Promise.resolve(text === undefined ? err({ error, isGone: isGone.value }) : ok({ text, where }));
    },
    createClient: (_, { token }) => {
      const client = new FakeClusterClient(new ManualClock());
      if (token?.reveal() === 'expired') client.fail({ verb: 'any', error: new IsthmusError('unauthorized', 'no') });
      if (token?.reveal() === 'hanging') client.fail({ verb: 'any', error: 'hang' });
      clients.push(client);
      return client;
    },
    logger,
  });
  const named = (name: string, changes: Partial<Omit<ClusterSettings, 'name'>> = {}): ClusterSettings =>
    cluster({ name, kubeconfig: { kind: 'file', file: `/${name}.yaml` }, ...changes });
  const codeOf = (settings: ClusterSettings): string => {
    const found = connections.of(settings);
    return found.ok ? 'connected' : found.error.code;
  };
  return { files, isGone, used, clients, logger, connections, named, codeOf };
}

describe('Connections', () => {
  it('connects every cluster whose kubeconfig is safe; one that is refused is down with its code and stops no other', async () => {
    const { files, connections, named, codeOf } = rig();
    const [good, bad, missing] = [named('good'), named('bad'), named('missing')];
    files.set('/good.yaml', kubeconfig('https://a.example.com'));
    files.set('/bad.yaml', EXEC);
    expect(codeOf(good)).toBe('not-ready');
    await connections.refresh([good, bad, missing]);
    expect([good, bad, missing].map(codeOf)).toEqual(['connected', 'kubeconfig-refused', 'kubeconfig-unreadable']);
  });

  it('keeps the same client while the file has the same content', async () => {
    const { files, clients, connections, named } = rig();
    files.set('/a.yaml', kubeconfig('https://a.example.com'));
    expect(await connections.refresh([named('a')])).toHaveLength(1);
    expect(await connections.refresh([named('a')])).toEqual([]);
    expect(clients).toHaveLength(1);
  });

  it('opens another client when more or fewer connections are wanted, and none for other limits', async () => {
    const { files, clients, connections, named } = rig();
    const limited = (inFlight: number, burst: number): ClusterSettings =>
      named('a', { limits: { writesPerSecond: 20, burst, inFlight } });
    files.set('/a.yaml', kubeconfig('https://a.example.com'));
    await connections.refresh([limited(4, 40)]);
    expect(await connections.refresh([limited(8, 40)])).toHaveLength(1);
    expect(await connections.refresh([limited(8, 10)])).toEqual([]);
    expect(clients).toHaveLength(2);
  });

  it('asks a cluster that is down for nothing before it has as many connections as are wanted now', async () => {
    const { files, clients, logger, connections, named } = rig();
    const limited = (inFlight: number): ClusterSettings =>
      named('a', { limits: { writesPerSecond: 20, burst: 40, inFlight } });
    files.set('/a.yaml', kubeconfig('https://a.example.com', 'expired'));
    await connections.refresh([limited(4)]);
    expect(await connections.refresh([limited(8)])).toHaveLength(1);
    await settle();
    expect(connections.of(limited(8))).toEqual({ ok: true, value: clients[1] });
    expect(clients.map(({ isClosed }) => isClosed)).toEqual([true, false]);
    expect(logger.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('tries a new credential before it lets the old one go', async () => {
    const { files, clients, connections, named } = rig();
    files.set('/a.yaml', kubeconfig('https://a.example.com'));
    await connections.refresh([named('a')]);
    files.set('/a.yaml', kubeconfig('https://a.example.com', 'new'));
    expect(await connections.refresh([named('a')])).toEqual([named('a')]);
    await settle();
    expect(connections.of(named('a'))).toEqual({ ok: true, value: clients[1] });
    expect(clients.map(({ isClosed }) => isClosed)).toEqual([true, false]);
    expect(clients[1]?.callsOf('list-metadata')).toHaveLength(1);
  });

  it.each([
    ['does not work', kubeconfig('https://a.example.com', 'expired')],
    ['is refused', EXEC],
    ['is gone', undefined],
  ])('keeps a working connection when the new kubeconfig %s, and says so once', async (_, text) => {
    const { files, clients, logger, connections, named } = rig();
    files.set('/a.yaml', kubeconfig('https://a.example.com'));
    await connections.refresh([named('a')]);
    if (text === undefined) files.delete('/a.yaml');
    else files.set('/a.yaml', text);
    expect(await connections.refresh([named('a')])).toEqual([]);
    expect(await connections.refresh([named('a')])).toEqual([]);
    expect(connections.of(named('a'))).toEqual({ ok: true, value: clients[0] });
    expect(clients[0]?.isClosed).toBe(false);
    expect(clients.slice(1).every(({ isClosed }) => isClosed)).toBe(true);
    expect(logger.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  });

  it('lets a working connection go when its kubeconfig was taken away, says so once, and takes the next one', async () => {
    const { files, isGone, used, clients, logger, connections, named, codeOf } = rig();
    files.set('/a.yaml', kubeconfig('https://a.example.com'));
    await connections.refresh([named('a')]);
    files.delete('/a.yaml');
    isGone.value = true;
    expect(await connections.refresh([named('a')])).toEqual([named('a')]);
    expect(await connections.refresh([named('a')])).toEqual([]);
    expect(codeOf(named('a'))).toBe('kubeconfig-unreadable');
    expect(clients[0]?.isClosed).toBe(true);
    expect(logger.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
    files.set('/a.yaml', kubeconfig('https://a.example.com'));
    await connections.refresh([named('a')]);
    expect(codeOf(named('a'))).toBe('connected');
    expect(used).toEqual(['a connected', 'a no more', 'a connected']);
  });

  it('does not let one cluster wait for the trial of another, also when both change again', async () => {
    const { files, clients, connections, named } = rig();
    const both = [named('a'), named('b')];
    for (const { name } of both) files.set(`/${name}.yaml`, kubeconfig(`https://${name}.example.com`));
    await connections.refresh(both);
    files.set('/a.yaml', kubeconfig('https://a.example.com', 'hanging'));
    files.set('/b.yaml', kubeconfig('https://b.example.com', 'second'));
    const changed: string[] = [];
    const tell = ({ name }: ClusterSettings): void => void changed.push(name);
    void connections.refresh(both, tell);
    await settle();
    expect(changed).toEqual(['b']);
    files.set('/b.yaml', kubeconfig('https://b.example.com', 'third'));
    void connections.refresh(both, tell);
    await settle();
    expect(changed).toEqual(['b', 'b']);
    expect(connections.of(named('b'))).toEqual({ ok: true, value: clients.at(-1) });
    expect(connections.of(named('a'))).toEqual({ ok: true, value: clients[0] });
  });

  it('tries out who gives the tokens, as it does a kubeconfig', async () => {
    const { files, clients, connections, named } = rig();
    files.set('/a.yaml', kubeconfig('https://a.example.com', 'expired'));
    await connections.refresh([named('a', { auth: { kind: 'gke' } })]);
    expect(clients).toHaveLength(1);
    const other = named('a', { auth: { kind: 'aks', tenantId: undefined, clientId: undefined } });
    expect(await connections.refresh([other])).toEqual([other]);
    expect(clients.map(({ isClosed }) => isClosed)).toEqual([true, false]);
  });

  it('reads nothing of the user where a cloud gives the tokens', async () => {
    const { files, connections, named, codeOf } = rig();
    files.set('/a.yaml', EXEC);
    await connections.refresh([named('a', { auth: { kind: 'gke' } })]);
    expect(codeOf(named('a', { auth: { kind: 'gke' } }))).toBe('connected');
  });

  it('does not connect a cluster that left while its kubeconfig was tried', async () => {
    const { files, clients, connections, named, codeOf } = rig();
    files.set('/a.yaml', kubeconfig('https://a.example.com'));
    await connections.refresh([named('a')]);
    files.set('/a.yaml', kubeconfig('https://a.example.com', 'new'));
    const refreshed = connections.refresh([named('a')]);
    await connections.retain([]);
    await refreshed;
    expect(clients.every(({ isClosed }) => isClosed)).toBe(true);
    expect(codeOf(named('a'))).toBe('not-ready');
  });

  it('gives a shared API server and namespace to the first cluster alone, and to the next when it is free', async () => {
    const { files, connections, named, codeOf } = rig();
    files.set('/a.yaml', kubeconfig('https://a.example.com'));
    files.set('/b.yaml', kubeconfig('https://a.example.com/'));
    await connections.refresh([named('a'), named('b')]);
    await connections.refresh([named('a'), named('b')]);
    expect([codeOf(named('a')), codeOf(named('b'))]).toEqual(['connected', 'kubeconfig-refused']);
    await connections.refresh([named('b')]);
    await connections.refresh([named('b')]);
    expect(codeOf(named('b'))).toBe('connected');
  });

  it('lets two clusters share an API server when their namespaces differ', async () => {
    const { files, connections, named, codeOf } = rig();
    const other = named('b', { namespace: 'other' });
    files.set('/a.yaml', kubeconfig('https://a.example.com'));
    files.set('/b.yaml', kubeconfig('https://a.example.com'));
    await connections.refresh([named('a'), other]);
    expect([codeOf(named('a')), codeOf(other)]).toEqual(['connected', 'connected']);
  });

  it('closes the connections of clusters that are gone', async () => {
    const { files, clients, connections, named, codeOf } = rig();
    files.set('/a.yaml', kubeconfig('https://a.example.com'));
    await connections.refresh([named('a')]);
    await connections.retain([]);
    expect(clients[0]?.isClosed).toBe(true);
    expect(codeOf(named('a'))).toBe('not-ready');
  });

  it('never puts a token into a message', async () => {
    const { files, logger, connections, named } = rig();
    files.set('/a.yaml', `${kubeconfig('https://a.example.com', 'canary-token')}unknown: x\n`);
    await connections.refresh([named('a')]);
    const found = connections.of(named('a'));
    expect(JSON.stringify([found, logger.lines])).not.toContain('canary-token');
    expect(found.ok).toBe(false);
  });
});
