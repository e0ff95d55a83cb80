import type { Line, Seen } from './differences.js';

const COLLECTION = '/apis/networking.istio.io/v1/namespaces/isthmus/serviceentries';
const STRICT = '?fieldManager=isthmus&fieldValidation=Strict';
const PARTIAL = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
const PARTIAL_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
const MERGE = 'application/merge-patch+json';
const KIND = { apiVersion: 'networking.istio.io/v1', kind: 'ServiceEntry' };
const STRANGER = '00000000-0000-4000-8000-000000000000';

const SPEC = {
  hosts: ['a.shop'],
  location: 'MESH_EXTERNAL',
  resolution: 'STATIC',
  ports: [{ name: 'http', number: 80, protocol: 'HTTP' }],
  endpoints: [{ address: '10.0.0.1', ports: { http: 8080 }, labels: { a: 'b' }, locality: 'r/z' }],
};

const METADATA = {
  name: 'a',
  labels: { 'app.kubernetes.io/managed-by': 'isthmus' },
  annotations: { 'isthmus.dev/content-hash': 'h1' },
};

const create = (spec: object = SPEC, metadata: object = {}): Line => ({
  method: 'POST',
  path: `${COLLECTION}${STRICT}`,
  accept: PARTIAL,
  body: { ...KIND, metadata: { ...METADATA, ...metadata }, spec },
});

const patch =
  (spec: object, metadata: object = {}, query = STRICT): Line =>
  ({ uid, resourceVersion }: Seen) => ({
    method: 'PATCH',
    path: `${COLLECTION}/a${query}`,
    accept: PARTIAL,
    type: MERGE,
    body: { metadata: { uid, resourceVersion, ...metadata }, spec },
  });

const remove =
  (changes: object = {}): Line =>
  ({ uid, resourceVersion }: Seen) => ({
    method: 'DELETE',
    path: `${COLLECTION}/a`,
    body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid, resourceVersion, ...changes } },
  });

const get: Line = { path: `${COLLECTION}/a` };
const list = (query: string, accept = 'application/json'): Line => ({ path: `${COLLECTION}${query}`, accept });
const invalid = (spec: object): readonly Line[] => [
  create({ ...SPEC, ...spec }),
  create(),
  patch({ ...SPEC, ...spec }),
];
const invalidMetadata = (metadata: object): readonly Line[] => [
  create(SPEC, metadata),
  create(),
  patch(SPEC, metadata),
];

/** Conversations in which the emulator gives the same statuses with other words or less, and why that is left so. */
export const DEVIATIONS: Readonly<Record<string, string>> = {
  'a creation of what is no JSON': 'the words of Go’s JSON parser',
  'a creation of a list': 'the words of Go’s JSON parser',
  'a list at a position that is none': 'the words of Go’s JSON parser',
  'the resources of the group': 'watch and deletecollection are not served, so they are not offered',
};

