import type { Configuration } from '@isthmus/model';
import { parseConfig } from './index.js';
import { configurationIn, HEAD, ORIGIN, problemsIn } from './config.spec-rig.js';

const TO = 'to: { hostSuffixes: [a] }';

const configurationOf = (body: string): Configuration => configurationIn(HEAD + body);

const problemsOf = (body: string): readonly string[] =>
  problemsIn(HEAD + body).map(({ code, path, line, column }) => `${code} ${path} at ${line}:${column}`);

const CLUSTER = `clusters: [{ name: c, role: primary, kubeconfig: { file: c }, routes: [{ ${TO} }] }]\n`;
const SOURCE = 'sources: [{ name: a, region: us-east-1 }]\n';

describe('defaults', () => {
  it('merge maps deep, replace lists, and let the own value win', () => {
    const { sources } = configurationOf(`defaults:
  source: { region: eu-west-1, poll: { hot: 2s, warm: 3s }, namespaces: { include: [a, b], exclude: [c] } }
sources:
  - { name: x, poll: { warm: 9s } }
  - { name: y, region: us-east-1, namespaces: { include: [z] } }
`);
    expect(sources).toMatchObject([
      { region: 'eu-west-1', poll: { hotMs: 2000, warmMs: 9000, coldMs: 60_000 }, namespaces: { include: ['a', 'b'] } },
      { region: 'us-east-1', poll: { hotMs: 2000, warmMs: 3000 }, namespaces: { include: ['z'], exclude: ['c'] } },
    ]);
  });

  it('reach every route, those of the defaults for clusters too, under the line where the route stands', () => {
    const { clusters } = configurationOf(`defaults:
  cluster:
    role: primary
    routes:
      - { from: { regions: [us-*] } }
  to: { revision: canary, endpointLabels: { a: x, b: y } }
${SOURCE}clusters:
  - { name: c, kubeconfig: { file: c } }
  - { name: d, kubeconfig: { file: d }, routes: [{ to: { endpointLabels: { b: z } } }] }
`);
    expect(clusters.map(({ routes }) => routes)).toMatchObject([
      [{ place: 'isthmus.yaml:7', to: { revision: 'canary', endpointLabels: new Map([['a', 'x'], ['b', 'y']]) } }], // prettier-ignore
      [{ place: 'isthmus.yaml:12', to: { revision: 'canary', endpointLabels: new Map([['a', 'x'], ['b', 'z']]) } }], // prettier-ignore
    ]);
  });

  it('give way where an entry decides otherwise: region or regions, a role or files', () => {
    const { sources } = configurationOf(`defaults:
  source:
    account: "111122223333"
    regions: [us-east-1, eu-west-1]
    credentials: { assumeRole: { arn: "arn:aws:iam::111122223333:role/isthmus", externalId: shop } }
sources:
  - { name: x }
  - { name: y, region: us-west-2, credentials: { static: { accessKeyIdFile: i, secretAccessKeyFile: k } } }
  - { name: z, region: us-west-1, credentials: { assumeRole: { sessionName: other } } }
`);
    expect(sources).toMatchObject([
      { name: 'x-us-east-1', credentials: { kind: 'assume-role' } },
      { name: 'x-eu-west-1', credentials: { kind: 'assume-role' } },
      { name: 'y', credentials: { kind: 'static' } },
      { name: 'z', credentials: { kind: 'assume-role', externalId: 'shop', sessionName: 'other' } },
    ]);
  });

  it('leave to a preset what the preset decides', () => {
    const { clusters } = configurationOf(`defaults:
  to: { host: "{service}.other", resolution: dns, merge: none, hostSuffixes: [a] }
${SOURCE}clusters: [{ name: c, role: primary, kubeconfig: { file: c }, routes: [{ preset: istio-cloud-map }] }]
`);
    expect(clusters[0]?.routes[0]?.to).toMatchObject({
      host: '{service}.{namespace}',
      resolution: 'auto',
      merge: 'none',
    });
  });

  it('say once, where it stands, what is wrong in them', () => {
    const body = `defaults:
  source: { poll: { hot: 5 }, helth: ALL }
  cluster:
    limits: { burst: 0 }
sources: [{ name: a, region: us-east-1 }, { name: b, region: us-east-1 }]
${CLUSTER}`;
    expect(problemsOf(body)).toEqual([
      'CFG007 defaults.source.poll.hot at 4:26',
      'CFG004 defaults.source.helth at 4:31',
      'CFG009 defaults.cluster.limits.burst at 6:22',
    ]);
  });

  it('say what is wrong in them although every entry has its own value, or there is no entry', () => {
    const body = `defaults: { source: { health: SICK } }\nsources: [{ name: a, region: us-east-1, health: ALL }]\n${CLUSTER}`;
    expect(problemsOf(body)).toEqual(['CFG008 defaults.source.health at 3:31']);
    expect(problemsOf('defaults: { to: { merge: 5 } }\n')).toEqual(['CFG008 defaults.to.merge at 3:26']);
  });

  it('blame the entry for its own value, beside a default of the same name', () => {
    const body = `defaults: { source: { poll: { hot: 5s } } }\nsources:\n  - { name: a, region: us-east-1, poll: { hot: 5 } }\n${CLUSTER}`;
    expect(problemsOf(body)).toEqual(['CFG007 sources[0].poll.hot at 5:48']);
  });

  it('may leave out what the entries add, and are not blamed for it', () => {
    const body = (own: string): string => `defaults:
  source: { account: "111122223333", credentials: { assumeRole: { externalId: shop } } }
sources:
  - { name: a, region: us-east-1${own} }
${CLUSTER}`;
    const arn = ', credentials: { assumeRole: { arn: "arn:aws:iam::111122223333:role/isthmus" } }';
    expect(problemsOf(body(arn))).toEqual([]);
    expect(problemsOf(body(''))).toEqual(['CFG006 defaults.source.credentials.assumeRole.arn at 4:65']);
  });

  it('cannot name an entry', () => {
    expect(problemsOf(`defaults: { source: { name: x } }\n${SOURCE}${CLUSTER}`)).toContain(
      'CFG004 defaults.source.name at 3:23',
    );
  });

  it.each([
    [
      'a file',
      'kubeconfig: { secret: x, key: y }',
      'kubeconfig: { file: f }',
      { kubeconfig: { kind: 'file', file: '/f' } },
    ],
    [
      'another cloud',
      'auth: { eks: { clusterName: c, region: us-east-1 } }',
      'auth: { gke: {} }',
      { auth: { kind: 'gke' } },
    ],
    ['no cloud', 'auth: { gke: {} }', 'auth: { kubeconfig: {} }', { auth: { kind: 'kubeconfig' } }],
  ])('give way to an entry that names %s', (_what, preset, own, expected) => {
    const body = `defaults: { cluster: { kubeconfig: { secret: s }, ${preset} } }\n`.replace(
      /kubeconfig: \{ secret: s \}, (?=kubeconfig)/,
      '',
    );
    const parsed = parseConfig(`${HEAD}${body}${SOURCE}clusters: [{ name: c, role: primary, ${own} }]\n`, {
      ...ORIGIN,
      folder: '/',
    });
    expect(parsed.ok ? parsed.value.configuration.clusters : parsed.error).toMatchObject([expected]);
  });

  it('place what a kubeconfig lacks at the default that names it', () => {
    const body = `defaults: { cluster: { role: primary, kubeconfig: { file: c } } }\n${SOURCE}clusters: [{ name: c }]\n`;
    const parsed = parseConfig(HEAD + body, ORIGIN);
    const path = ['clusters', 0, 'kubeconfig', 'file'] as const;
    const problem = parsed.ok ? parsed.value.problemAt({ code: 'CFG070', path, message: 'cannot be read' }) : undefined;
    expect(problem).toMatchObject({ path: 'defaults.cluster.kubeconfig.file', line: 3, column: 59 });
  });
});
