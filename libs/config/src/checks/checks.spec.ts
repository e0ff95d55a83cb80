import { parseConfig } from '../index.js';

const HEAD = 'apiVersion: isthmus.dev/v1\nhub: { name: prod }\n';
const SOURCES = 'sources: [{ name: shop-us, region: us-east-1, account: "111122223333" }]\n';

function problemsOf(body: string): readonly string[] {
  const parsed = parseConfig(HEAD + body, { file: 'isthmus.yaml', folder: '/etc/isthmus' });
  return (parsed.ok ? parsed.value.warnings : parsed.error).map(
    ({ code, severity, line, path }) => `${severity} ${code} ${path} at ${line}`,
  );
}

const cluster = (name: string, more: string): string => `  - { name: ${name}, ${more} }\n`;

describe('checks between entries', () => {
  it('refuses two sources of one name', () => {
    const sources = 'sources:\n  - { name: a, region: us-east-1 }\n  - { name: a, region: eu-west-1 }\n';
    const clusters = `clusters:\n${cluster('c', 'role: primary, kubeconfig: { file: c }')}`;
    expect(problemsOf(sources + clusters)).toEqual(['error CFG030 sources[1].name at 5']);
  });

  it.each([
    ['that is not configured', 'primary: nobody'],
    ['that is itself a remote', 'primary: far'],
  ])('refuses a remote with a primary %s', (_what, primary) => {
    const clusters = `clusters:\n${cluster('far', `role: remote, push: false, ${primary}, kubeconfig: { file: c }`)}`;
    expect(problemsOf(SOURCES + clusters)).toEqual(['error CFG032 clusters[0].primary at 5']);
  });

  it('refuses two clusters with the same kubeconfig and namespace, however the path is written', () => {
    const clusters = [
      cluster('a', 'role: primary, kubeconfig: { file: ./x/../c.yaml }'),
      cluster('b', 'role: primary, kubeconfig: { file: /etc/isthmus/c.yaml }'),
      cluster('c', 'role: primary, kubeconfig: { file: c.yaml }, namespace: other'),
    ];
    expect(problemsOf(`${SOURCES}clusters:\n${clusters.join('')}`)).toEqual([
      'error CFG033 clusters[1].kubeconfig.file at 6',
    ]);
  });

  it('warns of a cluster that may be written to but has no route, and not of one that is only observed', () => {
    const clusters = [
      cluster('a', 'role: primary, mode: sync, kubeconfig: { file: a }'),
      cluster('b', 'role: primary, kubeconfig: { file: b }'),
    ];
    expect(problemsOf(`${SOURCES}clusters:\n${clusters.join('')}`)).toEqual(['warning CFG062 clusters[0].routes at 5']);
  });

  it('warns of a remote that is written to and of its own routes', () => {
    const clusters = cluster('r', 'role: remote, mode: sync, routes: [{}], kubeconfig: { file: r }');
    expect(problemsOf(`${SOURCES}clusters:\n${clusters}`)).toEqual([
      'warning CFG063 clusters[0].role at 5',
      'warning CFG064 clusters[0].routes at 5',
    ]);
  });

  it('is content with a remote that is not written to', () => {
    const clusters = [
      cluster('p', 'role: primary, kubeconfig: { file: p }'),
      cluster('r', 'role: remote, primary: p, push: false, kubeconfig: { file: r }'),
    ];
    expect(problemsOf(`${SOURCES}clusters:\n${clusters.join('')}`)).toEqual([]);
  });

  it('warns of selectors that match no configured source', () => {
    const route = 'routes: [{ from: { sources: [shop-*, stock], regions: [eu-*], accounts: ["999*"] } }]';
    const clusters = cluster('c', `role: primary, kubeconfig: { file: c }, ${route}`);
    expect(problemsOf(`${SOURCES}clusters:\n${clusters}`)).toEqual([
      'warning CFG065 clusters[0].routes[0].from.sources[1] at 5',
      'warning CFG065 clusters[0].routes[0].from.regions[0] at 5',
      'warning CFG065 clusters[0].routes[0].from.accounts[0] at 5',
    ]);
  });

  it('does not judge accounts while a source does not say its own', () => {
    const route = 'routes: [{ from: { accounts: ["999*"] } }]';
    const clusters = cluster('c', `role: primary, kubeconfig: { file: c }, ${route}`);
    expect(problemsOf(`sources: [{ name: a, region: us-east-1 }]\nclusters:\n${clusters}`)).toEqual([]);
  });

  it('warns of a route behind one that takes everything', () => {
    const clusters = cluster('c', 'role: primary, kubeconfig: { file: c }, routes: [{}, { from: { services: [a] } }]');
    expect(problemsOf(`${SOURCES}clusters:\n${clusters}`)).toEqual(['warning CFG066 clusters[0].routes[1] at 5']);
  });

  it.each([
    ['http://sd.internal', ['warning CFG067 sources[0].endpoint at 3']],
    ['http://127.0.0.1:4566', []],
    ['https://sd.internal', []],
  ])('warns of requests in clear text to another machine: %s', (endpoint, expected) => {
    const sources = `sources: [{ name: a, region: us-east-1, endpoint: "${endpoint}" }]\n`;
    const clusters = `clusters:\n${cluster('c', 'role: primary, kubeconfig: { file: c }')}`;
    expect(problemsOf(sources + clusters)).toEqual(expected);
  });
});
