type Json = Readonly<Record<string, unknown>>;

/** An entry in whose place anything may stand. */
export interface AnyEntry {
  readonly name: string;
  readonly labels: Json;
  readonly annotations: Json;
  readonly spec: Json;
}

/** An entry that every server takes. */
export const VALID: AnyEntry = {
  name: 'cloudmap-a.shop',
  labels: { 'app.kubernetes.io/managed-by': 'isthmus' },
  annotations: { 'isthmus.dev/content-hash': 'h1' },
  spec: {
    hosts: ['a.shop'],
    location: 'MESH_EXTERNAL',
    resolution: 'STATIC',
    ports: [{ number: 80, name: 'http', protocol: 'HTTP' }],
    endpoints: [{ address: '10.0.0.1', ports: { http: 8080 } }],
  },
};

type Change = (entry: AnyEntry) => AnyEntry;
type Mutation = readonly [sentence: string, change: Change, server: 'refused' | 'accepted'];

const spec =
  (changes: Json): Change =>
  (entry) => ({ ...entry, spec: { ...entry.spec, ...changes } });
const without =
  (key: string): Change =>
  (entry) => ({ ...entry, spec: Object.fromEntries(Object.entries(entry.spec).filter(([name]) => name !== key)) });
const endpoint = (fields: Json): Change => spec({ endpoints: [{ address: '10.0.0.1', ...fields }] });
const address = (value: string): Change => endpoint({ address: value });
const port = (fields: Json): Change => spec({ ports: [{ number: 80, name: 'http', ...fields }], endpoints: [] });
const label =
  (key: string, value: unknown): Change =>
  (entry) => ({ ...entry, labels: { ...entry.labels, [key]: value } });
const annotation =
  (key: string, value: string): Change =>
  (entry) => ({ ...entry, annotations: { [key]: value } });
const named =
  (name: string): Change =>
  (entry) => ({ ...entry, name });
const times = <Item>(count: number, make: (i: number) => Item): readonly Item[] =>
  Array.from({ length: count }, (_, i) => make(i));

