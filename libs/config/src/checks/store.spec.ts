import { parseConfig } from '../index.js';
import { configurationIn, errorsIn, HEAD } from '../config.spec-rig.js';

function problemsOf(text: string): readonly string[] {
  return errorsIn(HEAD + text).map(({ code, path }) => `${code} ${path}`);
}

function configured(text: string) {
  const { store, election } = configurationIn(HEAD + text);
  return { store, election };
}

describe('store and election', () => {
  it('are one replica on the embedded store without a word about them', () => {
    expect(configured('')).toEqual({
      store: { kind: 'memory' },
      election: {
        backend: 'none',
        leaseMs: 15_000,
        renewDeadlineMs: 10_000,
        retryMs: 2_000,
        kubernetes: { namespace: 'isthmus', leaseName: undefined },
      },
    });
  });

  it('are a pair with a lease in Redis as soon as there is Redis', () => {
    const { store, election } = configured(
      'store: { redis: { url: "rediss://redis.example.com/3", passwordFile: p } }',
    );
    expect(store).toEqual({
      kind: 'redis',
      address: { kind: 'server', host: 'redis.example.com', port: 6379 },
      database: 3,
      username: undefined,
      passwordFile: '/etc/isthmus/p',
      tls: { caFile: undefined, serverName: undefined },
      keyPrefix: 'isthmus',
      waitReplicas: 0,
    });
    expect(election.backend).toBe('redis');
  });

  it('take Sentinels, with their usual port', () => {
    const sentinel = '{ name: main, nodes: [a, "b:5000", "[::1]:7"], username: watcher, passwordFile: ./s }';
    const { store } = configured(`store: { redis: { sentinel: ${sentinel} } }`);
    expect(store).toMatchObject({
      address: {
        kind: 'sentinel',
        name: 'main',
        nodes: [
          { host: 'a', port: 26_379 },
          { host: 'b', port: 5000 },
          { host: '::1', port: 7 },
        ],
        username: 'watcher',
        passwordFile: '/etc/isthmus/s',
      },
      tls: undefined,
    });
  });

  it.each(['memory: {}', 'redis: { url: "redis://r" }'])('may keep the lease in Kubernetes, with %s', (store) => {
    const { election } = configured(`store: { ${store} }\nelection: { backend: kubernetes }`);
    expect(election).toMatchObject({ backend: 'kubernetes', kubernetes: { namespace: 'isthmus' } });
    const named = configured('election: { backend: kubernetes, kubernetes: { namespace: hubs, leaseName: a.b } }');
    expect(named.election.kubernetes).toEqual({ namespace: 'hubs', leaseName: 'a.b' });
  });

  it('may be one replica with snapshots in Redis', () => {
    const { election } = configured('store: { redis: { url: "redis://r" } }\nelection: { backend: none }');
    expect(election.backend).toBe('none');
  });

  it.each([
    ['a place twice', 'store: { memory: {}, redis: { url: "redis://r" } }', ['CFG044 store']],
    ['no place', 'store: { redis: { keyPrefix: x } }', ['CFG044 store.redis']],
    [
      'an address twice',
      'store: { redis: { url: "redis://r", sentinel: { name: m, nodes: [a] } } }',
      ['CFG044 store.redis'],
    ],
    ['another scheme', 'store: { redis: { url: "http://r" } }', ['CFG041 store.redis.url']],
    [
      'a node that is none',
      'store: { redis: { sentinel: { name: m, nodes: ["a b"] } } }',
      ['CFG041 store.redis.sentinel.nodes[0]'],
    ],
    [
      'braces in the prefix',
      'store: { redis: { url: "redis://r", keyPrefix: "{x}" } }',
      ['CFG041 store.redis.keyPrefix'],
    ],
    ['a lease in no store', 'election: { backend: redis }', ['CFG043 election.backend']],
    ['a lease that is too short', 'election: { lease: 12s }', ['CFG042 election']],
    ['a deadline that is too short', 'election: { retry: 4s }', ['CFG042 election']],
    ['another backend', 'election: { backend: etcd }', ['CFG008 election.backend']],
    ['a Lease that nothing uses', 'election: { kubernetes: { leaseName: x } }', ['CFG049 election.kubernetes']],
    [
      'a Lease of an illegal name',
      'election: { backend: kubernetes, kubernetes: { leaseName: A_b } }',
      ['CFG048 election.kubernetes.leaseName'],
    ],
  ])('refuse %s', (_, text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });

  it('never repeat a password that stands in a URL', () => {
    const parsed = parseConfig(`${HEAD}store: { redis: { url: "redis://:hunter2@r" } }`, { file: 'f', folder: '/' });
    expect(parsed.ok ? [] : parsed.error).toMatchObject([{ code: 'CFG041' }]);
    expect(JSON.stringify(parsed)).not.toContain('hunter2');
  });
});
