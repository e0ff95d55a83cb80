import { answer, DATE, NAMESPACE, refuse, ScriptedCloudMap, SERVICE, signal } from './scripted-cloud-map.spec-rig.js';

describe('createAwsCloudMapSource', () => {
  let aws: ScriptedCloudMap;
  beforeEach(async () => {
    aws = await ScriptedCloudMap.start();
  });
  afterEach(() => aws.stop());

  it('asks for instances by HttpName and service name, with any health, 1,000 at most', async () => {
    aws.script = (response) => answer(response, { Instances: [], InstancesRevision: 1 });
    await aws.open().discoverInstances(SERVICE, signal);
    expect(aws.seen[0]?.operation).toBe('DiscoverInstances');
    expect(aws.seen[0]?.body).toEqual({
      NamespaceName: 'shop-1a2b',
      ServiceName: 'payments',
      MaxResults: 1000,
      HealthStatus: 'ALL',
    });
    expect(aws.seen[0]?.headers.authorization).toContain('/eu-west-1/servicediscovery/aws4_request');
  });

  it('names the owner account on the data plane, and ARNs on the control plane, for what is shared', async () => {
    aws.script = (response, { operation }) =>
      answer(response, operation === 'ListServices' ? { Services: [] } : { Instances: [], InstancesRevision: 1 });
    const source = aws.open();
    await source.discoverInstances({ ...SERVICE, isShared: true }, signal);
    await source.listInstances({ ...SERVICE, isShared: true }, signal);
    await source.listServices({ ...NAMESPACE, isShared: true }, () => undefined, signal);
    expect(aws.seen.map(({ body }) => body)).toMatchObject([
      { OwnerAccount: '111122223333' },
      { ServiceId: 'arn:aws:servicediscovery:eu-west-1:111122223333:service/srv-abcdefgh12345678', MaxResults: 100 },
      { Filters: [{ Name: 'NAMESPACE_ID', Condition: 'EQ', Values: [NAMESPACE.arn] }], MaxResults: 100 },
    ]);
  });

  it('asks for own and for shared namespaces, because nothing else tells one from the other', async () => {
    const arnOf = (account: string): string => `arn:aws:servicediscovery:eu-west-1:${account}:namespace/ns-${account}`;
    aws.script = (response, { body }) => {
      const account = JSON.stringify(body).includes('OTHER_ACCOUNTS') ? '444455556666' : '111122223333';
      const HttpProperties = { HttpName: 'shop' };
      const names = { Id: `ns-${account}`, Arn: arnOf(account), Name: 'shop', ResourceOwner: account };
      answer(response, { Namespaces: [{ ...names, Properties: { HttpProperties } }] });
    };
    expect(await aws.open().listNamespaces(signal)).toMatchObject({
      kind: 'complete',
      value: [
        { ownerAccount: '111122223333', isShared: false },
        { ownerAccount: '444455556666', isShared: true },
      ],
    });
  });

  it('lists the services of an own namespace by its id, and all services without a filter', async () => {
    aws.script = (response) => answer(response, { Services: [] });
    const source = aws.open();
    await source.listServices(NAMESPACE, () => undefined, signal);
    await source.listAllServices(() => undefined, signal);
    expect(aws.seen.map(({ body }) => body)).toEqual([
      { Filters: [{ Name: 'NAMESPACE_ID', Condition: 'EQ', Values: [NAMESPACE.id] }], MaxResults: 100 },
      { MaxResults: 100 },
    ]);
  });

  it('dates an answer, and a refusal, by the Date header', async () => {
    aws.script = (response) => refuse(response, 'ServiceNotFound');
    const atMs = Date.parse(DATE);
    expect(await aws.open().getService('srv-x', signal)).toEqual({
      kind: 'complete',
      value: 'not-found',
      observedAtMs: atMs,
    });
    aws.script = (response) => refuse(response, 'NamespaceNotFound');
    expect(await aws.open().getNamespace('ns-x', signal)).toMatchObject({ value: 'not-found', observedAtMs: atMs });
  });

  it('dates an answer without a Date header by its own clock', async () => {
    aws.script = (response) => {
      response.sendDate = false;
      response.end(JSON.stringify({ Services: [] }));
    };
    const reading = await aws.open().listAllServices(() => undefined, signal);
    expect(reading).toMatchObject({ kind: 'complete', observedAtMs: aws.clock.nowMs() });
  });

  it.each(['AccessDeniedException', 'ThrottlingException', 'InvalidInput', 'NamespaceNotFound'])(
    'never takes %s for the absence of a service',
    async (name) => {
      aws.script = (response) => refuse(response, name);
      expect(await aws.open({ attempts: 1 }).getService('srv-x', signal)).toMatchObject({ kind: 'failed' });
    },
  );

  it.each(['ListServices', 'ListNamespaces', 'ListInstances', 'DiscoverInstances', 'GetService', 'GetNamespace'])(
    'never takes an empty object for an empty answer of %s',
    async (operation) => {
      aws.script = (response) => answer(response, {});
      const source = aws.open();
      const calls: Record<string, () => Promise<{ readonly kind: string }>> = {
        ListServices: () => source.listAllServices(() => undefined, signal),
        ListNamespaces: () => source.listNamespaces(signal),
        ListInstances: () => source.listInstances(SERVICE, signal),
        DiscoverInstances: () => source.discoverInstances(SERVICE, signal),
        GetService: () => source.getService('srv-x', signal),
        GetNamespace: () => source.getNamespace('ns-x', signal),
      };
      expect(await calls[operation]?.()).toMatchObject({ kind: 'failed', error: { code: 'invalid-answer' } });
    },
  );
});
