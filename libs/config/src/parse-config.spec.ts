import type { Configuration } from '@isthmus/model';
import { clusterName, sourceName } from '@isthmus/model';
import { formatProblem, parseConfig } from './index.js';
import { configurationIn } from './spec-rig.js';

const ORIGIN = { file: 'conf/isthmus.yaml', folder: '/etc/isthmus' };

const FULL = `apiVersion: isthmus.dev/v1
hub: { name: prod, readOnly: true, http: { host: 127.0.0.1, port: 9090 }, log: { level: debug } }
store: { memory: {} }
sources:
  - name: shop-us
    region: us-east-1
    account: "111122223333"
    credentials: {}
    endpoint: { control: "https://sd.example.com", data: "https://data-sd.example.com" }
    namespaces: { include: ["shop*"], exclude: [shop-old] }
    services: { exclude: ["tmp-?"] }
    poll: { hot: 500ms, warm: 10s, cold: 1m, catalogue: 1h }
    limits: { discoverPerSecond: 100, listServicesPerSecond: 0.5, listNamespacesPerSecond: 0.25, getPerSecond: 5 }
  - name: shop-eu
    region: eu-west-1
    endpoint: http://127.0.0.1:4566
clusters:
  - name: eks-us
    role: primary
    kubeconfig: { file: ./clusters/eks-us.yaml }
    namespace: mesh
    mode: sync
    limits: { writesPerSecond: 10, burst: 20, inFlight: 2 }
    brake: { objects: 10%, endpoints: 12.5%, window: 30m }
    deletes: { pending: 60s, emptyReads: 4, emptyAfter: 2m }
    sweep: 30s
    routes:
      - from: { sources: [shop-*], accounts: ["1111*"], regions: [us-east-1], namespaces: ["shop*"], services: [web] }
        to:
          host: "{service}.{namespace}.{region}.{account}.example.com"
          ports: [{ number: 8080, name: http-web, protocol: http }]
          servicePort: 9000
          protocol: grpc-web
          location: MESH_INTERNAL
          exportTo: [., istio-system]
      - {}
  - name: aks-west
    role: remote
    primary: eks-us
    push: false
    kubeconfig: { file: /secrets/aks-west.yaml }
approvals:
  - { cluster: eks-us, removals: 0123456789abcdef, until: 2030-01-31T18:00:00+01:00 }
`;

const ALL = {
  sources: undefined,
  accounts: undefined,
  regions: undefined,
  namespaces: undefined,
  services: undefined,
  where: new Map<string, string>(),
};

const REST_OF_TO = {
  hostSuffixes: [],
  allowHosts: [],
  resolution: 'auto',
  revision: undefined,
  endpointLabels: new Map<string, string>(),
  addressAttribute: undefined,
  merge: 'regions',
  trafficDistribution: undefined,
} as const;

const REST_OF_SOURCE = {
  credentials: { kind: 'chain' },
  health: 'HEALTHY_OR_ELSE_ALL',
  staleAfterMs: 120_000,
  frozenAfterMs: 600_000,
  paused: undefined,
} as const;

const REST_OF_CLUSTER = {
  formerNames: [],
  createNamespace: false,
  previousNamespaces: [],
  localities: new Map<string, string>(),
  allowedCidrs: [],
  deniedCidrs: [],
  paused: undefined,
};

const DEFAULT_TO = {
  host: '{service}.{namespace}',
  ports: [
    { number: 80, name: 'http', protocol: 'HTTP' },
    { number: 443, name: 'https', protocol: 'HTTPS' },
  ],
  servicePort: 'auto',
  protocol: 'auto',
  location: 'MESH_EXTERNAL',
  exportTo: undefined,
  ...REST_OF_TO,
} as const;

