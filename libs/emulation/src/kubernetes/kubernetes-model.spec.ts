import type { KubernetesFault } from './faults.js';
import { hubRights } from './access.js';
import { parseFault } from './faults.js';
import { seedManifest } from './seed.js';
import { ENTRIES_PATH, manifest, Rig } from './api-server.spec-rig.js';

const ENTRY = `${ENTRIES_PATH}/b`;

describe('authentication', () => {
  it('answers 401 to a token that it does not know and to one that has expired', () => {
    const rig = new Rig();
    expect(rig.call(`GET ${ENTRIES_PATH}`, undefined, { token: 'wrong' })).toMatchObject({
      status: 401,
      json: { message: 'Unauthorized', reason: 'Unauthorized' },
    });
    rig.model.setUser({ name: 'hub', token: 'hub-token', rights: 'all', expiresAtMs: rig.nowMs + 1 });
    expect(rig.call(`GET ${ENTRIES_PATH}`, undefined, { token: 'hub-token' }).status).toBe(200);
    rig.nowMs += 1;
    expect(rig.call(`GET ${ENTRIES_PATH}`, undefined, { token: 'hub-token' }).status).toBe(401);
  });

  it('takes an empty bearer token for anonymous, who may only ask for health and version', () => {
    const rig = new Rig();
    const as = (path: string) => rig.call(`GET ${path}`, undefined, { token: '' });
    expect(as(ENTRIES_PATH).json['message']).toContain('User "system:anonymous" cannot list');
    expect(as('/apis').json['message']).toBe('forbidden: User "system:anonymous" cannot get path "/apis"');
    expect([as('/readyz').text, as('/livez').text, as('/version').status]).toEqual(['ok', 'ok', 200]);
    expect(rig.call('GET /readyz', undefined, { token: 'wrong' }).status).toBe(401);
  });
});

describe('access rules', () => {
  const as = (rig: Rig, line: string) => rig.call(line, manifest('b'), { token: 'hub-token' });

  it('let a hub do what it needs in its namespace, and nothing more', () => {
    const rig = new Rig();
    expect(as(rig, `POST ${ENTRIES_PATH}`).status).toBe(201);
    expect(as(rig, `PUT ${ENTRY}`).status).toBe(403);
    expect(as(rig, `PATCH ${ENTRY}/status`).status).toBe(403);
    expect(as(rig, `DELETE ${ENTRIES_PATH}`).status).toBe(403);
    expect(as(rig, 'POST /api/v1/namespaces').status).toBe(403);
    expect(as(rig, 'GET /apis/networking.istio.io/v1').status).toBe(200);
  });

  it('name user, verb, resource, group and namespace in the refusal', () => {
    const rig = new Rig();
    const { json } = as(rig, `GET ${ENTRIES_PATH.replace('hub', 'other')}`);
    expect(json).toMatchObject({
      reason: 'Forbidden',
      message:
        'serviceentries.networking.istio.io is forbidden: User "hub" cannot list resource "serviceentries" in API group "networking.istio.io" in the namespace "other"',
      details: { group: 'networking.istio.io', kind: 'serviceentries' },
    });
    expect(as(rig, 'GET /apis/networking.istio.io/v1/serviceentries').json['message']).toContain(
      'at the cluster scope',
    );
  });

  it('can be given for some verbs only', () => {
    const rig = new Rig();
    const [rule] = hubRights(['hub']);
    rig.model.setUser({ name: 'hub', token: 'hub-token', rights: [{ ...rule, verbs: ['get', 'list'] }] as never });
    expect([as(rig, `GET ${ENTRIES_PATH}`).status, as(rig, `POST ${ENTRIES_PATH}`).status]).toEqual([200, 403]);
  });
});

