import type { ClusterClientRig } from './cluster-client-rig.js';
import { codeOf, errorOf, manifestOf, preconditionOf, readEntry, unaborted } from './cluster-client-rig.js';

type Open = () => Promise<ClusterClientRig>;

/** A spec in whose place anything may stand: what is wrong with it is for the server to say. */
type AnySpec = Readonly<Record<string, unknown>>;

const at = (address: string, more: object = {}): object => ({ address, ...more });
const many = (count: number, more: object = {}): readonly object[] =>
  Array.from({ length: count }, (_, i) => at(`10.1.${Math.floor(i / 250)}.${i % 250}`, more));
const port = (name: string, number: number): object => ({ name, number, protocol: 'TCP' });

/** What the schema of ServiceEntry and its CEL rules forbid → the fields that the server names. */
const INVALID: readonly (readonly [sentence: string, spec: AnySpec, fields: string])[] = [
  ['a port number twice', { ports: [port('a', 80), port('b', 80)] }, 'spec.ports'],
  ['a port name twice', { ports: [port('a', 80), port('a', 81)] }, 'spec.ports[1]'],
  ['a port of number 0', { ports: [port('a', 0)] }, 'spec.ports[0].number'],
  ['a port of number 70000', { ports: [port('a', 70_000)] }, 'spec.ports[0].number'],
  ['an endpoint with port 0', { endpoints: [at('10.0.0.1', { ports: { http: 0 } })] }, 'spec.endpoints[0].ports[http]'],
  ['an endpoint without an address', { endpoints: [{ labels: { a: 'b' } }] }, 'spec.endpoints[0]'],
  ['resolution NONE with endpoints', { resolution: 'NONE' }, 'spec'],
  ['resolution DNS_ROUND_ROBIN with two endpoints', { resolution: 'DNS_ROUND_ROBIN', endpoints: many(2) }, 'spec'],
  ['a selector beside endpoints', { workloadSelector: { labels: { a: 'b' } } }, 'spec'],
  ['the host *', { hosts: ['*'] }, 'spec.hosts[0]'],
  ['no host', { hosts: [] }, 'spec.hosts'],
  ['an unknown resolution', { resolution: 'GUESS' }, 'spec.resolution'],
  ['an unknown location', { location: 'NOWHERE' }, 'spec.location'],
  ['more than 4096 endpoints', { endpoints: many(4_097) }, 'spec.endpoints'],
  ['an address of another type', { endpoints: [{ address: 7 }] }, 'spec.endpoints[0].address'],
];

/** What is refused because of what was sent: the same object never gets in, and the error names the field, not the value. */
export function clusterClientObjectsContract(open: Open): void {
  describe('objects that are not legal', () => {
    invalid(open);
    unknown(open);
    metadata(open);
    sizes(open);
  });
}

function invalid(open: Open): void {
  it.each(INVALID)(
    'ends with invalid-object for %s, on create and on update, and names the field',
    async (_, spec, fields) => {
      const { client } = await open();
      const bad = (name: string) => manifestOf(name, { spec });
      const refusal = { code: 'invalid-object', disposition: 'reject', context: { status: 422, fields } };
      expect(await errorOf(client.create(bad('new'), unaborted()))).toMatchObject(refusal);
      const { metadata } = await client.create(manifestOf('old'), unaborted());
      expect(await errorOf(client.update(bad('old'), preconditionOf(metadata), unaborted()))).toMatchObject(refusal);
    },
  );
}

function unknown(open: Open): void {
  const places: readonly (readonly [string, AnySpec, string])[] = [
    ['spec', { bogus: 'private' }, 'spec.bogus'],
    ['an endpoint', { endpoints: [at('10.0.0.1', { bogus: 'private' })] }, 'spec.endpoints[0].bogus'],
    ['a port', { ports: [{ name: 'a', number: 80, bogus: 'private' }] }, 'spec.ports[0].bogus'],
  ];

  it.each(places)(
    'refuses a field that the schema does not know in %s, and repeats no value',
    async (_, spec, path) => {
      const { client } = await open();
      const odd = (name: string) => manifestOf(name, { spec });
      const created = await errorOf(client.create(odd('new'), unaborted()));
      expect(created).toMatchObject({ code: 'invalid-object', disposition: 'reject' });
      const { metadata } = await client.create(manifestOf('old'), unaborted());
      // An update sends the keys of a spec that there are, whatever it is given; what stands inside of them goes as it is.
      const updated = path.includes('[') ? client.update(odd('old'), preconditionOf(metadata), unaborted()) : undefined;
      const errors = [created, ...(updated === undefined ? [] : [await errorOf(updated)])];
      for (const { code, message } of errors) {
        expect([code, message.includes(`unknown field "${path}"`), message.includes('private')]).toEqual([
          'invalid-object',
          true,
          false,
        ]);
      }
    },
  );
}

