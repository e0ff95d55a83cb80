import type { JsonObject } from './json.js';
import { isList, isObject, objectAt, textAt } from './json.js';
import { ENTRIES_PATH, manifest, Rig } from './api-server.spec-rig.js';

const endpoints = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ address: `10.0.${i >> 8}.${i & 255}` }));
const port = (name: string, number: number) => ({ name, number });
const long = (length: number) => 'x'.repeat(length);

function causes(spec: JsonObject): readonly string[] {
  const { status, json } = new Rig().call(`POST ${ENTRIES_PATH}?dryRun=All`, manifest('b', { spec }));
  if (status === 201) return [];
  const list = objectAt(json, 'details')['causes'];
  return (isList(list) ? list : [])
    .filter(isObject)
    .map((cause) => `${textAt(cause, 'field') ?? ''} ${textAt(cause, 'reason') ?? ''}`);
}

const UNCHECKED = '<nil> FieldValueInvalid';

const REFUSED: Readonly<Record<string, readonly [spec: JsonObject, causes: readonly string[]]>> = {
  'no hosts': [{ hosts: [] }, ['spec.hosts FieldValueInvalid']],
  '257 hosts': [{ hosts: Array.from({ length: 257 }, () => 'a.b') }, ['spec.hosts FieldValueTooMany', UNCHECKED]],
  'the host *': [{ hosts: ['*'] }, ['spec.hosts[0] FieldValueInvalid']],
  'a port number twice': [{ ports: [port('a', 80), port('b', 80)] }, ['spec.ports FieldValueInvalid']],
  'a port name twice': [{ ports: [port('a', 80), port('a', 81)] }, ['spec.ports[1] FieldValueDuplicate']],
  'port 0': [{ ports: [port('a', 0)] }, ['spec.ports[0].number FieldValueInvalid']],
  'port 70000': [{ ports: [port('a', 70_000)] }, ['spec.ports[0].number FieldValueInvalid']],
  'a port without a name': [{ ports: [{ number: 80 }] }, ['spec.ports[0].name FieldValueRequired', UNCHECKED]],
  '4097 endpoints': [{ endpoints: endpoints(4097) }, ['spec.endpoints FieldValueTooMany', UNCHECKED]],
  'NONE with endpoints': [{ resolution: 'NONE' }, ['spec FieldValueInvalid']],
  'DNS_ROUND_ROBIN with two endpoints': [
    { resolution: 'DNS_ROUND_ROBIN', endpoints: endpoints(2) },
    ['spec FieldValueInvalid'],
  ],
  'a selector beside endpoints': [{ workloadSelector: { labels: { a: 'b' } } }, ['spec FieldValueInvalid']],
  'a CIDR address with DNS': [{ resolution: 'DNS', addresses: ['10.0.0.0/8'] }, ['spec FieldValueInvalid']],
  'an endpoint without address or network': [{ endpoints: [{ weight: 1 }] }, ['spec.endpoints[0] FieldValueInvalid']],
  'endpoint port 0': [
    { endpoints: [{ address: '10.0.0.1', ports: { http: 0 } }] },
    ['spec.endpoints[0].ports[http] FieldValueInvalid'],
  ],
  'an endpoint port name with _': [
    { endpoints: [{ address: '10.0.0.1', ports: { h_p: 1 } }] },
    ['spec.endpoints[0].ports FieldValueInvalid'],
  ],
  'an endpoint port name of 63 characters': [
    { endpoints: [{ address: '10.0.0.1', ports: { [long(63)]: 1 } }] },
    ['spec.endpoints[0].ports FieldValueInvalid'],
  ],
  'a relative socket': [{ endpoints: [{ address: 'unix://a' }] }, ['spec.endpoints[0].address FieldValueInvalid']],
  'an address of 257 characters': [
    { endpoints: [{ address: long(257) }] },
    ['spec.endpoints[0].address FieldValueTooLong', UNCHECKED],
  ],
  'a resolution that does not exist': [{ resolution: 'MAGIC' }, ['spec.resolution FieldValueNotSupported', UNCHECKED]],
  'a location that does not exist': [{ location: 'MARS' }, ['spec.location FieldValueNotSupported', UNCHECKED]],
  'ports that are no list': [{ ports: 'http' }, ['spec.ports FieldValueTypeInvalid', UNCHECKED]],
  'a weight below zero': [
    { endpoints: [{ address: '10.0.0.1', weight: -1 }] },
    ['spec.endpoints[0].weight FieldValueInvalid'],
  ],
};

const ACCEPTED: Readonly<Record<string, JsonObject>> = {
  '4096 endpoints': { endpoints: endpoints(4096) },
  'STATIC without endpoints': { endpoints: [] },
  'an empty address': { endpoints: [{ address: '' }] },
  'a host name, a loopback address and a duplicate in STATIC': {
    endpoints: [{ address: 'a.example.com' }, { address: '127.0.0.1' }, { address: '127.0.0.1' }],
  },
  'a host with _': { hosts: ['my_svc.shop'] },
  'an endpoint label value that istiod refuses': { endpoints: [{ address: '10.0.0.1', labels: { a: 'x / y' } }] },
};

describe('the schema of ServiceEntry', () => {
  it.each(Object.entries(REFUSED))('refuses %s and says where', (_, [spec, expected]) => {
    expect(causes(spec)).toEqual(expected);
  });

  it.each(Object.entries(ACCEPTED))('accepts %s, as an API server without istiod does', (_, spec) => {
    expect(causes(spec)).toEqual([]);
  });

  it('gives one cause per bad endpoint', () => {
    expect(causes({ endpoints: Array.from({ length: 500 }, () => ({})) })).toHaveLength(500);
  });

  it.each([
    ['a label value with a colon', { labels: { a: 'x:y' } }, 'metadata.labels'],
    ['annotations over 256 KiB', { annotations: { a: long(262_144) } }, 'metadata.annotations'],
    ['an upper-case name', { name: 'B' }, 'metadata.name'],
  ])('refuses %s', (_, metadata, field) => {
    const answer = new Rig().call(`POST ${ENTRIES_PATH}`, manifest('b', { metadata }));
    expect(answer).toMatchObject({ status: 422 });
    expect(answer.json['details']).toHaveProperty(['causes', 0, 'field'], field);
  });

  it('refuses an object whose name differs from the URL with 400', () => {
    const rig = new Rig();
    rig.create('b');
    expect(rig.call(`PUT ${ENTRIES_PATH}/b`, manifest('c')).json['message']).toBe(
      'the name of the object (c) does not match the name on the URL (b)',
    );
  });
});