/** Each with what a real API server says to it: the CRD's schema, its CEL rules, and Kubernetes' own. */
export const MUTATIONS: readonly Mutation[] = [
  ['nothing', (entry) => entry, 'accepted'],
  ['no hosts', spec({ hosts: [] }), 'refused'],
  ['no hosts at all', without('hosts'), 'refused'],
  ['hosts that are text', spec({ hosts: 'a.shop' }), 'refused'],
  ['257 hosts', spec({ hosts: times(257, (i) => `h${i}.shop`) }), 'refused'],
  ['the host *', spec({ hosts: ['*'] }), 'refused'],
  ['an unknown location', spec({ location: 'NOWHERE' }), 'refused'],
  ['an unknown resolution', spec({ resolution: 'GUESS' }), 'refused'],
  [
    'a port number twice',
    spec({
      ports: [
        { number: 80, name: 'a' },
        { number: 80, name: 'b' },
      ],
    }),
    'refused',
  ],
  [
    'a port name twice',
    spec({
      ports: [
        { number: 80, name: 'a' },
        { number: 81, name: 'a' },
      ],
    }),
    'refused',
  ],
  ['port 0', port({ number: 0 }), 'refused'],
  ['port 65536', port({ number: 65_536 }), 'refused'],
  ['a negative port', port({ number: -1 }), 'refused'],
  ['a port of a half', port({ number: 80.5 }), 'refused'],
  ['a port that is text', port({ number: '80' }), 'refused'],
  ['a port without a name', port({ name: undefined }), 'refused'],
  ['a port without a number', port({ number: undefined }), 'refused'],
  ['a port name of 257 characters', port({ name: 'a'.repeat(257) }), 'refused'],
  ['a target port of 0', port({ targetPort: 0 }), 'refused'],
  ['257 ports', spec({ ports: times(257, (i) => ({ number: i + 1, name: `p${i}` })), endpoints: [] }), 'refused'],
  ['an endpoint without an address', spec({ endpoints: [{ ports: { http: 80 } }] }), 'refused'],
  ['an address of 257 characters', address('a'.repeat(257)), 'refused'],
  ['an address that is a number', endpoint({ address: 7 }), 'refused'],
  ['a socket with a relative path', spec({ endpoints: [{ address: 'unix://a' }] }), 'refused'],
  ['a socket that is a folder', spec({ endpoints: [{ address: 'unix:///a/' }] }), 'refused'],
  ['a socket with ports', endpoint({ address: 'unix:///a', ports: { http: 80 } }), 'refused'],
  ['an endpoint port of 0', endpoint({ ports: { http: 0 } }), 'refused'],
  ['an endpoint port of 65536', endpoint({ ports: { http: 65_536 } }), 'refused'],
  ['an endpoint port name with an underscore', endpoint({ ports: { a_b: 80 } }), 'refused'],
  ['an endpoint port name of 63 characters', endpoint({ ports: { ['a'.repeat(63)]: 80 } }), 'refused'],
  ['an endpoint label that is a number', endpoint({ labels: { a: 1 } }), 'refused'],
  ['257 endpoint labels', endpoint({ labels: Object.fromEntries(times(257, (i) => [`l${i}`, 'x'])) }), 'refused'],
  ['a locality of 2049 characters', endpoint({ locality: 'a'.repeat(2_049) }), 'refused'],
  ['a weight that is negative', endpoint({ weight: -1 }), 'refused'],
  ['an unknown field of an endpoint', endpoint({ bogus: 1 }), 'refused'],
  ['an unknown field', spec({ bogus: 1 }), 'refused'],
  ['4097 endpoints', spec({ endpoints: times(4_097, () => ({ address: '10.0.0.1' })) }), 'refused'],
  ['resolution NONE with endpoints', spec({ resolution: 'NONE' }), 'refused'],
  [
    'resolution DNS_ROUND_ROBIN with two endpoints',
    spec({ resolution: 'DNS_ROUND_ROBIN', endpoints: [{ address: 'a.shop' }, { address: 'b.shop' }] }),
    'refused',
  ],
  ['a selector beside endpoints', spec({ workloadSelector: { labels: { a: 'b' } } }), 'refused'],
  ['a range of addresses under DNS', spec({ resolution: 'DNS', addresses: ['10.0.0.0/8'] }), 'refused'],
  ['an address of 65 characters', spec({ addresses: ['a'.repeat(65)] }), 'refused'],
  ['exports that are text', spec({ exportTo: '*' }), 'refused'],
  ['a label value with a space', label('team', 'a b'), 'refused'],
  ['a label value of 64 characters', label('team', 'a'.repeat(64)), 'refused'],
  ['a label key with a space', label('a b', 'c'), 'refused'],
  ['a label key with two slashes', label('a/b/c', 'd'), 'refused'],
  ['a label key with an upper-case prefix', label('A/b', 'c'), 'refused'],
  ['a label that is a number', label('team', 1), 'refused'],
  ['an annotation key with a space', annotation('a b', 'c'), 'refused'],
  ['annotations of more than 256 KiB', annotation('a', 'x'.repeat(262_145)), 'refused'],
  ['a name in upper case', named('A'), 'refused'],
  ['a name with an underscore', named('a_b'), 'refused'],
  ['a name of 254 characters', named('a'.repeat(254)), 'refused'],
  ['no name', named(''), 'refused'],
  ['a host with an underscore', spec({ hosts: ['a_b.shop'] }), 'accepted'],
  ['a host in upper case', spec({ hosts: ['A.shop'] }), 'accepted'],
  ['an IP as host', spec({ hosts: ['10.0.0.1'] }), 'accepted'],
  ['STATIC with a host name', address('a.shop'), 'accepted'],
  ['STATIC with a loopback address', address('127.0.0.1'), 'accepted'],
  ['an empty address', address(''), 'accepted'],
  ['an endpoint label value with a space', endpoint({ labels: { a: 'x y' } }), 'accepted'],
  ['DNS with a locality', spec({ resolution: 'DNS', endpoints: [{ address: 'a.shop', locality: 'r/z' }] }), 'accepted'],
  ['the protocol AMQP', port({ protocol: 'AMQP' }), 'accepted'],
  ['the same address twice', spec({ endpoints: [{ address: '10.0.0.1' }, { address: '10.0.0.1' }] }), 'accepted'],
  ['an annotation key in upper case', annotation('A/B', 'c'), 'accepted'],
];
