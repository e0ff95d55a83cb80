import { CachedTokenSource, KubernetesClusterClient, parseKubeconfig } from '@isthmus/kubernetes';
import type { TokenSource } from '@isthmus/kubernetes';
import { hubRights } from '@isthmus/emulation';
import { clusterName, IsthmusError, Secret } from '@isthmus/model';
import { codeOf, fixedRandom, ManualClock, manifestOf, unaborted } from '@isthmus/testing';
import type { KubeEmulator } from '../../apps/kube-emulator/src/server.js';
import { startKubeEmulator } from '../../apps/kube-emulator/src/server.js';

/** A token that is not taken any more: what becomes of the request that carried it. */
describe('a client whose token is refused', () => {
  let emulator: KubeEmulator;
  let clock: ManualClock;
  let client: KubernetesClusterClient | undefined;
  let minted: number;
  /** The token that the cluster takes. */
  const accept = (token: string): void =>
    emulator.model.setUser({ name: 'isthmus', token, rights: hubRights(['isthmus']) });
  const open = (tokens?: TokenSource, text = emulator.kubeconfig()): KubernetesClusterClient => {
    const kubeconfig = parseKubeconfig(text, 'k', tokens === undefined ? 'kubeconfig' : 'elsewhere');
    if (!kubeconfig.ok) throw new Error(JSON.stringify(kubeconfig.error));
    const options = { cluster: clusterName('a'), kubeconfig: kubeconfig.value, namespace: 'isthmus', tokens };
    client = new KubernetesClusterClient(options);
    return client;
  };
  const issuer = (issue: () => string): CachedTokenSource =>
    new CachedTokenSource({
      mint: () => {
        minted++;
        return Promise.resolve({ token: new Secret(issue()), expiresAtMs: clock.nowMs() + 600_000 });
      },
      clock,
      random: fixedRandom(),
    });
  const statuses = (): readonly unknown[] =>
    emulator.model.log.calls().flatMap(({ verb, status }) => (verb === 'create' ? [status] : []));

  beforeEach(async () => {
    [clock, minted] = [new ManualClock(), 0];
    emulator = await startKubeEmulator({ name: 'test' });
  });
  afterEach(async () => {
    await client?.close();
    await emulator.close();
  });

  it('sends the request once more with a fresh token, and the caller learns nothing of it', async () => {
    accept('first');
    const made = open(issuer(() => (minted === 1 ? 'first' : 'second')));
    await made.create(manifestOf('a'), unaborted());
    accept('second');
    await clock.advance(60_000);
    await made.create(manifestOf('b'), unaborted());
    expect(statuses()).toEqual([201, 401, 201]);
    expect(minted).toBe(2);
  });

  it('gives up after one more, and makes no token for each request while none is taken', async () => {
    const made = open(issuer(() => `wrong-${minted}`));
    for (const name of ['a', 'b', 'c']) {
      expect(await codeOf(made.create(manifestOf(name), unaborted()))).toBe('unauthorized');
    }
    expect(minted).toBe(1);
    await clock.advance(60_000);
    expect(await codeOf(made.create(manifestOf('d'), unaborted()))).toBe('unauthorized');
    expect(minted).toBe(2);
  });

  it('sends a request with the token of a kubeconfig once', async () => {
    const made = open(undefined);
    await made.listMetadata(unaborted());
    accept('another');
    expect(await codeOf(made.create(manifestOf('a'), unaborted()))).toBe('unauthorized');
    expect(statuses()).toEqual([401]);
  });

  it('sends nothing without a token, and says who should have given one', async () => {
    const away = new IsthmusError('token-unavailable', 'asking Entra for a token: it is away');
    const made = open({ get: () => Promise.reject(away), refused: () => false });
    await expect(made.create(manifestOf('a'), unaborted())).rejects.toMatchObject({
      code: 'token-unavailable',
      message: 'creating ServiceEntry a in namespace isthmus of cluster a: asking Entra for a token: it is away',
    });
    expect(emulator.model.log.calls()).toEqual([]);
  });

  it('reads nothing but server and CA of a kubeconfig whose user starts a program', async () => {
    accept('first');
    const text = emulator.kubeconfig().replace(/token: .*/, 'exec: { command: touch, args: [marker] }');
    await open(
      issuer(() => 'first'),
      text,
    ).create(manifestOf('a'), unaborted());
    expect(statuses()).toEqual([201]);
  });

  it('lets what is under way end when it is retired, and takes nothing new', async () => {
    const made = open(undefined);
    emulator.model.faults.add({ kind: 'latency', latencyMs: 200, verb: 'create' });
    const writing = made.create(manifestOf('a'), unaborted());
    while (!emulator.model.log.calls().some(({ verb }) => verb === 'create'))
      await new Promise((resolve) => setTimeout(resolve, 5));
    const retired = made.retire();
    expect((await writing).metadata.name).toBe('a');
    await retired;
    expect(await codeOf(made.create(manifestOf('b'), unaborted()))).toBe('aborted');
  });
});