const EXPECTED: Configuration = {
  clusterSecrets: undefined,
  unlistedCluster: undefined,
  hub: { name: 'prod', formerNames: [], readOnly: true, http: { host: '127.0.0.1', port: 9090 }, logLevel: 'debug' },
  store: { kind: 'memory' },
  election: {
    backend: 'none',
    leaseMs: 15_000,
    renewDeadlineMs: 10_000,
    retryMs: 2_000,
    kubernetes: { namespace: 'isthmus', leaseName: undefined },
  },
  sources: [
    {
      ...REST_OF_SOURCE,
      name: sourceName('shop-us'),
      region: 'us-east-1',
      account: '111122223333',
      endpoint: { control: 'https://sd.example.com', data: 'https://data-sd.example.com' },
      namespaces: { include: ['shop*'], exclude: ['shop-old'] },
      services: { include: ['*'], exclude: ['tmp-?'] },
      poll: { hotMs: 500, warmMs: 10_000, coldMs: 60_000, catalogueMs: 3_600_000 },
      limits: { discoverPerSecond: 100, listServicesPerSecond: 0.5, listNamespacesPerSecond: 0.25, getPerSecond: 5 },
    },
    {
      ...REST_OF_SOURCE,
      name: sourceName('shop-eu'),
      region: 'eu-west-1',
      account: undefined,
      endpoint: { control: 'http://127.0.0.1:4566', data: 'http://127.0.0.1:4566' },
      namespaces: { include: ['*'], exclude: [] },
      services: { include: ['*'], exclude: [] },
      poll: { hotMs: 5000, warmMs: 15_000, coldMs: 60_000, catalogueMs: 60_000 },
      limits: { discoverPerSecond: 250, listServicesPerSecond: 1, listNamespacesPerSecond: 0.5, getPerSecond: 20 },
    },
  ],
  clusters: [
    {
      ...REST_OF_CLUSTER,
      name: clusterName('eks-us'),
      role: 'primary',
      primary: undefined,
      push: true,
      kubeconfig: { kind: 'file', file: '/etc/isthmus/clusters/eks-us.yaml' },
      auth: { kind: 'kubeconfig' },
      namespace: 'mesh',
      mode: 'sync',
      limits: { writesPerSecond: 10, burst: 20, inFlight: 2 },
      brake: { objectsShare: 0.1, endpointsShare: 0.125, windowMs: 1_800_000 },
      deletes: { pendingMs: 60_000, emptyReads: 4, emptyAfterMs: 120_000 },
      sweepMs: 30_000,
      routes: [
        {
          from: {
            sources: ['shop-*'],
            accounts: ['1111*'],
            regions: ['us-east-1'],
            namespaces: ['shop*'],
            services: ['web'],
            where: new Map(),
          },
          preset: undefined,
          to: {
            host: '{service}.{namespace}.{region}.{account}.example.com',
            ports: [{ number: 8080, name: 'http-web', protocol: 'HTTP' }],
            servicePort: 9000,
            protocol: 'GRPC-WEB',
            location: 'MESH_INTERNAL',
            exportTo: ['.', 'istio-system'],
            ...REST_OF_TO,
          },
          place: 'isthmus.yaml:28',
        },
        { from: ALL, preset: undefined, to: DEFAULT_TO, place: 'isthmus.yaml:36' },
      ],
    },
    {
      ...REST_OF_CLUSTER,
      name: clusterName('aks-west'),
      role: 'remote',
      primary: clusterName('eks-us'),
      push: false,
      kubeconfig: { kind: 'file', file: '/secrets/aks-west.yaml' },
      auth: { kind: 'kubeconfig' },
      namespace: 'isthmus',
      mode: 'observe',
      limits: { writesPerSecond: 20, burst: 40, inFlight: 4 },
      brake: { objectsShare: 0.2, endpointsShare: 0.6, windowMs: 3_600_000 },
      deletes: { pendingMs: 120_000, emptyReads: 3, emptyAfterMs: 60_000 },
      sweepMs: 60_000,
      routes: [],
    },
  ],
  approvals: [
    { cluster: clusterName('eks-us'), removals: '0123456789abcdef', untilMs: Date.UTC(2030, 0, 31, 17, 0, 0) },
  ],
};

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