describe('what is served', () => {
  it('lists the versions of the group and the resource in each', () => {
    const rig = new Rig({ versions: ['v1beta1', 'v1alpha3'] });
    expect(rig.call('GET /apis/networking.istio.io').json).toMatchObject({
      kind: 'APIGroup',
      preferredVersion: { version: 'v1beta1' },
      versions: [{ version: 'v1beta1' }, { version: 'v1alpha3' }],
    });
    expect(rig.call('GET /apis/networking.istio.io/v1beta1').json).toMatchObject({
      kind: 'APIResourceList',
      resources: [{ name: 'serviceentries', namespaced: true }, { name: 'serviceentries/status' }],
    });
  });

  it('answers a version that is not served, and a cluster without the CRD, with 404 in text', () => {
    const old = new Rig({ versions: ['v1beta1'] });
    expect(old.call(`GET ${ENTRIES_PATH}`)).toMatchObject({ status: 404, text: '404 page not found\n' });
    const bare = new Rig({ versions: [] });
    expect(bare.call('GET /apis/networking.istio.io').headers['content-type']).toContain('text/plain');
    expect(bare.call('GET /apis').json).toMatchObject({ groups: [] });
  });

  it('shows one object in each of its versions', () => {
    const rig = new Rig();
    rig.create('b');
    expect(rig.call(`GET ${ENTRY.replace('/v1/', '/v1alpha3/')}`).json['apiVersion']).toBe(
      'networking.istio.io/v1alpha3',
    );
  });

  it('creates and lists namespaces', () => {
    const rig = new Rig();
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
    expect(rig.call('POST /api/v1/namespaces', body).status).toBe(201);
    expect(rig.call('POST /api/v1/namespaces', body).json['reason']).toBe('AlreadyExists');
    expect(rig.call('GET /api/v1/namespaces/shop').json).toMatchObject({ status: { phase: 'Active' } });
    expect(rig.call('GET /api/v1/namespaces').json['items']).toHaveLength(2);
  });

  it('answers 503 with retry-after 5 to everything until it has started', () => {
    const rig = new Rig();
    rig.model.restart(1_000);
    expect(rig.call(`GET ${ENTRIES_PATH}`)).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
    expect(rig.call('GET /readyz').status).toBe(500);
    rig.nowMs += 1_000;
    expect(rig.call(`GET ${ENTRIES_PATH}`).status).toBe(200);
  });

  it('dates every answer by its own clock', () => {
    expect(new Rig().call('GET /nowhere').headers['date']).toBe('Fri, 02 Jan 2026 03:04:05 GMT');
  });

  it('deletes no collections', () => {
    expect(new Rig().call(`DELETE ${ENTRIES_PATH}`).status).toBe(405);
  });
});

describe('faults', () => {
  it('strike the verb and name they are set for, as often as they say', () => {
    const rig = new Rig();
    rig.create('b');
    rig.model.faults.add({ kind: 'status', status: 500, verb: 'get', name: 'b', times: 2 });
    const statuses = [1, 2, 3].map(() => rig.call(`GET ${ENTRY}`).status);
    expect([...statuses, rig.call(`GET ${ENTRIES_PATH}`).status]).toEqual([500, 500, 200, 200]);
  });

  it.each([
    [429, 'Too many requests, please try again later.\n', '1'],
    [500, undefined, undefined],
  ])('answer %s as a real API server does', (status, text, retryAfter) => {
    const rig = new Rig();
    rig.model.faults.add({ kind: 'status', status });
    const answer = rig.call(`GET ${ENTRIES_PATH}`);
    expect([answer.status, answer.headers['retry-after'], answer.json['reason']]).toEqual([
      status,
      retryAfter,
      undefined,
    ]);
    expect(answer.text).toContain(text ?? '"kind":"Status"');
  });

  it('carry reason, message and Retry-After when they are given', () => {
    const rig = new Rig();
    rig.model.faults.add({ kind: 'status', status: 503, message: 'apiserver is shutting down', retryAfterSeconds: 7 });
    expect(rig.call(`GET ${ENTRIES_PATH}`)).toMatchObject({
      headers: { 'retry-after': '7' },
      json: { reason: 'ServiceUnavailable', message: 'apiserver is shutting down' },
    });
  });

  it.each(['hang', 'reset'] as const)('%s before the write leaves nothing behind, after it the object', (kind) => {
    const rig = new Rig();
    rig.model.faults.add({ kind, verb: 'create', times: 1 });
    expect(rig.outcome(`POST ${ENTRIES_PATH}`, manifest('b')).kind).toBe(kind);
    expect(rig.model.entries('hub')).toEqual([]);
    rig.model.faults.add({ kind, when: 'after', verb: 'create', times: 1 });
    expect(rig.outcome(`POST ${ENTRIES_PATH}`, manifest('b')).kind).toBe(kind);
    expect(rig.model.entries('hub')).toHaveLength(1);
  });

  it('delay what they let through', () => {
    const rig = new Rig();
    rig.model.faults.add({ kind: 'latency', latencyMs: 30 });
    rig.model.faults.add({ kind: 'latency', latencyMs: 12 });
    expect(rig.outcome(`GET ${ENTRIES_PATH}`)).toMatchObject({ kind: 'answer', delayMs: 42 });
  });

  it('cut every connection of a server that is down, until it is removed', () => {
    const rig = new Rig();
    const id = rig.model.faults.add({ kind: 'down' });
    expect(rig.outcome('GET /readyz').kind).toBe('reset');
    rig.model.faults.remove(id);
    expect(rig.outcome('GET /readyz').kind).toBe('answer');
  });

  it('are read from JSON with a reason for every refusal', () => {
    const fault = { kind: 'reset', when: 'after', verb: 'patch', times: 1 } satisfies KubernetesFault;
    expect(parseFault(fault)).toEqual({ ok: true, value: fault });
    expect(parseFault({ kind: 'magic' })).toMatchObject({ ok: false });
    expect(parseFault({ kind: 'status', status: 200 })).toMatchObject({ ok: false });
    expect(parseFault({ kind: 'hang', times: 0 })).toMatchObject({ ok: false });
  });
});

