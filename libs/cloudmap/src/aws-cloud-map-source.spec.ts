import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { jest } from '@jest/globals';
import type { NamespaceRecord, ServiceRecord, SourceSettings } from '@isthmus/model';
import { componentKey } from '@isthmus/model';
import type { RecordingMetrics } from '@isthmus/testing';
import { ManualClock, recordingMetrics, source as sourceSettings } from '@isthmus/testing';
import { createAwsCloudMapSource } from './aws-cloud-map-source.js';
import type { AwsCloudMapOptions, AwsCloudMapSource } from './aws-cloud-map-source.js';

/** What the server saw of one request. */
interface Seen {
  readonly operation: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: IncomingMessage['headers'];
}

type Script = (response: ServerResponse, seen: Seen, count: number) => void;

const ACCESS_KEY_ID = 'AKIATESTTESTTESTTEST';
const SECRET_ACCESS_KEY = 'canary-secret-access-key';
const SESSION_TOKEN = 'canary-session-token';
const DATE = 'Tue, 06 Jan 2026 10:00:00 GMT';
const signal = new AbortController().signal;

const NAMESPACE: NamespaceRecord = {
  id: 'ns-abcdefgh12345678',
  arn: 'arn:aws:servicediscovery:eu-west-1:111122223333:namespace/ns-abcdefgh12345678',
  name: 'shop',
  httpName: 'shop-1a2b',
  partition: 'aws',
  region: 'eu-west-1',
  ownerAccount: '111122223333',
  isShared: false,
};
const IDENTITY = {
  partition: 'aws',
  region: 'eu-west-1',
  ownerAccount: '111122223333',
  namespaceId: NAMESPACE.id,
  serviceId: 'srv-abcdefgh12345678',
};
const SERVICE: ServiceRecord = {
  key: componentKey(IDENTITY),
  identity: IDENTITY,
  namespaceName: 'shop',
  httpName: 'shop-1a2b',
  serviceName: 'payments',
  createdAtMs: 0,
  isShared: false,
};

const SERVICE_ANSWER = { Service: { Id: 'srv-x', NamespaceId: NAMESPACE.id } };
const ONE_PER_SECOND = { discoverPerSecond: 1, listServicesPerSecond: 1, listNamespacesPerSecond: 1, getPerSecond: 1 };

const answer = (response: ServerResponse, body: object, status = 200): void => {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', date: DATE });
  response.end(JSON.stringify(body));
};
const refuse = (response: ServerResponse, name: string, status = 400): void =>
  answer(response, { __type: `com.amazonaws.servicediscovery#${name}`, Message: 'no' }, status);

