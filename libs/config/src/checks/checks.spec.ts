import { parseConfig } from '../index.js';
import { HEAD, problemsIn } from '../config.spec-rig.js';

const SOURCES = 'sources: [{ name: shop-us, region: us-east-1, account: "111122223333" }]\n';

function problemsOf(body: string): readonly string[] {
  return problemsIn(HEAD + body).map(({ code, severity, line, path }) => `${severity} ${code} ${path} at ${line}`);
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
      'warning CFG068 clusters[0].routes[0].from.namespaces at 5',
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
    const route =
      'routes: [{ from: { namespaces: [shop], sources: [shop-*, stock], regions: [eu-*], accounts: ["999*"] } }]';
    const clusters = cluster('c', `role: primary, kubeconfig: { file: c }, ${route}`);
    expect(problemsOf(`${SOURCES}clusters:\n${clusters}`)).toEqual([
      'warning CFG065 clusters[0].routes[0].from.sources[1] at 5',
      'warning CFG065 clusters[0].routes[0].from.regions[0] at 5',
      'warning CFG065 clusters[0].routes[0].from.accounts[0] at 5',
    ]);
  });

  it('does not judge accounts while a source does not say its own', () => {
    const route = 'routes: [{ from: { namespaces: [shop], accounts: ["999*"] } }]';
    const clusters = cluster('c', `role: primary, kubeconfig: { file: c }, ${route}`);
    expect(problemsOf(`sources: [{ name: a, region: us-east-1 }]\nclusters:\n${clusters}`)).toEqual([]);
  });

  it('warns of a route behind one that takes everything', () => {
    const clusters = cluster(
      'c',
      'role: primary, kubeconfig: { file: c }, routes: [{ to: { hostSuffixes: [a] } }, { from: { services: [a], namespaces: [b] } }]',
    );
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

  it('compares the names that regions expand to', () => {
    const sources =
      'sources:\n  - { name: a, regions: [us-east-1, eu-west-1, us-east-1] }\n  - { name: a-eu-west-1, region: eu-west-1 }\n';
    const clusters = `clusters:\n${cluster('c', 'role: primary, kubeconfig: { file: c }')}`;
    expect(problemsOf(sources + clusters)).toEqual([
      'error CFG030 sources[0].regions[2] at 4',
      'error CFG030 sources[1].name at 5',
    ]);
  });

  it('refuses a name that is too long with its region behind it', () => {
    const sources = `sources:\n  - { name: ${'a'.repeat(60)}, regions: [us-east-1] }\n`;
    const clusters = `clusters:\n${cluster('c', 'role: primary, kubeconfig: { file: c }')}`;
    expect(problemsOf(sources + clusters)).toEqual(['error CFG012 sources[0].name at 4']);
  });

  it('says of a source without account that its role needs one, whatever else is wrong with it', () => {
    const sources = 'sources:\n  - { name: A, region: us-east-1, credentials: { assumeRole: { arn: x } } }\n';
    const clusters = `clusters:\n${cluster('c', 'role: primary, kubeconfig: { file: c }')}`;
    expect(problemsOf(sources + clusters)).toEqual([
      'error CFG012 sources[0].name at 4',
      'error CFG029 sources[0].credentials.assumeRole at 4',
      'error CFG029 sources[0].credentials.assumeRole.arn at 4',
    ]);
  });

  it('refuses a former name that another cluster has, or had', () => {
    const clusters = [
      cluster('a', 'role: primary, kubeconfig: { file: a }, formerNames: [b, old]'),
      cluster('b', 'role: primary, kubeconfig: { file: b }, formerNames: [old]'),
    ];
    expect(problemsOf(`${SOURCES}clusters:\n${clusters.join('')}`)).toEqual([
      'error CFG038 clusters[0].formerNames[0] at 5',
      'error CFG038 clusters[1].formerNames[0] at 6',
    ]);
  });

  it('matches selectors with the sources that regions expand to, and knows the name before it', () => {
    const sources = 'sources: [{ name: shop, regions: [us-east-1, eu-west-1] }]\n';
    const from = 'namespaces: [shop], sources: [shop-us-*, shop], regions: [eu-west-1, ap-south-1]';
    const clusters = cluster('c', `role: primary, kubeconfig: { file: c }, routes: [{ from: { ${from} } }]`);
    expect(problemsOf(`${sources}clusters:\n${clusters}`)).toEqual([
      'warning CFG065 clusters[0].routes[0].from.sources[1] at 5',
      'warning CFG065 clusters[0].routes[0].from.regions[1] at 5',
    ]);
    const parsed = parseConfig(`${HEAD}${sources}clusters:\n${clusters}`, { file: 'isthmus.yaml', folder: '/' });
    expect(parsed.ok && parsed.value.warnings[0]?.remedy).toBe('write "shop-*": its regions are sources');
  });

  it('warns of a locality for a region that no source reads', () => {
    const clusters = cluster('c', 'role: primary, kubeconfig: { file: c }, localities: { eu-west-1: x, us-east-1: y }');
    expect(problemsOf(`${SOURCES}clusters:\n${clusters}`)).toEqual([
      'warning CFG065 clusters[0].localities.eu-west-1 at 5',
    ]);
  });

  it.each<[string, string, string, boolean]>([
    ['any namespace matches', '', '{}', true],
    ['a namespace glob has a wildcard', '', '{ from: { namespaces: [a, "shop*"] } }', true],
    ['every namespace is named', '', '{ from: { namespaces: [shop] } }', false],
    ['its sources read named namespaces only', ', namespaces: { include: [shop] }', '{}', false],
    ['its sources read namespaces by a glob', ', namespaces: { include: ["s*"] }', '{}', true],
    ['a suffix binds the hosts', '', '{ to: { hostSuffixes: [shop.internal] } }', false],
    ['the template ends with a suffix', '', '{ to: { host: "{service}.{namespace}.shop.internal" } }', false],
  ])('judges whether namespaces choose the hosts of a mesh: %s', (_what, source, route, isOpen) => {
    const sources = `sources: [{ name: a, region: us-east-1${source} }]\n`;
    const clusters = cluster('c', `role: primary, kubeconfig: { file: c }, routes: [${route}]`);
    const expected = isOpen ? ['warning CFG068 clusters[0].routes[0].from.namespaces at 5'] : [];
    expect(problemsOf(`${sources}clusters:\n${clusters}`)).toEqual(expected);
  });

  it('refuses beside a preset what the preset decides, and nothing else', () => {
    const to = '{ host: "{service}.x", resolution: auto, merge: none, revision: canary, hostSuffixes: [x] }';
    const clusters = cluster(
      'c',
      `role: primary, kubeconfig: { file: c }, routes: [{ preset: istio-cloud-map, to: ${to} }]`,
    );
    expect(problemsOf(`${SOURCES}clusters:\n${clusters}`)).toEqual([
      'error CFG039 clusters[0].routes[0].to.host at 5',
      'error CFG039 clusters[0].routes[0].to.resolution at 5',
    ]);
  });

  it('warns of strict health and of near endpoints only', () => {
    const sources = 'sources: [{ name: a, region: us-east-1, health: HEALTHY }]\n';
    const route = '{ from: { namespaces: [a] }, to: { trafficDistribution: PreferClose } }';
    const clusters = cluster('c', `role: primary, kubeconfig: { file: c }, routes: [${route}]`);
    expect(problemsOf(`${sources}clusters:\n${clusters}`)).toEqual([
      'warning CFG069 sources[0].health at 3',
      'warning CFG080 clusters[0].routes[0].to.trafficDistribution at 5',
    ]);
  });

  it('warns of pauses and approvals that are over, when it is told the time', () => {
    const pause = 'paused: { reason: x, until: 2026-01-01T00:00:00Z }';
    const sources = `sources: [{ name: a, region: us-east-1, ${pause} }]\n`;
    const clusters = `clusters:\n${cluster('c', `role: primary, kubeconfig: { file: c }, ${pause}`)}`;
    const approvals = 'approvals: [{ cluster: c, removals: 0123456789abcdef, until: 2026-01-01T00:00:00.001Z }]\n';
    const warnings = (nowMs?: number): readonly string[] => {
      const origin = { file: 'isthmus.yaml', folder: '/', ...(nowMs === undefined ? {} : { nowMs }) };
      const parsed = parseConfig(HEAD + sources + clusters + approvals, origin);
      return parsed.ok ? parsed.value.warnings.map(({ code, path }) => `${code} ${path}`) : ['refused'];
    };
    expect(warnings()).toEqual([]);
    expect(warnings(Date.UTC(2026, 0, 1))).toEqual([
      'CFG081 sources[0].paused.until',
      'CFG081 clusters[0].paused.until',
    ]);
  });
});
