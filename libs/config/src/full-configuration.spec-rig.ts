import type { Configuration } from '@isthmus/model';
import { clusterName, sourceName } from '@isthmus/model';

/** Every field that is served, with a value that is not its default where one file can say so. */
export const FULL = `apiVersion: isthmus.dev/v1
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

/** What FULL says, read from a file in /etc/isthmus. */
export const EXPECTED: Configuration = {
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