describe('createAwsCloudMapSource', () => {
  let server: Server;
  let seen: Seen[];
  let script: Script;
  let clock: ManualClock;
  let metrics: RecordingMetrics;
  let opened: AwsCloudMapSource[];

  const settings = (changes: Partial<Omit<SourceSettings, 'name'>> = {}): SourceSettings => {
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}`;
    const endpoint = { control: url, data: url };
    return sourceSettings({ name: 'shop', region: 'eu-west-1', endpoint, ...changes });
  };

  const open = (options: Partial<AwsCloudMapOptions> = {}): AwsCloudMapSource => {
    const source = createAwsCloudMapSource({
      settings: settings(),
      clock,
      metrics,
      credentials: () =>
        Promise.resolve({
          accessKeyId: ACCESS_KEY_ID,
          secretAccessKey: SECRET_ACCESS_KEY,
          sessionToken: SESSION_TOKEN,
        }),
      ...options,
    });
    opened.push(source);
    return source;
  };

  beforeEach(async () => {
    seen = [];
    opened = [];
    clock = new ManualClock();
    metrics = recordingMetrics();
    server = createServer((request, response) => {
      void readJson(request).then((body) => {
        const operation = String(request.headers['x-amz-target']).replace(/^.*\./, '');
        const call = { operation, body, headers: request.headers };
        seen.push(call);
        script(response, call, seen.length);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterEach(async () => {
    jest.useRealTimers();
    for (const source of opened) source.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('asks for instances by HttpName and service name, with any health, 1,000 at most', async () => {
    script = (response) => answer(response, { Instances: [], InstancesRevision: 1 });
    await open().discoverInstances(SERVICE, signal);
    expect(seen[0]?.operation).toBe('DiscoverInstances');
    expect(seen[0]?.body).toEqual({
      NamespaceName: 'shop-1a2b',
      ServiceName: 'payments',
      MaxResults: 1000,
      HealthStatus: 'ALL',
    });
    expect(seen[0]?.headers.authorization).toContain('/eu-west-1/servicediscovery/aws4_request');
  });

  it('names the owner account on the data plane, and ARNs on the control plane, for what is shared', async () => {
    script = (response, { operation }) =>
      answer(response, operation === 'ListServices' ? { Services: [] } : { Instances: [], InstancesRevision: 1 });
    const source = open();
    await source.discoverInstances({ ...SERVICE, isShared: true }, signal);
    await source.listInstances({ ...SERVICE, isShared: true }, signal);
    await source.listServices({ ...NAMESPACE, isShared: true }, () => undefined, signal);
    expect(seen.map(({ body }) => body)).toMatchObject([
      { OwnerAccount: '111122223333' },
      { ServiceId: 'arn:aws:servicediscovery:eu-west-1:111122223333:service/srv-abcdefgh12345678', MaxResults: 100 },
      { Filters: [{ Name: 'NAMESPACE_ID', Condition: 'EQ', Values: [NAMESPACE.arn] }], MaxResults: 100 },
    ]);
  });

  it('asks for own and for shared namespaces, because nothing else tells one from the other', async () => {
    const arnOf = (account: string): string => `arn:aws:servicediscovery:eu-west-1:${account}:namespace/ns-${account}`;
    script = (response, { body }) => {
      const account = JSON.stringify(body).includes('OTHER_ACCOUNTS') ? '444455556666' : '111122223333';
      const HttpProperties = { HttpName: 'shop' };
      const names = { Id: `ns-${account}`, Arn: arnOf(account), Name: 'shop', ResourceOwner: account };
      answer(response, { Namespaces: [{ ...names, Properties: { HttpProperties } }] });
    };
    expect(await open().listNamespaces(signal)).toMatchObject({
      kind: 'complete',
      value: [
        { ownerAccount: '111122223333', isShared: false },
        { ownerAccount: '444455556666', isShared: true },
      ],
    });
  });

  it('lists the services of an own namespace by its id, and all services without a filter', async () => {
    script = (response) => answer(response, { Services: [] });
    const source = open();
    await source.listServices(NAMESPACE, () => undefined, signal);
    await source.listAllServices(() => undefined, signal);
    expect(seen.map(({ body }) => body)).toEqual([
      { Filters: [{ Name: 'NAMESPACE_ID', Condition: 'EQ', Values: [NAMESPACE.id] }], MaxResults: 100 },
      { MaxResults: 100 },
    ]);
  });

  it('dates an answer, and a refusal, by the Date header', async () => {
    script = (response) => refuse(response, 'ServiceNotFound');
    const atMs = Date.parse(DATE);
    expect(await open().getService('srv-x', signal)).toEqual({
      kind: 'complete',
      value: 'not-found',
      observedAtMs: atMs,
    });
    script = (response) => refuse(response, 'NamespaceNotFound');
    expect(await open().getNamespace('ns-x', signal)).toMatchObject({ value: 'not-found', observedAtMs: atMs });
  });

  it('dates an answer without a Date header by its own clock', async () => {
    script = (response) => {
      response.sendDate = false;
      response.end(JSON.stringify({ Services: [] }));
    };
    const reading = await open().listAllServices(() => undefined, signal);
    expect(reading).toMatchObject({ kind: 'complete', observedAtMs: clock.nowMs() });
  });

  it.each(['AccessDeniedException', 'ThrottlingException', 'InvalidInput', 'NamespaceNotFound'])(
    'never takes %s for the absence of a service',
    async (name) => {
      script = (response) => refuse(response, name);
      expect(await open({ attempts: 1 }).getService('srv-x', signal)).toMatchObject({ kind: 'failed' });
    },
  );

  it.each(['ListServices', 'ListNamespaces', 'ListInstances', 'DiscoverInstances', 'GetService', 'GetNamespace'])(
    'never takes an empty object for an empty answer of %s',
    async (operation) => {
      script = (response) => answer(response, {});
      const source = open();
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

  it('takes a token for each attempt, so that retries do not exceed the rate limit', async () => {
    script = (response, _, count) =>
      count === 1 ? refuse(response, 'InternalFailure', 500) : answer(response, SERVICE_ANSWER);
    const reading = open({ settings: settings({ limits: ONE_PER_SECOND }) }).getService('srv-x', signal);
    await until(() => clock.sleeperCount === 1);
    expect(seen).toHaveLength(1);
    await clock.advance(1000);
    expect(await reading).toMatchObject({ kind: 'complete' });
    expect(seen).toHaveLength(2);
  });

  it('halves its rate after a throttle', async () => {
    const limits = { ...ONE_PER_SECOND, discoverPerSecond: 2 };
    const source = open({ attempts: 1, settings: settings({ limits }) });
    script = (response) => refuse(response, 'RequestLimitExceeded');
    expect(await source.discoverInstances(SERVICE, signal)).toMatchObject({ error: { code: 'throttled' } });
    script = (response) => answer(response, { Instances: [], InstancesRevision: 1 });
    await source.discoverInstances(SERVICE, signal);
    const second = source.discoverInstances(SERVICE, signal);
    await clock.advance(900);
    expect(seen).toHaveLength(2);
    await clock.advance(200);
    expect(await second).toMatchObject({ kind: 'complete' });
  });

  it('does not count the wait for the rate limit as time of the call', async () => {
    script = (response) => answer(response, SERVICE_ANSWER);
    const source = open({ settings: settings({ limits: ONE_PER_SECOND }) });
    await source.getService('srv-x', signal);
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] });
    const second = source.getService('srv-x', signal);
    await until(() => clock.sleeperCount === 1);
    jest.advanceTimersByTime(60_000);
    jest.useRealTimers();
    await clock.advance(1000);
    expect(await second).toMatchObject({ kind: 'complete' });
  });

  it('counts and times every attempt by operation and code', async () => {
    script = (response, _, count) =>
      count === 1 ? refuse(response, 'InternalFailure', 500) : answer(response, { Services: [] });
    await open().listAllServices(() => undefined, signal);
    const labels = { account: 'unknown', region: 'eu-west-1', operation: 'ListServices' };
    expect(metrics.value('isthmus_source_requests_total', { ...labels, code: 'server-error' })).toBe(1);
    expect(metrics.value('isthmus_source_requests_total', { ...labels, code: 'ok' })).toBe(1);
    expect(metrics.observations('isthmus_source_request_duration_seconds')).toHaveLength(2);
  });

  it('answers credentials-missing, sends nothing and tries again, while there are no credentials', async () => {
    let asked = 0;
    script = (response) => answer(response, { Services: [] });
    const source = open({
      credentials: () => {
        asked += 1;
        const missing = Object.assign(new Error(SECRET_ACCESS_KEY), { name: 'CredentialsProviderError' });
        return asked === 1 ? Promise.reject(missing) : Promise.resolve({ accessKeyId: 'a', secretAccessKey: 'b' });
      },
    });
    const first = await source.listAllServices(() => undefined, signal);
    expect(first).toMatchObject({ kind: 'failed', error: { code: 'credentials-missing' } });
    expect(inspect(first, { depth: 9 })).not.toContain(SECRET_ACCESS_KEY);
    expect(seen).toHaveLength(0);
    expect(await source.listAllServices(() => undefined, signal)).toMatchObject({ kind: 'complete' });
  });

  it('asks for credentials once for both planes', async () => {
    let asked = 0;
    script = (response, { operation }) =>
      answer(response, operation === 'ListServices' ? { Services: [] } : { Instances: [], InstancesRevision: 1 });
    const source = open({
      credentials: () => {
        asked += 1;
        return Promise.resolve({ accessKeyId: 'a', secretAccessKey: 'b' });
      },
    });
    await source.listAllServices(() => undefined, signal);
    await source.discoverInstances(SERVICE, signal);
    await source.discoverInstances(SERVICE, signal);
    expect(asked).toBe(1);
  });

  it('ends with timeout when credentials never come', async () => {
    const source = open({ credentials: () => new Promise(() => undefined), timeouts: { callMs: 30 } });
    expect(await source.listNamespaces(signal)).toMatchObject({ kind: 'failed', error: { code: 'timeout' } });
  });

  it('answers network when nobody listens', async () => {
    const nobody = 'http://127.0.0.1:1';
    const source = open({ settings: settings({ endpoint: { control: nobody, data: nobody } }), attempts: 1 });
    expect(await source.listNamespaces(signal)).toMatchObject({ kind: 'failed', error: { code: 'network' } });
    expect(await source.discoverInstances(SERVICE, signal)).toMatchObject({ error: { code: 'network' } });
  });

  it.each<[string, Script]>([
    ['nothing comes', () => undefined],
    ['the body stops', (response) => void response.writeHead(200, { 'content-length': '100' }).write('{"Services":')],
  ])('ends with timeout when %s', async (_, hang) => {
    script = hang;
    const source = open({ timeouts: { callMs: 50 } });
    const reading = await source.listAllServices(() => undefined, signal);
    expect(reading).toMatchObject({ kind: 'failed', error: { code: 'timeout' } });
  });

  it('ends an attempt of its own time, and tries again', async () => {
    script = (response, _, count) => (count === 1 ? undefined : answer(response, { Services: [] }));
    const source = open({ timeouts: { requestMs: 30 } });
    expect(await source.listAllServices(() => undefined, signal)).toMatchObject({ kind: 'complete' });
  });

  it('answers aborted when the caller stops, at work or at the rate limit', async () => {
    const controller = new AbortController();
    script = () => controller.abort();
    const source = open({ settings: settings({ limits: ONE_PER_SECOND }) });
    expect(await source.getService('srv-x', controller.signal)).toMatchObject({ error: { code: 'aborted' } });
    expect(await source.getService('srv-x', controller.signal)).toMatchObject({ error: { code: 'aborted' } });
    const waiting = new AbortController();
    const queued = source.getService('srv-x', waiting.signal);
    await until(() => clock.sleeperCount === 1);
    waiting.abort(new Error('term lost'));
    expect(await queued).toMatchObject({ error: { code: 'aborted' } });
    expect(seen).toHaveLength(1);
  });

  it('ends what is under way as aborted, and its sockets, when it is closed', async () => {
    let sockets = 0;
    server.on('connection', (socket) => {
      sockets += 1;
      socket.on('close', () => (sockets -= 1));
    });
    const source = open();
    script = (response) => answer(response, { Services: [] });
    await source.listAllServices(() => undefined, signal);
    script = () => source.close();
    expect(await source.listAllServices(() => undefined, signal)).toMatchObject({ error: { code: 'aborted' } });
    expect(await source.listNamespaces(signal)).toMatchObject({ error: { code: 'aborted' } });
    await until(() => sockets === 0);
    expect(sockets).toBe(0);
  });

  it('lets nothing of signatures, keys or bodies out of an error', async () => {
    script = (response, { headers }) =>
      answer(response, { __type: 'AccessDeniedException', Message: `${headers.authorization} ${SESSION_TOKEN}` }, 400);
    const reading = await open().discoverInstances(SERVICE, signal);
    const shown = `${inspect(reading, { depth: 9, showHidden: true })} ${JSON.stringify(reading)}`;
    expect(shown).toContain('servicediscovery:DiscoverInstances');
    for (const secret of [ACCESS_KEY_ID, SECRET_ACCESS_KEY, SESSION_TOKEN, 'Signature', 'AWS4-HMAC']) {
      expect(shown).not.toContain(secret);
    }
  });
});

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
}

/** Lets the event loop turn until the condition holds; the test's own timeout ends a wait in vain. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
