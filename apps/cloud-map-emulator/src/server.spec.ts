import { startCloudMapEmulator } from './server.js';
import type { CloudMapEmulator } from './server.js';
import { admin, CART, headersOf, post, postToHost, start, stopAll } from './emulator.spec-rig.js';
import type { Call } from './emulator.spec-rig.js';

afterEach(stopAll);

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
