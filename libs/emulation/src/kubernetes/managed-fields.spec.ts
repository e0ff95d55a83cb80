import type { JsonValue } from './json.js';
import { isList, isObject, objectAt } from './json.js';
import { ENTRIES_PATH, Rig } from './api-server.spec-rig.js';

const PORT = 'k:{"name":"http"}';

function managers(rig: Rig): ReadonlyMap<JsonValue | undefined, JsonValue | undefined> {
  const fields = objectAt(rig.read('b'), 'metadata')['managedFields'];
  return new Map((isList(fields) ? fields : []).filter(isObject).map((field) => [field['manager'], field['fieldsV1']]));
}

function edit(rig: Rig, patch: object, fieldManager = 'kubectl-edit'): void {
  rig.call(`PATCH ${ENTRIES_PATH}/b?fieldManager=${fieldManager}`, patch);
}

describe('managedFields', () => {
  it('gives the creator everything: lists whole, ports by name, labels and annotations by key', () => {
    const rig = new Rig();
    rig.create('b', { metadata: { labels: { a: '1' }, annotations: { 'x/y': '2' } } });
    expect(managers(rig).get('isthmus')).toEqual({
      'f:metadata': { 'f:annotations': { '.': {}, 'f:x/y': {} }, 'f:labels': { '.': {}, 'f:a': {} } },
      'f:spec': {
        '.': {},
        'f:endpoints': {},
        'f:hosts': {},
        'f:location': {},
        'f:ports': { '.': {}, [PORT]: { '.': {}, 'f:name': {}, 'f:number': {}, 'f:protocol': {} } },
        'f:resolution': {},
      },
    });
  });

  it('moves the whole list of endpoints to whoever edits one of them', () => {
    const rig = new Rig();
    rig.create('b');
    edit(rig, { spec: { endpoints: [{ address: '10.0.0.1', ports: { http: 8080 }, weight: 5 }] } });
    expect(managers(rig).get('kubectl-edit')).toEqual({ 'f:spec': { 'f:endpoints': {} } });
    expect(managers(rig).get('isthmus')).not.toHaveProperty(['f:spec', 'f:endpoints']);
  });

  it('moves one label key to whoever changes its value', () => {
    const rig = new Rig();
    rig.create('b', { metadata: { labels: { a: '1', b: '1' } } });
    edit(rig, { metadata: { labels: { a: '2' } } });
    expect(managers(rig).get('kubectl-edit')).toEqual({ 'f:metadata': { 'f:labels': { 'f:a': {} } } });
    expect(managers(rig).get('isthmus')).toMatchObject({ 'f:metadata': { 'f:labels': { '.': {}, 'f:b': {} } } });
  });

  it('leaves a removed annotation to nobody', () => {
    const rig = new Rig();
    rig.create('b', { metadata: { annotations: { a: '1', b: '1' } } });
    edit(rig, { metadata: { annotations: { a: null } } });
    expect([...managers(rig).keys()]).toEqual(['isthmus']);
    expect(managers(rig).get('isthmus')).not.toHaveProperty(['f:metadata', 'f:annotations', 'f:a']);
  });

  it('shows a status write under its subresource and an edit in our own name not at all', () => {
    const rig = new Rig();
    rig.create('b');
    rig.nowMs += 1_000;
    rig.call(`PATCH ${ENTRIES_PATH}/b/status?fieldManager=pilot-discovery`, { status: { addresses: [] } });
    rig.nowMs += 1_000;
    edit(rig, { spec: { hosts: ['forged.shop'] } }, 'isthmus');
    const fields = objectAt(rig.read('b'), 'metadata')['managedFields'];
    expect(fields).toMatchObject([{ manager: 'pilot-discovery', subresource: 'status' }, { manager: 'isthmus' }]);
  });

  it('lists managers of one second by their names', () => {
    const rig = new Rig();
    rig.create('b');
    edit(rig, { spec: { location: 'MESH_INTERNAL' } }, 'a');
    expect([...managers(rig).keys()]).toEqual(['a', 'isthmus']);
  });

  it('takes the manager from the user agent when none is named, and the time from the last write', () => {
    const rig = new Rig();
    rig.create('b');
    rig.nowMs += 5_000;
    rig.call(`PATCH ${ENTRIES_PATH}/b`, { spec: { location: null } }, { agent: 'kubectl/v1.35.3 (linux)' });
    edit(rig, { spec: { location: 'MESH_INTERNAL' } });
    expect([...managers(rig).keys()]).toEqual(['isthmus', 'kubectl-edit']);
  });
});
