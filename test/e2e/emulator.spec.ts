import { startKubeEmulator } from '../../apps/kube-emulator/src/server.js';
import { CONVERSATIONS, DEVIATIONS } from './conversations.js';
import { converse } from './differences.js';
import { callApi, describeOnServers, TestSite } from './servers/index.js';

/** The emulator says word for word what a real API server says; where it does not, the difference is written down. */
describeOnServers('the Kubernetes emulator', (binaries) => {
  let site: TestSite;

  beforeAll(async () => {
    site = await TestSite.start(binaries, ['real']);
    await site.cluster('real').createNamespace('terminating');
    await site.cluster('real').deleteNamespace('terminating');
  });
  afterAll(() => site.stop());

  it.each(Object.entries(CONVERSATIONS))('answers %s as a real API server does', async (name, lines) => {
    const emulator = await startKubeEmulator({ name: 'emulated', namespaces: ['isthmus', 'terminating'] });
    const admin = /token: (\S+)/.exec(emulator.kubeconfig('admin'))?.[1] ?? '';
    const hub = /token: (\S+)/.exec(emulator.kubeconfig())?.[1] ?? '';
    const peer = { url: emulator.url, caPem: emulator.caPem };
    await callApi({ ...peer, token: admin }, { method: 'DELETE', path: '/api/v1/namespaces/terminating' });
    emulator.model.setUser({ name: 'nobody', token: 'nobodys-token', rights: [] });
    const real = site.cluster('real');
    await real.clean();
    const tokens = new Map([
      ['admin', [admin, real.server.adminToken]],
      ['nobody', ['nobodys-token', real.server.nobodyToken]],
    ]);
    const emulated = await converse(
      ({ token, ...call }) =>
        callApi({ ...peer, token: token === undefined ? hub : (tokens.get(token)?.[0] ?? token) }, call),
      lines,
    );
    const { url, caPem, hubToken } = real.server;
    const expected = await converse(
      ({ token, ...call }) =>
        callApi({ url, caPem, token: token === undefined ? hubToken : (tokens.get(token)?.[1] ?? token) }, call),
      lines,
    );
    await emulator.close();
    if (DEVIATIONS[name] === undefined) {
      expect(emulated).toEqual(expected);
      return;
    }
    const outcome = (answer: object): unknown => (answer as { readonly status: number }).status;
    expect(emulated.map(outcome)).toEqual(expected.map(outcome));
    expect(emulated).not.toEqual(expected);
  });
});
