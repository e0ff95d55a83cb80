import type { ParsedConfig } from './index.js';
import { parseConfig } from './index.js';

const HEAD = 'apiVersion: isthmus.dev/v1\nhub: { name: prod }\nsources: [{ name: us, region: us-east-1 }]\n';
const ORIGIN = { file: 'isthmus.yaml', folder: '/etc/isthmus' };
const ROUTES = 'routes: [{ from: { namespaces: [shop] } }]';

function parsed(body: string): ParsedConfig {
  const found = parseConfig(HEAD + body, ORIGIN);
  if (!found.ok) throw new Error(JSON.stringify(found.error));
  return found.value;
}
const problemsOf = (body: string): readonly string[] => {
  const found = parseConfig(HEAD + body, ORIGIN);
  return (found.ok ? found.value.warnings : found.error).map(({ code, path }) => `${code} ${path}`);
};
const cluster = (name: string, more: string): string => `clusters: [{ name: ${name}, role: primary, ${more} }]\n`;

describe('clusters from Secrets', () => {
  it('are looked for when the configuration asks for them, or when a cluster names one', () => {
    const defaults = { namespace: 'isthmus-clusters', labelSelector: 'isthmus.dev/cluster=true' };
    expect(parsed(cluster('a', 'kubeconfig: { file: a }')).configuration.clusterSecrets).toBeUndefined();
    expect(parsed(cluster('a', 'kubeconfig: { secret: a }')).configuration.clusterSecrets).toEqual(defaults);
    expect(parsed('clusterSecrets: {}\n').configuration.clusterSecrets).toEqual(defaults);
    expect(parsed('clusterSecrets: { namespace: x, labelSelector: "team,env=prod" }\n').configuration).toMatchObject({
      clusterSecrets: { namespace: 'x', labelSelector: 'team,env=prod' },
    });
  });

  it.each([
    ['kubeconfig: { secret: s }', { kind: 'secret', secret: 's', key: 'a' }],
    ['kubeconfig: { secret: s, key: k.yaml }', { kind: 'secret', secret: 's', key: 'k.yaml' }],
    ['kubeconfig: { key: k }', { kind: 'secret', secret: undefined, key: 'k' }],
    ['mode: observe', { kind: 'secret', secret: undefined, key: 'a' }],
    ['kubeconfig: { file: f }', { kind: 'file', file: '/etc/isthmus/f' }],
  ])('give a cluster its kubeconfig by %s', (fields, expected) => {
    const { configuration } = parsed(`clusterSecrets: {}\n${cluster('a', fields)}`);
    expect(configuration.clusters[0]?.kubeconfig).toEqual(expected);
  });

  it('are not what somebody meant who forgot the kubeconfig', () => {
    expect(problemsOf(cluster('a', 'mode: observe'))).toEqual(['CFG006 clusters[0].kubeconfig']);
    expect(problemsOf(cluster('a', 'kubeconfig: {}'))).toEqual(['CFG006 clusters[0].kubeconfig.file']);
  });

  it.each([
    [cluster('a', 'kubeconfig: { file: f, secret: s }'), 'CFG045 clusters[0].kubeconfig'],
    [cluster('a', 'kubeconfig: { file: f, key: k }'), 'CFG045 clusters[0].kubeconfig'],
    [cluster('a', 'kubeconfig: { secret: Big }'), 'CFG046 clusters[0].kubeconfig.secret'],
    [cluster('a', 'kubeconfig: { secret: s, key: "a/b" }'), 'CFG046 clusters[0].kubeconfig.key'],
    ['clusterSecrets: { labelSelector: "a in (b)" }\n', 'CFG046 clusterSecrets.labelSelector'],
    ['clusterSecrets: { namespace: A_b }\n', 'CFG012 clusterSecrets.namespace'],
  ])('are refused when they cannot be: %s', (body, expected) => {
    expect(problemsOf(body)).toEqual([expected]);
  });

  it('are not to be shared by two clusters of one namespace', () => {
    const entry = (name: string, more = ''): string =>
      `  - { name: ${name}, role: primary, kubeconfig: { secret: s, key: k }${more} }\n`;
    expect(problemsOf(`clusters:\n${entry('a')}${entry('b')}${entry('c', ', namespace: other')}`)).toEqual([
      'CFG033 clusters[1].kubeconfig.secret',
    ]);
  });

  it('need no entry in clusters', () => {
    expect(problemsOf('clusterSecrets: {}\n')).toEqual([]);
    expect(problemsOf('')).toEqual(['CFG061 clusters']);
  });
});

