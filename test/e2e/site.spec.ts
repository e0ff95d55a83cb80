import { describeOnServers, jsonOf, NAMESPACE, TestSite, until } from './servers/index.js';

describeOnServers('a site of real servers', (binaries) => {
  let site: TestSite;

  beforeAll(async () => {
    site = await TestSite.start(binaries, ['a', 'b']);
  });
  afterAll(() => site.stop());

  it('keeps clusters of one etcd apart', async () => {
    await site.cluster('a').put('only-here', {});
    expect(await site.cluster('a').entries()).toHaveLength(1);
    expect(await site.cluster('b').entries()).toEqual([]);
    await site.cluster('a').clean();
  });

  it('gives the hub the rights that deploy/rbac ships and no other', async () => {
    const { server, hubToken } = site.cluster('a');
    const review = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectRulesReview',
      spec: { namespace: NAMESPACE },
    };
    const path = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews';
    const reply = await server.call({ method: 'POST', path, body: review, token: hubToken });
    const { status } = jsonOf(reply, 201) as {
      readonly status: { readonly resourceRules: readonly { readonly resources: readonly string[] }[] };
    };
    const ofEveryone = ['selfsubject', 'clustertrustbundles'];
    const own = status.resourceRules.filter(
      ({ resources }) => !resources.some((name) => ofEveryone.some((part) => name.startsWith(part))),
    );
    expect(own).toEqual([
      {
        apiGroups: ['networking.istio.io'],
        resources: ['serviceentries'],
        verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'],
      },
    ]);
    const secrets = { path: `/api/v1/namespaces/${NAMESPACE}/secrets`, token: hubToken };
    expect((await server.call(secrets)).status).toBe(403);
  });

  it('ends every token of the hub when it takes a new one', async () => {
    const cluster = site.cluster('a');
    const path = `/apis/networking.istio.io/v1/namespaces/${NAMESPACE}/serviceentries`;
    const old = cluster.hubToken;
    await cluster.renewHubToken();
    expect((await cluster.server.call({ path, token: cluster.hubToken })).status).toBe(200);
    // An API server believes a token that it has checked for ten seconds more.
    const refused = async (): Promise<boolean> => (await cluster.server.call({ path, token: old })).status === 401;
    expect(await until('the old token is refused', 15_000, refused)).toBe(true);
  });

  it('is itself again after a crash of any server', async () => {
    const cluster = site.cluster('a');
    await cluster.put('kept', {});
    await cluster.server.kill();
    await cluster.server.start();
    expect(await cluster.entries()).toHaveLength(1);
    await site.etcd.kill();
    await site.etcd.start();
    await cluster.put('later', {});
    expect(await cluster.entries()).toHaveLength(2);
  });
});
