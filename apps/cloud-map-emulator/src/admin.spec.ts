import { ACCOUNT, admin, CART, post, start, stopAll } from './emulator.spec-rig.js';

afterEach(stopAll);

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