/** What is asked of both servers, by what it shows. */
export const CONVERSATIONS: Readonly<Record<string, readonly Line[]>> = {
  'a creation and what it left': [create(), get],
  'a creation with warnings about unknown fields': [
    {
      method: 'POST',
      path: `${COLLECTION}?fieldManager=isthmus`,
      body: { ...KIND, metadata: METADATA, spec: { ...SPEC, bogus: 1 } },
    },
  ],
  'a creation of what exists': [create(), create()],
  'a creation with a resourceVersion': [create(SPEC, { resourceVersion: '1' })],
  'a creation with a uid': [create(SPEC, { uid: STRANGER }), get],
  'a creation in a namespace that is missing': [
    {
      method: 'POST',
      path: COLLECTION.replace('isthmus', 'missing'),
      body: { ...KIND, metadata: METADATA, spec: SPEC },
      token: 'admin',
    },
  ],
  'a creation in a namespace that is being deleted': [
    {
      method: 'POST',
      path: COLLECTION.replace('isthmus', 'terminating'),
      body: { ...KIND, metadata: METADATA, spec: SPEC },
      token: 'admin',
    },
  ],
  'a creation of another kind': [
    { method: 'POST', path: COLLECTION, body: { ...KIND, kind: 'Sidecar', metadata: METADATA, spec: SPEC } },
  ],
  'a creation in another version': [
    {
      method: 'POST',
      path: COLLECTION,
      body: { ...KIND, apiVersion: 'networking.istio.io/v1beta1', metadata: METADATA, spec: SPEC },
    },
  ],
  'a creation without a kind': [{ method: 'POST', path: COLLECTION, body: { metadata: METADATA, spec: SPEC } }],
  'a creation of what is no JSON': [{ method: 'POST', path: COLLECTION, body: '{' }],
  'a creation of a list': [{ method: 'POST', path: COLLECTION, body: '[]' }],
  'a creation in another form than JSON': [{ method: 'POST', path: COLLECTION, body: 'a', type: 'text/plain' }],
  'a creation without a spec': [
    { method: 'POST', path: `${COLLECTION}${STRICT}`, body: { ...KIND, metadata: METADATA } },
  ],
  'a creation in another namespace than the path says': [create(SPEC, { namespace: 'other' })],
  'an update and what it left': [create(), patch({ ...SPEC, endpoints: null, exportTo: ['.'] }), get],
  'an update that changes nothing': [create(), patch(SPEC)],
  'an update of labels and annotations': [
    create(),
    patch(SPEC, { labels: { x: 'y' }, annotations: { 'isthmus.dev/content-hash': null, z: '1' } }),
    get,
  ],
  'an update of an old version': [create(), patch(SPEC, { resourceVersion: '1' })],
  'an update of another object of that name': [create(), patch(SPEC, { uid: STRANGER })],
  'an update of another object of an old version': [create(), patch(SPEC, { uid: STRANGER, resourceVersion: '1' })],
  'an update of what is gone': [create(), remove(), patch(SPEC)],
  'an update with an unknown field': [create(), patch({ bogus: 'private' })],
  'an update with a version that is none': [create(), patch(SPEC, { resourceVersion: 'abc' })],
  'an update without conditions': [create(), patch({ exportTo: ['*'] }, { uid: null, resourceVersion: null })],
  'an update of the name': [create(), patch(SPEC, { name: 'b' })],
  'an update that replaces': [
    create(),
    ({ uid, resourceVersion }) => ({
      method: 'PUT',
      path: `${COLLECTION}/a${STRICT}`,
      token: 'admin',
      body: { ...KIND, metadata: { ...METADATA, uid, resourceVersion }, spec: { ...SPEC, hosts: ['b.shop'] } },
    }),
    get,
  ],
  'a replacement without a version': [
    create(),
    { method: 'PUT', path: `${COLLECTION}/a`, token: 'admin', body: { ...KIND, metadata: METADATA, spec: SPEC } },
  ],
  'a replacement by a hub': [
    create(),
    { method: 'PUT', path: `${COLLECTION}/a`, body: { ...KIND, metadata: METADATA, spec: SPEC } },
  ],
  'edits of two managers': [
    create(),
    patch({ ...SPEC, endpoints: [{ address: '10.9.9.9' }] }, { labels: { team: 'x' } }, '?fieldManager=kubectl-edit'),
    get,
    patch(SPEC),
    get,
  ],
  'a deletion': [create(), remove(), get],
  'a deletion of another object of that name': [create(), remove({ uid: STRANGER })],
  'a deletion of an old version': [create(), remove({ resourceVersion: '1' })],
  'a deletion of what does not exist': [remove({ uid: STRANGER, resourceVersion: '1' })],
  'a deletion held by a finalizer': [
    create(SPEC, { finalizers: ['isthmus.dev/test'] }),
    remove(),
    create(),
    patch({ ...SPEC, exportTo: ['.'] }),
    patch(SPEC, { finalizers: null }),
    get,
  ],
  'a read of what does not exist': [get],
  'a list of nothing': [
    list(''),
    list('', PARTIAL_LIST),
    list('?limit=5'),
    list('?resourceVersion=0&resourceVersionMatch=NotOlderThan', PARTIAL_LIST),
  ],
  'a list': [create(), list('?limit=500'), list('?resourceVersion=0&resourceVersionMatch=NotOlderThan', PARTIAL_LIST)],
  'a list page by page': [
    create(SPEC, { name: 'a' }),
    create(SPEC, { name: 'b' }),
    create(SPEC, { name: 'c' }),
    list('?limit=2', PARTIAL_LIST),
    ({ continue: position }) => ({
      path: `${COLLECTION}?limit=2&continue=${encodeURIComponent(position)}`,
      accept: PARTIAL_LIST,
    }),
  ],
  'a list at a position that is none': [list('?limit=2&continue=nonsense')],
  'a list of a version that is none': [list('?resourceVersion=abc')],
  'a list with a match and no version': [list('?resourceVersionMatch=NotOlderThan')],
  'a list of what carries a label': [
    create(),
    list('?labelSelector=app.kubernetes.io/managed-by%3Disthmus', PARTIAL_LIST),
    list('?labelSelector=a%3Db', PARTIAL_LIST),
  ],
  'a list as one object': [list('', PARTIAL)],
  'one object as a list': [create(), { path: `${COLLECTION}/a`, accept: PARTIAL_LIST }],
  'an answer in a form that it has not': [{ path: COLLECTION, accept: 'text/html' }],
  'a wrong token': [
    { path: COLLECTION, token: 'wrong' },
    { path: '/readyz', token: 'wrong' },
  ],
  'a caller without rights': [
    { path: COLLECTION, token: 'nobody' },
    { path: `${COLLECTION}/a`, token: 'nobody' },
    { method: 'POST', path: COLLECTION, token: 'nobody', body: { ...KIND, metadata: METADATA, spec: SPEC } },
    { path: '/readyz', token: 'nobody' },
  ],
  'what the Role of a hub leaves out': [
    { path: '/api/v1/namespaces' },
    { path: '/api/v1/namespaces/isthmus' },
    {
      method: 'POST',
      path: '/api/v1/namespaces',
      body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x' } },
    },
    { path: COLLECTION.replace('isthmus', 'kube-system') },
    { path: '/apis/networking.istio.io/v1/serviceentries' },
    { method: 'DELETE', path: COLLECTION },
  ],
  'what is not served': [
    { path: '/apis/networking.istio.io/v2' },
    { path: '/apis/networking.istio.io/v2/namespaces/isthmus/serviceentries' },
    { path: '/apis/none.istio.io/v1' },
    { path: '/nothing', token: 'admin' },
  ],
  'the resources of the group': [{ path: '/apis/networking.istio.io/v1' }, { path: '/apis/networking.istio.io' }],
  'a namespace created twice': [
    {
      method: 'POST',
      path: '/api/v1/namespaces',
      token: 'admin',
      body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'isthmus' } },
    },
  ],
  'a port number twice': invalid({
    ports: [
      { name: 'a', number: 80 },
      { name: 'b', number: 80 },
    ],
  }),
  'a port name twice': invalid({
    ports: [
      { name: 'a', number: 80 },
      { name: 'a', number: 81 },
    ],
  }),
  'a port of number 0': invalid({ ports: [{ name: 'a', number: 0 }] }),
  'a port of number 70000': invalid({ ports: [{ name: 'a', number: 70_000 }] }),
  'a port of a negative number': invalid({ ports: [{ name: 'a', number: -1 }] }),
  'a port number that is text': invalid({ ports: [{ name: 'a', number: '80' }] }),
  'a port without a name': invalid({ ports: [{ number: 80 }] }),
  'an endpoint with port 0': invalid({ endpoints: [{ address: '10.0.0.1', ports: { http: 0 } }] }),
  'an endpoint with an odd port name': invalid({ endpoints: [{ address: '10.0.0.1', ports: { a_b: 80 } }] }),
  'endpoints without an address': invalid({ endpoints: [{ labels: { a: 'b' } }, {}] }),
  'an address that is a number': invalid({ endpoints: [{ address: 7 }] }),
  'an address that is too long': invalid({ endpoints: [{ address: 'x'.repeat(257) }] }),
  'a socket with ports': invalid({ endpoints: [{ address: 'unix:///a', ports: { http: 80 } }] }),
  'resolution NONE with endpoints': invalid({ resolution: 'NONE' }),
  'resolution DNS_ROUND_ROBIN with two endpoints': invalid({
    resolution: 'DNS_ROUND_ROBIN',
    endpoints: [{ address: 'a' }, { address: 'b' }],
  }),
  'a selector beside endpoints': invalid({ workloadSelector: { labels: { a: 'b' } } }),
  'a CIDR with resolution DNS': invalid({ resolution: 'DNS', addresses: ['10.0.0.0/8'] }),
  'the host *': invalid({ hosts: ['*'] }),
  'no host': invalid({ hosts: [] }),
  'hosts that are text': invalid({ hosts: 'a' }),
  'an unknown resolution': invalid({ resolution: 'GUESS' }),
  'an unknown location and two equal port numbers': invalid({
    location: 'X',
    ports: [
      { name: 'a', number: 80 },
      { name: 'b', number: 80 },
    ],
  }),
  'an unknown field in the spec': invalid({ bogus: 1 }),
  'an unknown field in an endpoint': invalid({ endpoints: [{ address: 'a', odd: 1 }] }),
  'an unknown field in a port': invalid({ ports: [{ name: 'a', number: 1, odd: {} }] }),
  'a patch in another form': [
    create(),
    { method: 'PATCH', path: `${COLLECTION}/a`, body: '{}', type: 'application/json' },
  ],
  'a label value with a space': invalidMetadata({ labels: { team: 'a b' } }),
  'a label value that is too long': invalidMetadata({ labels: { team: 'x'.repeat(64) } }),
  'a label key that is none': invalidMetadata({ labels: { 'a b': 'c' } }),
  'a label that is a number': invalidMetadata({ labels: { a: 1 } }),
  'an annotation key that is none': invalidMetadata({ annotations: { 'a b': 'c' } }),
  'a name that is none': [create(SPEC, { name: 'Not_A_Name' })],
  'a name that is too long': [create(SPEC, { name: 'a'.repeat(254) })],
  'no name': [create(SPEC, { name: undefined })],
  'annotations that are too long': invalidMetadata({ annotations: { a: 'x'.repeat(262_145) } }),
  'an object that etcd finds too large': [
    create({ ...SPEC, subjectAltNames: Array.from({ length: 1_600 }, () => 'x'.repeat(1_000)) }),
  ],
  'an object that is too large to be read': [
    create({ ...SPEC, subjectAltNames: Array.from({ length: 3_200 }, () => 'x'.repeat(1_000)) }),
  ],
};