function metadata(open: Open): void {
  it.each([
    ['a label value with a space', { labels: { team: 'a b' } }, 'metadata.labels'],
    ['a label key that is none', { labels: { 'a b': 'c' } }, 'metadata.labels'],
    ['annotations of more than 256 KiB', { annotations: { a: 'x'.repeat(262_145) } }, 'metadata.annotations'],
  ])('ends with invalid-object for %s', async (_, changes, fields) => {
    const { client } = await open();
    const refusal = { code: 'invalid-object', disposition: 'reject', context: { status: 422, fields } };
    expect(await errorOf(client.create(manifestOf('new', changes), unaborted()))).toMatchObject(refusal);
    const { metadata } = await client.create(manifestOf('old'), unaborted());
    const update = client.update(manifestOf('old', changes), preconditionOf(metadata), unaborted());
    expect(await errorOf(update)).toMatchObject(refusal);
  });

  it('ends with invalid-object for a name that is none', async () => {
    const { client } = await open();
    const error = await errorOf(client.create(manifestOf('Not_A_Name'), unaborted()));
    expect(error).toMatchObject({ code: 'invalid-object', context: { fields: 'metadata.name' } });
  });

  it('ends with already-exists for the name of an entry that waits for its finalizers, which may still change', async () => {
    const rig = await open();
    await rig.putForeign('a', { finalizers: ['isthmus.dev/test'] });
    await rig.removeForeign('a');
    expect(await codeOf(rig.client.create(manifestOf('a'), unaborted()))).toBe('already-exists');
    const seen = await readEntry(rig, 'a');
    const { metadata } = await rig.client.update(manifestOf('a'), preconditionOf(seen), unaborted());
    expect(metadata.isTerminating).toBe(true);
    await rig.putForeign('a', { finalizers: [] });
    expect(await rig.client.getEntry(metadata.name, unaborted())).toBeUndefined();
  });

  it('deletes an entry with a finalizer by marking it, and takes that for done', async () => {
    const rig = await open();
    await rig.putForeign('a', { finalizers: ['isthmus.dev/test'] });
    const seen = await readEntry(rig, 'a');
    await rig.client.delete(seen.name, preconditionOf(seen), unaborted());
    expect((await readEntry(rig, 'a')).isTerminating).toBe(true);
    await rig.putForeign('a', { finalizers: [] });
  });
}

function sizes(open: Open): void {
  const kilobytes = (count: number): AnySpec => ({
    subjectAltNames: Array.from({ length: count }, () => 'x'.repeat(1_000)),
  });

  it.each([
    ['what etcd finds too large', 1_600],
    ['what etcd is not even sent', 2_400],
    ['what the API server does not read', 3_200],
  ])('ends with too-large, which is for good, for %s', async (_, count) => {
    const { client } = await open();
    const large = (name: string) => manifestOf(name, { spec: kilobytes(count) });
    const refusal = { code: 'too-large', disposition: 'reject' };
    expect(await errorOf(client.create(large('new'), unaborted()))).toMatchObject(refusal);
    const { metadata } = await client.create(manifestOf('old'), unaborted());
    expect(await errorOf(client.update(large('old'), preconditionOf(metadata), unaborted()))).toMatchObject(refusal);
  });

  it('takes 4096 endpoints', async () => {
    const rig = await open();
    const endpoints: AnySpec = { endpoints: many(4_096) };
    await rig.client.create(manifestOf('a', { spec: endpoints }), unaborted());
    expect((await readEntry(rig, 'a')).spec.raw).toHaveProperty(['endpoints', 'length'], 4_096);
  });
}