describe('the call log', () => {
  it('records each call with its verb, object, user, status and size', () => {
    const rig = new Rig();
    rig.create('b');
    rig.call(`PATCH ${ENTRY}?dryRun=All`, { spec: {} }, { token: 'hub-token' });
    expect(rig.model.log.calls()).toMatchObject([
      { seq: 1, verb: 'create', resource: 'serviceentries', namespace: 'hub', status: 201, user: 'admin' },
      { seq: 2, verb: 'patch', name: 'b', status: 200, user: 'hub', isDryRun: true, requestBytes: 11 },
    ]);
  });

  it('counts writes exactly, dry runs and reads not among them, beyond what it keeps', () => {
    const rig = new Rig({ loggedCalls: 4 });
    for (let call = 0; call < 10; call += 1) rig.call(`GET ${ENTRIES_PATH}`);
    rig.create('b');
    rig.call(`DELETE ${ENTRY}?dryRun=All`);
    expect(rig.model.log.counts()).toEqual({ 'list 200': 10, 'create 201': 1, 'delete 200': 1 });
    expect(rig.model.log.writeCount()).toBe(1);
    expect(rig.model.log.calls().length).toBeLessThanOrEqual(4);
    rig.model.log.reset();
    expect([rig.model.log.writeCount(), rig.model.log.calls()]).toEqual([0, []]);
  });

  it('tells what was lost from what was answered', () => {
    const rig = new Rig();
    rig.model.faults.add({ kind: 'reset', when: 'after', verb: 'create' });
    rig.outcome(`POST ${ENTRIES_PATH}`, manifest('b'));
    expect(rig.model.log.counts()).toEqual({ 'create reset': 1 });
  });
});

describe('seedManifest', () => {
  it('puts namespaces and entries in, and says what the server refuses', () => {
    const rig = new Rig();
    const shop = manifest('b', { metadata: { namespace: 'shop' } });
    expect(seedManifest(rig.model, shop, 'admin-token').ok).toBe(true);
    expect(rig.model.entries('shop')).toHaveLength(1);
    const bad = seedManifest(rig.model, manifest('c', { spec: { hosts: ['*'] } }), 'admin-token');
    expect(bad).toMatchObject({ ok: false, error: expect.stringContaining('hostname cannot be wildcard') });
    expect(seedManifest(rig.model, { kind: 'Pod' }, 'admin-token').ok).toBe(false);
  });
});