describe('a cluster without an entry', () => {
  it('is what the defaults say, but only observed, and its routes have their places', () => {
    const body = `clusterSecrets: {}
defaults:
  cluster:
    mode: sync
    role: external-config
    namespace: mesh
    routes:
      - { from: { namespaces: [shop] } }
  to: { hostSuffixes: [shop.internal] }
`;
    expect(parsed(body).configuration.unlistedCluster).toMatchObject({
      role: 'external-config',
      mode: 'observe',
      namespace: 'mesh',
      auth: { kind: 'kubeconfig' },
      routes: [{ place: 'isthmus.yaml:11', to: { hostSuffixes: ['shop.internal'] } }],
    });
  });

  it.each([
    ['there are no defaults', 'clusterSecrets: {}\n'],
    ['the defaults have no route', 'clusterSecrets: {}\ndefaults: { cluster: { mode: sync } }\n'],
  ])('is none where %s', (_what, body) => {
    expect(parsed(body).configuration.unlistedCluster).toBeUndefined();
  });

  it('is a primary unless the defaults say otherwise', () => {
    const body = `clusterSecrets: {}\ndefaults: { cluster: { ${ROUTES} } }\n`;
    expect(parsed(body).configuration.unlistedCluster?.role).toBe('primary');
  });
});

describe('the auth of a cluster', () => {
  const TENANT = '11111111-2222-3333-4444-555555555555';
  const of = (auth: string): string => cluster('a', `kubeconfig: { file: a }, auth: ${auth}`);

  it.each([
    ['{}', { kind: 'kubeconfig' }],
    ['{ kubeconfig: {} }', { kind: 'kubeconfig' }],
    [
      '{ eks: { clusterName: prod_1, region: us-east-1 } }',
      { kind: 'eks', clusterName: 'prod_1', region: 'us-east-1', roleArn: undefined, externalId: undefined },
    ],
    [`{ aks: { tenantId: ${TENANT} } }`, { kind: 'aks', tenantId: TENANT, clientId: undefined }],
    ['{ gke: {} }', { kind: 'gke' }],
  ])('is %s', (auth, expected) => {
    expect(parsed(of(auth)).configuration.clusters[0]?.auth).toEqual(expected);
  });

  it.each([
    ['{ eks: {} }', ['CFG006 clusters[0].auth.eks.clusterName', 'CFG006 clusters[0].auth.eks.region']],
    ['{ eks: { clusterName: "a b", region: us-east-1 } }', ['CFG047 clusters[0].auth.eks.clusterName']],
    ['{ eks: { clusterName: a, region: us-east-1, roleArn: x } }', ['CFG029 clusters[0].auth.eks.roleArn']],
    ['{ aks: { tenantId: contoso } }', ['CFG047 clusters[0].auth.aks.tenantId']],
    ['{ gke: {}, aks: {} }', ['CFG047 clusters[0].auth']],
    ['{ exec: {} }', ['CFG004 clusters[0].auth.exec']],
  ])('is refused: %s', (auth, expected) => {
    expect(problemsOf(of(auth))).toEqual(expected);
  });
});

describe('a web identity', () => {
  const ARN = 'arn:aws:iam::111122223333:role/isthmus';
  const of = (more: string): string =>
    `defaults: { source: { account: "111122223333", credentials: ${more} } }\n${cluster('a', 'kubeconfig: { file: a }')}`;

  it('is a role and the file of a token, whose path starts at the file', () => {
    expect(parsed(of(`{ webIdentity: { roleArn: "${ARN}", tokenFile: token } }`)).configuration.sources).toMatchObject([
      { credentials: { kind: 'web-identity', roleArn: ARN, tokenFile: '/etc/isthmus/token' } },
    ]);
  });

  it.each([
    [`{ webIdentity: { roleArn: "${ARN}" } }`, 'CFG006 defaults.source.credentials.webIdentity.tokenFile'],
    ['{ webIdentity: { roleArn: x, tokenFile: t } }', 'CFG029 defaults.source.credentials.webIdentity.roleArn'],
    [
      `{ webIdentity: { roleArn: "${ARN.replace('1111', '9999')}", tokenFile: t } }`,
      'CFG029 defaults.source.credentials.webIdentity.roleArn',
    ],
    [
      `{ webIdentity: { roleArn: "${ARN}", tokenFile: t }, assumeRole: { arn: "${ARN}" } }`,
      'CFG029 defaults.source.credentials',
    ],
  ])('is refused: %s', (credentials, expected) => {
    expect(problemsOf(of(credentials))).toContain(expected);
  });
});
