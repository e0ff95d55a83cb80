import { parseConfig } from '../index.js';

const BASE = 'apiVersion: isthmus.dev/v1\nhub: { name: prod }\n';

function problemsOf(text: string): readonly string[] {
  const parsed = parseConfig(BASE + text, { file: 'isthmus.yaml', folder: '/etc/isthmus' });
  return parsed.ok ? [] : parsed.error.map(({ code, path }) => `${code} ${path}`);
}

function configured(text: string) {
  const parsed = parseConfig(BASE + text, { file: 'isthmus.yaml', folder: '/etc/isthmus' });
  if (!parsed.ok) throw new Error(parsed.error.map(({ message }) => message).join());
  const { store, election } = parsed.value.configuration;
  return { store, election };
}

describe('store and election', () => {
  it('are one replica on the embedded store without a word about them', () => {
    expect(configured('')).toEqual({
      store: { kind: 'memory' },
      election: { backend: 'none', leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 },
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
    ['Kubernetes', 'election: { backend: kubernetes }', ['CFG008 election.backend']],
  ])('refuse %s', (_, text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });

  it('never repeat a password that stands in a URL', () => {
    const parsed = parseConfig(`${BASE}store: { redis: { url: "redis://:hunter2@r" } }`, { file: 'f', folder: '/' });
    expect(parsed.ok ? [] : parsed.error).toMatchObject([{ code: 'CFG041' }]);
    expect(JSON.stringify(parsed)).not.toContain('hunter2');
  });
});
