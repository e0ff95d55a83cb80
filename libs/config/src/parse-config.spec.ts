import { formatProblem, parseConfig } from './index.js';
import { configurationIn } from './config.spec-rig.js';
import { EXPECTED, FULL } from './full-configuration.spec-rig.js';

const ORIGIN = { file: 'conf/isthmus.yaml', folder: '/etc/isthmus' };

function linesOf(text: string): readonly string[] {
  const parsed = parseConfig(text, ORIGIN);
  return (parsed.ok ? parsed.value.warnings : parsed.error).map(formatProblem);
}
describe('parseConfig', () => {
  it('reads every field that is served, fills in every default, and keeps the line of each route', () => {
    const parsed = parseConfig(FULL, ORIGIN);
    expect(parsed).toMatchObject({
      ok: true,
      value: { configuration: EXPECTED, warnings: [{ code: 'CFG068', line: 36 }] },
    });
  });

  it('starts with nothing but a name, and warns that nothing is read or written', () => {
    const text = 'apiVersion: isthmus.dev/v1\nhub: { name: prod }\n';
    expect(parseConfig(text, ORIGIN)).toMatchObject({
      ok: true,
      value: {
        configuration: {
          hub: { name: 'prod', readOnly: false, http: { host: '0.0.0.0', port: 8080 }, logLevel: 'info' },
          sources: [],
          clusters: [],
          approvals: [],
        },
        warnings: [{ code: 'CFG060' }, { code: 'CFG061' }],
      },
    });
  });

  it('gives every error at once, each with its place, in the order of the file', () => {
    const text = `apiVersion: isthmus.dev/v1
hub: { name: Prod }
sources:
  - name: shop
    regoin: us-east-1
    poll: { hot: 5 }
clusters:
  - name: a
    role: primary
    kubeconfig: { file: a.yaml, secret: a }
    auth: { eks: { clusterName: a, region: us-east-1 }, gke: {} }
  - name: a
    role: primray
    kubeconfig: { file: b.yaml }
`;
    expect(linesOf(text)).toEqual([
      'conf/isthmus.yaml:2:14 CFG012 hub.name: "Prod" is not a DNS label → use at most 63 lower-case letters, digits and "-", with a letter or digit at both ends',
      'conf/isthmus.yaml:4:5 CFG006 sources[0].region: is missing → add it, or regions for several',
      'conf/isthmus.yaml:5:5 CFG004 sources[0].regoin: is an unknown field → did you mean region?',
      'conf/isthmus.yaml:6:18 CFG007 sources[0].poll.hot: expected text, found a number → put it in quotes, or give it its unit (5s, 20%)',
      'conf/isthmus.yaml:10:17 CFG045 clusters[0].kubeconfig: names a file and a Secret → keep file, or secret with its key',
      'conf/isthmus.yaml:11:11 CFG047 clusters[0].auth: names eks and gke → write eks: { clusterName, region }, aks: { tenantId, clientId } or gke: {}, one of them',
      'conf/isthmus.yaml:12:11 CFG031 clusters[1].name: "a" is already the name of another cluster → give each cluster its own name',
      'conf/isthmus.yaml:13:11 CFG008 clusters[1].role: "primray" is not allowed → did you mean primary? write primary, remote or external-config',
    ]);
  });

  it('takes every relative path from the folder of the file, and leaves absolute ones', () => {
    const source = (name: string, credentials: string): string =>
      `{ name: ${name}, region: us-east-1, account: "111122223333", credentials: { ${credentials} } }`;
    const role = 'roleArn: "arn:aws:iam::111122223333:role/a"';
    const text = `apiVersion: isthmus.dev/v1
hub: { name: prod }
store: { redis: { sentinel: { name: m, nodes: [a], passwordFile: s }, passwordFile: ./p, tls: { caFile: ../ca } } }
sources:
  - ${source('a', `webIdentity: { ${role}, tokenFile: token }`)}
  - ${source('b', 'static: { accessKeyIdFile: id, secretAccessKeyFile: ./key, sessionTokenFile: /run/session }')}
clusters: [{ name: c, role: primary, kubeconfig: { file: ./x/c.yaml } }]
`;
    const { store, sources, clusters } = configurationIn(text);
    expect(store).toMatchObject({
      address: { passwordFile: '/etc/isthmus/s' },
      passwordFile: '/etc/isthmus/p',
      tls: { caFile: '/etc/ca' },
    });
    expect(sources.map(({ credentials }) => credentials)).toMatchObject([
      { tokenFile: '/etc/isthmus/token' },
      {
        accessKeyIdFile: '/etc/isthmus/id',
        secretAccessKeyFile: '/etc/isthmus/key',
        sessionTokenFile: '/run/session',
      },
    ]);
    expect(clusters[0]?.kubeconfig).toEqual({ kind: 'file', file: '/etc/isthmus/x/c.yaml' });
  });

  it('never repeats the text of an endpoint, because a password may stand in it', () => {
    const text = FULL.replace('http://127.0.0.1:4566', 'http://user:hunter2@127.0.0.1');
    const lines = linesOf(text);
    expect(lines).toHaveLength(1);
    expect(lines.join()).toContain('CFG015 sources[1].endpoint: is not a plain http or https URL');
    expect(lines.join()).not.toContain('hunter2');
  });

  it('gives a problem of the world outside the file its place in the file', () => {
    const parsed = parseConfig(FULL, ORIGIN);
    const path = ['clusters', 1, 'kubeconfig', 'file'] as const;
    const problem = parsed.ok ? parsed.value.problemAt({ code: 'CFG070', path, message: 'cannot be read' }) : undefined;
    expect(problem).toMatchObject({ line: 41, column: 25, severity: 'warning', path: 'clusters[1].kubeconfig.file' });
  });
});
