import { objectAt } from './json.js';
import { ENTRIES_PATH, manifest, PARTIAL, Rig } from './api-server.spec-rig.js';

const STRICT = '?fieldManager=isthmus&fieldValidation=Strict';
const MODIFIED =
  'Operation cannot be fulfilled on serviceentries.networking.istio.io "b": the object has been modified; please apply your changes to the latest version and try again';

describe('POST of a ServiceEntry', () => {
  it('creates the object with a uid, generation 1 and the next revision', () => {
    const rig = new Rig();
    const { status, json } = rig.call(`POST ${ENTRIES_PATH}${STRICT}`, manifest('b'));
    expect(status).toBe(201);
    expect(json['metadata']).toMatchObject({
      name: 'b',
      namespace: 'hub',
      uid: 'uid-2',
      generation: 1,
      resourceVersion: '3',
      creationTimestamp: '2026-01-02T03:04:05Z',
    });
  });

  it('refuses a taken name with AlreadyExists', () => {
    const rig = new Rig();
    rig.create('b');
    expect(rig.call(`POST ${ENTRIES_PATH}`, manifest('b'))).toMatchObject({
      status: 409,
      json: {
        reason: 'AlreadyExists',
        message: 'serviceentries.networking.istio.io "b" already exists',
        details: { name: 'b', group: 'networking.istio.io', kind: 'serviceentries' },
      },
    });
  });

  it('says that the namespace is missing, not the object', () => {
    const rig = new Rig();
    const { status, json } = rig.call(`POST ${ENTRIES_PATH.replace('hub', 'nope')}`, manifest('b'));
    expect([status, json['message']]).toEqual([404, 'namespaces "nope" not found']);
  });

  it('refuses new objects in a namespace that is being deleted', () => {
    const rig = new Rig();
    rig.call('DELETE /api/v1/namespaces/hub');
    expect(rig.call(`POST ${ENTRIES_PATH}`, manifest('b'))).toMatchObject({
      status: 403,
      json: { reason: 'Forbidden', details: { causes: [{ reason: 'NamespaceTerminating' }] } },
    });
  });

  it('answers a resourceVersion in the body with a 500 that has no reason', () => {
    const rig = new Rig();
    const { status, json } = rig.call(`POST ${ENTRIES_PATH}`, manifest('b', { metadata: { resourceVersion: '7' } }));
    expect([status, json['reason']]).toEqual([500, undefined]);
    expect(json['message']).toBe('resourceVersion should not be set on objects to be created');
  });

  it('ignores a uid in the body', () => {
    const rig = new Rig();
    expect(rig.create('b', { metadata: { uid: 'mine' } })['uid']).toBe('uid-2');
  });

  it('names every unknown field in a 400 under Strict', () => {
    const rig = new Rig();
    const spec = { bogus: 1, endpoints: [{ address: '10.0.0.1', bogus: 1 }] };
    const { status, json } = rig.call(`POST ${ENTRIES_PATH}${STRICT}`, manifest('b', { spec }));
    expect([status, json['reason'], json['details']]).toEqual([400, 'BadRequest', undefined]);
    expect(json['message']).toContain(
      'strict decoding error: unknown field "spec.endpoints[0].bogus", unknown field "spec.bogus"',
    );
  });

  it('drops unknown fields with a Warning header without Strict', () => {
    const rig = new Rig();
    const answer = rig.call(`POST ${ENTRIES_PATH}`, manifest('b', { spec: { bogus: 1 } }));
    expect(answer.headers['warning']).toEqual(['299 - "unknown field \\"spec.bogus\\""']);
    expect(objectAt(rig.read('b'), 'spec')).not.toHaveProperty('bogus');
  });

  it('checks everything and stores nothing on a dry run', () => {
    const rig = new Rig();
    expect(rig.call(`POST ${ENTRIES_PATH}?dryRun=All`, manifest('b')).status).toBe(201);
    expect(rig.call(`GET ${ENTRIES_PATH}/b`).status).toBe(404);
  });

  it('answers with metadata alone when asked to', () => {
    const rig = new Rig();
    const { status, json } = rig.call(`POST ${ENTRIES_PATH}`, manifest('b'), { accept: PARTIAL });
    expect([status, json['kind'], json['spec']]).toEqual([201, 'PartialObjectMetadata', undefined]);
  });

  it('refuses a body over 3 MiB with 413, and one that etcd cannot take with a 500 without a reason', () => {
    const rig = new Rig();
    const sized = (bytes: number) => manifest('b', { spec: { hosts: ['x'.repeat(bytes)] } });
    expect(rig.call(`POST ${ENTRIES_PATH}`, sized(3_200_000)).json['reason']).toBe('RequestEntityTooLarge');
    const { status, json } = rig.call(`POST ${ENTRIES_PATH}`, sized(1_700_000));
    expect([status, json['reason'], json['message']]).toEqual([500, undefined, 'etcdserver: request is too large']);
  });

  it('keeps a member called __proto__ out of every prototype', () => {
    const rig = new Rig();
    const body = JSON.parse('{"__proto__":{"polluted":true}}') as Record<string, string>;
    rig.call(`POST ${ENTRIES_PATH}`, manifest('b', { metadata: { labels: body } }));
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('merge-patch of a ServiceEntry', () => {
  const patch = (rig: Rig, metadata: object, spec: object = { hosts: ['c.shop'] }) =>
    rig.call(`PATCH ${ENTRIES_PATH}/b${STRICT}`, { metadata, spec });

  it('changes the object that was seen and raises its generation with its spec', () => {
    const rig = new Rig();
    const { uid, resourceVersion } = rig.create('b');
    const { status, json } = patch(rig, { uid, resourceVersion });
    expect(status).toBe(200);
    expect(json['metadata']).toMatchObject({ uid, generation: 2, resourceVersion: '4' });
  });

  it('leaves the generation alone when only labels or annotations change', () => {
    const rig = new Rig();
    rig.create('b');
    const { json } = rig.call(`PATCH ${ENTRIES_PATH}/b`, { metadata: { annotations: { a: 'b' } } });
    expect(json['metadata']).toMatchObject({ generation: 1, resourceVersion: '4' });
  });

  it('writes nothing when nothing would change', () => {
    const rig = new Rig();
    const { resourceVersion } = rig.create('b');
    rig.nowMs += 60_000;
    const { status, json } = rig.call(`PATCH ${ENTRIES_PATH}/b`, { spec: { resolution: 'STATIC' } });
    expect([status, objectAt(json, 'metadata')['resourceVersion']]).toEqual([200, resourceVersion]);
  });

  it('cannot create: an absent object is 404', () => {
    expect(patch(new Rig(), { uid: 'uid-2', resourceVersion: '3' })).toMatchObject({
      status: 404,
      json: { reason: 'NotFound', message: 'serviceentries.networking.istio.io "b" not found' },
    });
  });

  it('refuses a stale resourceVersion with 409', () => {
    const rig = new Rig();
    rig.create('b');
    const { status, json } = patch(rig, { resourceVersion: '1' });
    expect([status, json['reason'], json['message']]).toEqual([409, 'Conflict', MODIFIED]);
  });

  it('refuses another uid with 422, and with 409 when the resourceVersion is stale too', () => {
    const rig = new Rig();
    const { resourceVersion } = rig.create('b');
    expect(patch(rig, { uid: 'other', resourceVersion })).toMatchObject({
      status: 422,
      json: { reason: 'Invalid', details: { causes: [{ field: 'metadata.uid' }, { field: 'metadata.uid' }] } },
    });
    expect(patch(rig, { uid: 'other', resourceVersion: '1' }).status).toBe(409);
  });

  it('removes what is null, and only that', () => {
    const rig = new Rig();
    rig.create('b', { metadata: { labels: { ours: '1', theirs: '2' } }, spec: { exportTo: ['.'] } });
    rig.call(`PATCH ${ENTRIES_PATH}/b`, { metadata: { labels: { ours: null } }, spec: { exportTo: null } });
    expect(objectAt(rig.read('b'), 'spec')).not.toHaveProperty('exportTo');
    expect(objectAt(rig.read('b'), 'metadata')['labels']).toEqual({ theirs: '2' });
  });

  it('echoes the whole object twice in a 422 about nothing when a field is unknown', () => {
    const rig = new Rig();
    rig.create('b');
    const { status, json } = patch(rig, {}, { bogus: 1 });
    expect([status, objectAt(json, 'details')['name']]).toEqual([422, undefined]);
    expect(json['message']).toMatch(
      /^ "" is invalid: patch: Invalid value: "\{.*strict decoding error: unknown field/s,
    );
  });

  it('takes no other patch', () => {
    const rig = new Rig();
    rig.create('b');
    const contentType = 'application/apply-patch+yaml';
    expect(rig.call(`PATCH ${ENTRIES_PATH}/b`, {}, { contentType }).json['reason']).toBe('UnsupportedMediaType');
  });

  it('stores nothing on a dry run', () => {
    const rig = new Rig();
    const { resourceVersion } = rig.create('b');
    rig.call(`PATCH ${ENTRIES_PATH}/b?dryRun=All`, { spec: { hosts: ['c.shop'] } });
    expect(objectAt(rig.read('b'), 'metadata')['resourceVersion']).toBe(resourceVersion);
  });
});

describe('PUT of a ServiceEntry', () => {
  const put = (rig: Rig, metadata: object) =>
    rig.call(`PUT ${ENTRIES_PATH}/b`, manifest('b', { metadata: { ...metadata }, spec: { hosts: ['edited.shop'] } }));

  it('replaces the object at its resourceVersion, foreign labels included', () => {
    const rig = new Rig();
    const { resourceVersion } = rig.create('b', { metadata: { labels: { theirs: '1' } } });
    expect(put(rig, { resourceVersion }).status).toBe(200);
    expect(objectAt(rig.read('b'), 'metadata')).not.toHaveProperty('labels');
  });

  it('wants a resourceVersion, the right one, and an object', () => {
    const rig = new Rig();
    expect(put(rig, { resourceVersion: '3' }).status).toBe(404);
    rig.create('b');
    expect(put(rig, {})).toMatchObject({
      status: 422,
      json: { details: { causes: [{ field: 'metadata.resourceVersion' }] } },
    });
    expect(put(rig, { resourceVersion: '1' }).status).toBe(409);
  });

  it('ignores status, which only the status subresource writes, without raising the generation', () => {
    const rig = new Rig();
    rig.create('b');
    const status = { addresses: [{ value: '240.240.0.1', host: 'b.shop' }] };
    rig.call(`PATCH ${ENTRIES_PATH}/b`, { status });
    expect(rig.read('b')).not.toHaveProperty('status');
    rig.call(`PATCH ${ENTRIES_PATH}/b/status`, { status, spec: { hosts: ['no.shop'] } });
    expect(rig.read('b')).toMatchObject({ status, spec: { hosts: ['b.shop'] }, metadata: { generation: 1 } });
  });
});

describe('DELETE of a ServiceEntry', () => {
  const remove = (rig: Rig, preconditions: object) => rig.call(`DELETE ${ENTRIES_PATH}/b`, { preconditions });

  it('answers a Status with the uid, then 404', () => {
    const rig = new Rig();
    const { uid, resourceVersion } = rig.create('b');
    expect(remove(rig, { uid, resourceVersion })).toMatchObject({
      status: 200,
      json: { kind: 'Status', status: 'Success', details: { name: 'b', uid } },
    });
    expect(remove(rig, { uid, resourceVersion }).status).toBe(404);
  });

  it('refuses another uid or resourceVersion with 409 and says which is in record', () => {
    const rig = new Rig();
    rig.create('b');
    expect(remove(rig, { uid: 'x' }).json['message']).toContain(
      'the UID in the precondition (x) does not match the UID in record (uid-2). The object might have been deleted and then recreated',
    );
    expect(remove(rig, { resourceVersion: '1' })).toMatchObject({
      status: 409,
      json: {
        message: expect.stringContaining(
          'the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (3)',
        ),
      },
    });
  });

  it('does not delete an object that was created anew under the old preconditions', () => {
    const rig = new Rig();
    const old = rig.create('b');
    rig.call(`DELETE ${ENTRIES_PATH}/b`);
    rig.create('b');
    expect(remove(rig, { uid: old['uid'], resourceVersion: old['resourceVersion'] }).status).toBe(409);
  });

  it('deletes nothing on a dry run, asked for in the query or in the body', () => {
    const rig = new Rig();
    rig.create('b');
    expect(rig.call(`DELETE ${ENTRIES_PATH}/b?dryRun=All`).status).toBe(200);
    expect(rig.call(`DELETE ${ENTRIES_PATH}/b`, { dryRun: ['All'] }).status).toBe(200);
    expect(rig.call(`DELETE ${ENTRIES_PATH}/b?dryRun=Some`).status).toBe(422);
    expect(rig.call(`GET ${ENTRIES_PATH}/b`).status).toBe(200);
  });

  it('only marks an object with finalizers, which can then not be created, and is gone with its last finalizer', () => {
    const rig = new Rig();
    rig.create('b', { metadata: { finalizers: ['example.com/hold'] } });
    const { json } = rig.call(`DELETE ${ENTRIES_PATH}/b`);
    expect(json).toMatchObject({
      kind: 'ServiceEntry',
      metadata: { deletionTimestamp: '2026-01-02T03:04:05Z', generation: 2 },
    });
    expect(rig.call(`POST ${ENTRIES_PATH}`, manifest('b')).json['message']).toContain('object is being deleted: ');
    rig.call(`PATCH ${ENTRIES_PATH}/b`, { metadata: { finalizers: null } });
    expect(rig.call(`GET ${ENTRIES_PATH}/b`).status).toBe(404);
  });
});
