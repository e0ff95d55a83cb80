import { request } from 'node:http';
import { startCloudMapEmulator } from './server.js';
import type { CloudMapEmulator, CloudMapEmulatorOptions } from './server.js';

const ACCOUNT = '111122223333';
const SEED = {
  accounts: {
    [ACCOUNT]: { 'us-east-1': { namespaces: { shop: { services: { cart: { instances: { a: {}, b: {} } } } } } } },
  },
};
const CART = { NamespaceName: 'shop', ServiceName: 'cart' };
const running: CloudMapEmulator[] = [];

async function start(options: CloudMapEmulatorOptions = {}): Promise<CloudMapEmulator> {
  const emulator = await startCloudMapEmulator({ seed: SEED, ...options });
  running.push(emulator);
  return emulator;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((emulator) => emulator.close()));
});

interface Call {
  readonly operation: string;
  readonly input?: unknown;
  readonly region?: string;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function headersOf({
  operation,
  region = 'us-east-1',
  key = 'AKIDEXAMPLE',
  headers = {},
}: Call): Record<string, string> {
  const credential = `${key}/20250101/${region}/servicediscovery/aws4_request`;
  return {
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host;x-amz-date, Signature=00`,
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': `Route53AutoNaming_v20170314.${operation}`,
    ...headers,
  };
}

async function post(emulator: CloudMapEmulator, call: Call): Promise<{ response: Response; body: unknown }> {
  const body = JSON.stringify(call.input ?? {});
  const response = await fetch(`${emulator.url}/`, { method: 'POST', headers: headersOf(call), body });
  return { response, body: await response.json() };
}

async function admin(emulator: CloudMapEmulator, method: string, path: string, body?: unknown): Promise<unknown> {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const response = await fetch(`${emulator.url}/_admin/${path}`, init);
  return { status: response.status, body: await response.json() };
}

/** A call with a Host header of its own, which fetch does not allow. */
function postToHost(emulator: CloudMapEmulator, host: string, call: Call): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(emulator.url, { method: 'POST', headers: { ...headersOf(call), host } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.once('error', reject);
    sent.end(JSON.stringify(call.input ?? {}));
  });
}

describe('the API', () => {
  it('answers in JSON 1.1, with a request id and the date of the model', async () => {
    const emulator = await start({ nowMs: () => Date.UTC(2025, 0, 1) });
    const { response, body } = await post(emulator, { operation: 'ListNamespaces' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/x-amz-json-1.1');
    expect(response.headers.get('date')).toBe('Wed, 01 Jan 2025 00:00:00 GMT');
    expect(response.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(body).toMatchObject({ Namespaces: [{ CreateDate: Date.UTC(2025, 0, 1) / 1000, Name: 'shop' }] });
  });

  it('answers an empty body as an empty input', async () => {
    const emulator = await start();
    const headers = headersOf({ operation: 'ListNamespaces' });
    expect((await fetch(emulator.url, { method: 'POST', headers })).status).toBe(200);
  });

  it('takes the region from the credential scope: another region is another world', async () => {
    const emulator = await start();
    const { body } = await post(emulator, { operation: 'ListNamespaces', region: 'eu-west-1' });
    expect(body).toEqual({ Namespaces: [] });
  });

  it('takes the account from the access key', async () => {
    const emulator = await start();
    const { body } = await post(emulator, { operation: 'ListNamespaces', key: 'AKIA444455556666' });
    expect(body).toEqual({ Namespaces: [] });
  });

  it.each<[string, Call, number, string]>([
    [
      'modelled errors with their namespace',
      { operation: 'GetService', input: { Id: 'srv-none' } },
      400,
      'com.amazonaws.servicediscovery#ServiceNotFound',
    ],
    ['unknown actions', { operation: 'Dance' }, 400, 'UnknownOperationException'],
    [
      'targets of another service',
      { operation: '', headers: { 'x-amz-target': 'DynamoDB.Query' } },
      400,
      'UnknownOperationException',
    ],
    ['bodies that are no object', { operation: 'ListServices', input: [] }, 400, 'SerializationException'],
    [
      'unsigned calls',
      { operation: 'ListServices', headers: { authorization: '' } },
      403,
      'MissingAuthenticationTokenException',
    ],
    [
      'calls signed for another service',
      {
        operation: 'ListServices',
        headers: { authorization: 'AWS4-HMAC-SHA256 Credential=AKID/20250101/us-east-1/s3/aws4_request' },
      },
      403,
      'MissingAuthenticationTokenException',
    ],
  ])('answers %s', async (_, call, status, type) => {
    const { response, body } = await post(await start(), call);
    expect(response.status).toBe(status);
    expect(body).toMatchObject({ __type: type, Message: expect.any(String) });
  });

  it('knows no unknown key once there are two accounts', async () => {
    const emulator = await start();
    emulator.model.seed({ accounts: { '444455556666': { 'us-east-1': {} } } });
    const { response, body } = await post(emulator, { operation: 'ListNamespaces' });
    expect(response.status).toBe(403);
    expect(body).toMatchObject({ __type: 'UnrecognizedClientException' });
  });

  it('keeps the planes apart on strict hosts only', async () => {
    const [strict, lenient] = [await start({ strictHosts: true }), await start()];
    const calls = [
      { host: 'data-servicediscovery.local', operation: 'DiscoverInstances' },
      { host: 'servicediscovery.local', operation: 'DiscoverInstances' },
      { host: 'data-servicediscovery.local', operation: 'ListServices' },
      { host: 'servicediscovery.local', operation: 'ListServices' },
    ];
    const statuses = (emulator: CloudMapEmulator): Promise<number[]> =>
      Promise.all(calls.map(({ host, operation }) => postToHost(emulator, host, { operation, input: CART })));
    expect(await statuses(strict)).toEqual([200, 400, 400, 200]);
    expect(await statuses(lenient)).toEqual([200, 200, 200, 200]);
  });
});

describe('faults', () => {
  it.each<[string, string, string]>([
    ['ListServices', 'throttle', 'ThrottlingException'],
    ['DiscoverInstances', 'throttle', 'com.amazonaws.servicediscovery#RequestLimitExceeded'],
    ['ListServices', 'accessDenied', 'AccessDeniedException'],
  ])('answer %s under %s with 400 and %s', async (operation, kind, type) => {
    const emulator = await start();
    await admin(emulator, 'POST', 'faults', { kind });
    const { response, body } = await post(emulator, { operation, input: CART });
    expect(response.status).toBe(400);
    expect(body).toMatchObject({ __type: type });
  });

  it('answer InternalFailure with 500', async () => {
    const emulator = await start();
    await admin(emulator, 'POST', 'faults', { kind: 'error500' });
    expect((await post(emulator, { operation: 'ListServices' })).response.status).toBe(500);
  });

  it('break the connection on reset, and on an outage that refuses', async () => {
    const emulator = await start();
    emulator.model.faults.set({ kind: 'reset', operation: 'ListServices' });
    emulator.model.faults.set({ kind: 'outage', mode: 'refuse', operation: 'ListNamespaces' });
    const broken = { cause: { code: expect.stringMatching(/ECONNRESET|UND_ERR_SOCKET/) } };
    await expect(post(emulator, { operation: 'ListServices' })).rejects.toMatchObject(broken);
    await expect(post(emulator, { operation: 'ListNamespaces' })).rejects.toMatchObject(broken);
  });

  it('send half of the JSON', async () => {
    const emulator = await start();
    emulator.model.faults.set({ kind: 'truncatedJson' });
    await expect(post(emulator, { operation: 'ListServices' })).rejects.toMatchObject({ name: 'SyntaxError' });
  });

  it('send an answer late', async () => {
    const emulator = await start();
    emulator.model.faults.set({ kind: 'latency', latencyMs: 5 });
    const beginMs = performance.now();
    const { response } = await post(emulator, { operation: 'ListServices' });
    expect(response.status).toBe(200);
    expect(performance.now() - beginMs).toBeGreaterThanOrEqual(4);
  });

  it('leave a call hanging, which close() ends at once', async () => {
    const emulator = await start();
    emulator.model.faults.set({ kind: 'hang' });
    const hanging = post(emulator, { operation: 'ListServices' }).then(
      () => 'answered',
      () => 'broken off',
    );
    while (emulator.model.callLog.count({ outcome: 'hang' }) === 0) await new Promise(setImmediate);
    await emulator.close();
    expect(await hanging).toBe('broken off');
  });

  it('that answer late are forgotten by close()', async () => {
    const emulator = await start();
    emulator.model.faults.set({ kind: 'latency', latencyMs: 60_000 });
    const late = post(emulator, { operation: 'ListServices' }).then(
      () => 'answered',
      () => 'broken off',
    );
    while (emulator.model.callLog.count() === 0) await new Promise(setImmediate);
    await emulator.close();
    expect(await late).toBe('broken off');
  });
});

describe('the admin API', () => {
  it('sets, lists and clears faults', async () => {
    const emulator = await start();
    const rule = { kind: 'outage', mode: 'hang', region: 'eu-west-1' };
    expect(await admin(emulator, 'POST', 'faults', rule)).toEqual({ status: 200, body: { ...rule, id: 1 } });
    await admin(emulator, 'POST', 'faults', { kind: 'throttle', times: 3 });
    await admin(emulator, 'DELETE', 'faults?id=1');
    expect(await admin(emulator, 'GET', 'faults')).toEqual({
      status: 200,
      body: { faults: [{ kind: 'throttle', times: 3, id: 2 }] },
    });
    await admin(emulator, 'DELETE', 'faults');
    expect(await admin(emulator, 'GET', 'faults')).toMatchObject({ body: { faults: [] } });
  });

  it('shows calls and counters, and forgets them', async () => {
    const emulator = await start();
    await post(emulator, { operation: 'DiscoverInstances', input: CART });
    const counts = [{ account: ACCOUNT, region: 'us-east-1', operation: 'DiscoverInstances', outcome: 'ok', count: 1 }];
    const calls = [{ seq: 1, operation: 'DiscoverInstances', parameters: CART, outcome: 'ok' }];
    expect(await admin(emulator, 'GET', 'calls')).toMatchObject({ body: { counts, calls } });
    await admin(emulator, 'POST', 'reset-log');
    expect(await admin(emulator, 'GET', 'calls')).toMatchObject({ body: { counts: [], calls: [] } });
  });

  it('changes instances and their health by name, the account being the only one', async () => {
    const emulator = await start();
    await admin(emulator, 'POST', 'seed', {
      accounts: { [ACCOUNT]: { 'us-east-1': { namespaces: { shop: { services: { pay: { health: 'custom' } } } } } } },
    });
    const place = { region: 'us-east-1', namespace: 'shop', service: 'pay' };
    await admin(emulator, 'POST', 'instances', { ...place, id: 'x', attributes: { stage: 'beta' } });
    await admin(emulator, 'POST', 'instances', { ...place, id: 'y' });
    await admin(emulator, 'DELETE', 'instances', { ...place, id: 'y' });
    await admin(emulator, 'POST', 'health', { ...place, id: 'x', status: 'UNHEALTHY' });
    const input = { NamespaceName: 'shop', ServiceName: 'pay' };
    expect((await post(emulator, { operation: 'DiscoverInstances', input })).body).toMatchObject({
      Instances: [{ InstanceId: 'x', HealthStatus: 'UNHEALTHY', Attributes: { stage: 'beta' } }],
      InstancesRevision: 3,
    });
  });

  it('carries out any action, unsigned and unlogged', async () => {
    const emulator = await start();
    const operation = { region: 'us-east-1', operation: 'CreateHttpNamespace', input: { Name: 'more' } };
    expect(await admin(emulator, 'POST', 'operations', operation)).toMatchObject({ status: 200 });
    expect(await admin(emulator, 'GET', 'state')).toMatchObject({
      body: { namespaces: [{ name: 'shop' }, { name: 'more' }] },
    });
    expect(emulator.model.callLog.count()).toBe(0);
  });

  it('advances the clock of the model', async () => {
    const emulator = await start({ nowMs: () => 1000 });
    expect(await admin(emulator, 'POST', 'clock/advance', { ms: 500 })).toEqual({ status: 200, body: { nowMs: 1500 } });
  });

  it.each<[string, string, unknown]>([
    ['faults', 'kind: must be one of', { kind: 'flood' }],
    ['seed', 'acounts: is unknown', { acounts: {} }],
    ['clock/advance', 'ms: must be a number', { ms: '1s' }],
    ['instances', 'region: must be a text', {}],
    ['instances', 'No service named none', { region: 'us-east-1', namespace: 'shop', service: 'none', id: 'a' }],
    ['health', 'status: must be HEALTHY or UNHEALTHY', { status: 'UP' }],
  ])('refuses POST %s and says what is wrong: %s', async (path, error, body) => {
    const answer = await admin(await start(), 'POST', path, body);
    expect(answer).toMatchObject({ status: 400, body: { error: expect.stringContaining(error) } });
  });

  it('clears nothing when the fault to clear has no number', async () => {
    const emulator = await start();
    emulator.model.faults.set({ kind: 'hang' });
    expect(await admin(emulator, 'DELETE', 'faults?id=first')).toMatchObject({ status: 400 });
    expect(emulator.model.faults.list()).toHaveLength(1);
  });

  it('knows no other path', async () => {
    expect(await admin(await start(), 'GET', 'secrets')).toMatchObject({ status: 404 });
  });
});

describe('startCloudMapEmulator', () => {
  it('refuses a seed that cannot be used, with the place', async () => {
    await expect(startCloudMapEmulator({ seed: { accounts: { x: {} } } })).rejects.toThrow('accounts.x');
  });

  it('serves an empty Cloud Map to any key when it has no seed', async () => {
    const emulator = await start({ seed: undefined });
    await post(emulator, { operation: 'CreateHttpNamespace', input: { Name: 'shop' } });
    expect((await post(emulator, { operation: 'ListNamespaces' })).body).toMatchObject({
      Namespaces: [{ Name: 'shop', ResourceOwner: '123456789012' }],
    });
  });
});
