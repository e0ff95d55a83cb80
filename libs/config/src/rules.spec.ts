import { problemsIn } from './config.spec-rig.js';

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** A small legal document; JSON is YAML. */
const legal = (): { [key: string]: Json } => ({
  apiVersion: 'isthmus.dev/v1',
  hub: { name: 'prod', http: {}, log: {} },
  sources: [{ name: 'shop', region: 'us-east-1', account: '111122223333', namespaces: {}, poll: {}, limits: {} }],
  clusters: [
    {
      name: 'east',
      role: 'primary',
      kubeconfig: { file: 'east.yaml' },
      limits: {},
      brake: {},
      deletes: {},
      routes: [
        {
          from: { regions: ['*'], namespaces: ['shop'] },
          to: { ports: [{ number: 80, name: 'http', protocol: 'HTTP' }] },
        },
      ],
    },
  ],
  approvals: [{ cluster: 'east', removals: '0123456789abcdef', until: '2030-01-31T18:00:00Z' }],
});

/** The legal document with one value replaced: `clusters.0.routes.0.to.host`. */
function documentWith(path: string, value: Json): string {
  const document = legal();
  const steps = path.split('.');
  const last = steps.pop() ?? '';
  let around: { [key: string]: Json } = document;
  for (const step of steps) around = around[step] as { [key: string]: Json };
  around[last] = value;
  return JSON.stringify(document);
}

function codesOf(text: string): readonly string[] {
  return problemsIn(text).map(({ code, path }) => `${code} ${path}`);
}

const CLUSTER = 'clusters.0';
const TO = 'clusters.0.routes.0.to';
const FROM = 'clusters.0.routes.0.from';
const PORT = 'clusters.0.routes.0.to.ports.0';

const ROLE = 'sources[0].credentials.assumeRole';
const roleOf = (account: string): string => `arn:aws:iam::${account}:role/isthmus`;
const ARN = roleOf('111122223333');
const FILES = { accessKeyIdFile: 'id', secretAccessKeyFile: 'key' };
const SOON = '2030-01-31T18:00:00Z';

describe('a legal value', () => {
  it.each<[string, Json]>([
    ['hub.name', 'a'.repeat(63)],
    ['hub.http.port', 0],
    ['sources.0.region', 'us-gov-west-1'],
    ['sources.0.region', 'eusc-de-east-1'],
    ['sources.0.endpoint', 'http://localhost:4566'],
    ['sources.0.endpoint', 'https://vpce.example.com/'],
    ['sources.0.credentials', {}],
    ['sources.0.poll.hot', '168h'],
    ['store', { memory: {} }],
    ['store', {}],
    [`${CLUSTER}.brake.objects`, '0%'],
    [`${CLUSTER}.brake.endpoints`, '100%'],
    [`${CLUSTER}.limits.writesPerSecond`, 0.1],
    [`${CLUSTER}.limits.inFlight`, 64],
    [`${CLUSTER}.deletes.emptyReads`, 2],
    [`${TO}.servicePort`, 'auto'],
    [`${TO}.protocol`, 'Auto'],
    [`${TO}.protocol`, 'mongo'],
    [`${TO}.host`, 'x-{service}.example.com'],
    [`${TO}.exportTo`, ['~']],
    [`${PORT}.number`, 14_999],
    [`${PORT}.number`, 15_091],
    ['hub.formerNames', ['prod-old']],
    ['sources.0.credentials', { assumeRole: { arn: 'arn:aws:iam::111122223333:role/path/isthmus' } }],
    ['sources.0.credentials', { static: { accessKeyIdFile: 'id', secretAccessKeyFile: 'key' } }],
    ['sources.0.health', 'ALL'],
    ['sources.0.staleAfter', '9m'],
    ['sources.0.paused', { reason: 'they move', until: '2030-01-31T18:00:00Z' }],
    [`${CLUSTER}.formerNames`, ['east-old']],
    [`${CLUSTER}.previousNamespaces`, ['mesh']],
    [`${CLUSTER}.localities`, { 'us-east-1': 'eastus' }],
    [`${CLUSTER}.allowedCidrs`, ['0.0.0.0/0', '10.96.0.0/12', '10.1.2.3/32', '::/0', '2001:db8::/32', 'fd00::1/128']],
    [`${FROM}.instances`, {}],
    [`${FROM}.instances`, { where: { version: '1.0', constructor: '' } }],
    [`${TO}.hostSuffixes`, ['shop', 'shop.internal']],
    [`${TO}.allowHosts`, ['*.amazonaws.com']],
    [`${TO}.resolution`, 'dns'],
    [`${TO}.revision`, 'canary-1_20'],
    [`${TO}.endpointLabels`, { version: 'version', 'example.com/stage': 'STAGE' }],
    [`${TO}.addressAttribute`, 'url'],
    [`${TO}.merge`, 'sources'],
  ])('is accepted without a word: %s = %j', (path, value) => {
    expect(codesOf(documentWith(path, value))).toEqual([]);
  });
});

describe('an illegal value', () => {
  it.each<[string, Json, string]>([
    ['apiVersion', 'isthmus.dev/v2', 'CFG024 apiVersion'],
    ['hub.name', '', 'CFG012 hub.name'],
    ['hub.name', 'a'.repeat(64), 'CFG012 hub.name'],
    ['hub.name', 'my_hub', 'CFG012 hub.name'],
    ['hub.readOnly', 'yes', 'CFG007 hub.readOnly'],
    ['hub.http.port', 65_536, 'CFG009 hub.http.port'],
    ['hub.log.level', 'verbose', 'CFG008 hub.log.level'],
    ['sources', {}, 'CFG007 sources'],
    ['sources.0.name', 'Shop', 'CFG012 sources[0].name'],
    ['sources.0.region', 'us-east', 'CFG014 sources[0].region'],
    ['sources.0.region', null, 'CFG007 sources[0].region'],
    ['sources.0.account', '12345', 'CFG013 sources[0].account'],
    ['sources.0.account', 111122223333, 'CFG007 sources[0].account'],
    ['sources.0.endpoint', 'ftp://x', 'CFG015 sources[0].endpoint'],
    ['sources.0.endpoint', 'https://x/?a=b', 'CFG015 sources[0].endpoint'],
    ['sources.0.endpoint', 5, 'CFG007 sources[0].endpoint'],
    ['sources.0.endpoint', { control: 'https://x' }, 'CFG006 sources[0].endpoint.data'],
    ['sources.0.credentials', { chain: {} }, 'CFG004 sources[0].credentials.chain'],
    ['sources.0.namespaces.include', [], 'CFG009 sources[0].namespaces.include'],
    ['sources.0.namespaces.include', [''], 'CFG016 sources[0].namespaces.include[0]'],
    ['sources.0.namespaces.exclude', ['a b'], 'CFG016 sources[0].namespaces.exclude[0]'],
    ['sources.0.poll.hot', '0s', 'CFG010 sources[0].poll.hot'],
    ['sources.0.poll.hot', '-5s', 'CFG010 sources[0].poll.hot'],
    ['sources.0.poll.hot', '5', 'CFG010 sources[0].poll.hot'],
    ['sources.0.poll.hot', '169h', 'CFG010 sources[0].poll.hot'],
    ['sources.0.limits.getPerSecond', 0, 'CFG009 sources[0].limits.getPerSecond'],
    ['sources.0.limits.getPerSecond', 1e9, 'CFG009 sources[0].limits.getPerSecond'],
    [`${CLUSTER}.role`, 'master', 'CFG008 clusters[0].role'],
    [`${CLUSTER}.primary`, 'east', 'CFG032 clusters[0].primary'],
    [`${CLUSTER}.kubeconfig.file`, ' ', 'CFG025 clusters[0].kubeconfig.file'],
    [`${CLUSTER}.kubeconfig`, 'east.yaml', 'CFG007 clusters[0].kubeconfig'],
    [`${CLUSTER}.namespace`, 'a.b', 'CFG012 clusters[0].namespace'],
    [`${CLUSTER}.mode`, 'Sync', 'CFG008 clusters[0].mode'],
    [`${CLUSTER}.limits.writesPerSecond`, 0, 'CFG009 clusters[0].limits.writesPerSecond'],
    [`${CLUSTER}.limits.burst`, 0, 'CFG009 clusters[0].limits.burst'],
    [`${CLUSTER}.limits.inFlight`, 65, 'CFG009 clusters[0].limits.inFlight'],
    [`${CLUSTER}.limits.inFlight`, 1.5, 'CFG007 clusters[0].limits.inFlight'],
    [`${CLUSTER}.brake.objects`, '101%', 'CFG011 clusters[0].brake.objects'],
    [`${CLUSTER}.brake.objects`, '-1%', 'CFG011 clusters[0].brake.objects'],
    [`${CLUSTER}.brake.objects`, 0.2, 'CFG007 clusters[0].brake.objects'],
    [`${CLUSTER}.deletes.pending`, '0s', 'CFG010 clusters[0].deletes.pending'],
    [`${CLUSTER}.deletes.emptyReads`, 1, 'CFG009 clusters[0].deletes.emptyReads'],
    [`${FROM}.regions`, [], 'CFG009 clusters[0].routes[0].from.regions'],
    [`${FROM}.regions`, 'us-*', 'CFG007 clusters[0].routes[0].from.regions'],
    [`${TO}.host`, '{namespace}.example.com', 'CFG017 clusters[0].routes[0].to.host'],
    [`${TO}.host`, '{service}.{zone}', 'CFG017 clusters[0].routes[0].to.host'],
    [`${TO}.host`, '{service}.{namespace', 'CFG017 clusters[0].routes[0].to.host'],
    [`${TO}.host`, '*.{service}', 'CFG017 clusters[0].routes[0].to.host'],
    [`${TO}.ports`, [], 'CFG009 clusters[0].routes[0].to.ports'],
    [`${PORT}.number`, 0, 'CFG009 clusters[0].routes[0].to.ports[0].number'],
    [`${PORT}.number`, 10_250, 'CFG018 clusters[0].routes[0].to.ports[0].number'],
    [`${PORT}.number`, 15_000, 'CFG018 clusters[0].routes[0].to.ports[0].number'],
    [`${PORT}.number`, 15_090, 'CFG018 clusters[0].routes[0].to.ports[0].number'],
    [`${PORT}.name`, 'HTTP', 'CFG019 clusters[0].routes[0].to.ports[0].name'],
    [`${PORT}.protocol`, 'UDP', 'CFG008 clusters[0].routes[0].to.ports[0].protocol'],
    [`${TO}.servicePort`, 15_001, 'CFG018 clusters[0].routes[0].to.servicePort'],
    [`${TO}.servicePort`, 'http', 'CFG007 clusters[0].routes[0].to.servicePort'],
    [`${TO}.location`, 'mesh_external', 'CFG008 clusters[0].routes[0].to.location'],
    [`${TO}.exportTo`, ['a', 'a'], 'CFG021 clusters[0].routes[0].to.exportTo'],
    [`${TO}.exportTo`, ['*', 'a'], 'CFG021 clusters[0].routes[0].to.exportTo'],
    [`${TO}.exportTo`, ['.', 'isthmus'], 'CFG021 clusters[0].routes[0].to.exportTo[1]'],
    [`${TO}.exportTo`, ['a b'], 'CFG021 clusters[0].routes[0].to.exportTo[0]'],
    ['hub.formerNames', ['a b'], 'CFG012 hub.formerNames[0]'],
    ['hub.formerNames', ['prod'], 'CFG038 hub.formerNames[0]'],
    ['sources.0.regions', ['eu-west-1'], 'CFG036 sources[0].regions'],
    ['sources.0.credentials', { assumeRole: { arn: 'arn:aws:iam::1:user/a' } }, `CFG029 ${ROLE}.arn`],
    ['sources.0.credentials', { assumeRole: { arn: roleOf('444455556666') } }, `CFG029 ${ROLE}.arn`],
    ['sources.0.credentials', { assumeRole: { arn: ARN, externalId: 'a b' } }, `CFG029 ${ROLE}.externalId`],
    ['sources.0.credentials', { assumeRole: { arn: ARN, sessionName: 'x' } }, `CFG029 ${ROLE}.sessionName`],
    ['sources.0.credentials', { assumeRole: {} }, `CFG006 ${ROLE}.arn`],
    ['sources.0.credentials', { assumeRole: { arn: ARN }, static: FILES }, 'CFG029 sources[0].credentials'],
    [
      'sources.0.credentials',
      { static: { accessKeyIdFile: 'a' } },
      'CFG006 sources[0].credentials.static.secretAccessKeyFile',
    ],
    ['sources.0.health', 'healthy', 'CFG008 sources[0].health'],
    ['sources.0.frozenAfter', '2m', 'CFG037 sources[0].frozenAfter'],
    ['sources.0.staleAfter', '10m', 'CFG037 sources[0].frozenAfter'],
    ['sources.0.paused', { reason: '', until: SOON }, 'CFG009 sources[0].paused.reason'],
    ['sources.0.paused', { reason: 'x'.repeat(501), until: SOON }, 'CFG009 sources[0].paused.reason'],
    ['sources.0.paused', { reason: 'x' }, 'CFG006 sources[0].paused.until'],
    [`${CLUSTER}.paused`, true, 'CFG007 clusters[0].paused'],
    [`${CLUSTER}.formerNames`, ['east'], 'CFG038 clusters[0].formerNames[0]'],
    [`${CLUSTER}.createNamespace`, 'true', 'CFG007 clusters[0].createNamespace'],
    [`${CLUSTER}.previousNamespaces`, ['isthmus'], 'CFG038 clusters[0].previousNamespaces[0]'],
    [`${CLUSTER}.previousNamespaces`, ['a', 'a'], 'CFG038 clusters[0].previousNamespaces[1]'],
    [`${CLUSTER}.localities`, { 'eu-west': 'x' }, 'CFG014 clusters[0].localities.eu-west'],
    [`${CLUSTER}.localities`, { 'us-east-1': 'east/1' }, 'CFG027 clusters[0].localities.us-east-1'],
    [`${CLUSTER}.allowedCidrs`, ['10.0.0.1/8'], 'CFG026 clusters[0].allowedCidrs[0]'],
    [`${CLUSTER}.allowedCidrs`, ['10.0.0.0'], 'CFG026 clusters[0].allowedCidrs[0]'],
    [`${CLUSTER}.allowedCidrs`, ['10.0.0.0/33'], 'CFG026 clusters[0].allowedCidrs[0]'],
    [`${CLUSTER}.allowedCidrs`, ['10.0.0.0/08'], 'CFG026 clusters[0].allowedCidrs[0]'],
    [`${CLUSTER}.allowedCidrs`, ['010.0.0.0/8'], 'CFG026 clusters[0].allowedCidrs[0]'],
    [`${CLUSTER}.allowedCidrs`, ['0xa.0.0.0/8'], 'CFG026 clusters[0].allowedCidrs[0]'],
    [`${CLUSTER}.deniedCidrs`, ['2001:DB8::/32'], 'CFG026 clusters[0].deniedCidrs[0]'],
    [`${CLUSTER}.deniedCidrs`, ['fe80::%eth0/64'], 'CFG026 clusters[0].deniedCidrs[0]'],
    [`${FROM}.instances`, { were: {} }, 'CFG004 clusters[0].routes[0].from.instances.were'],
    [`${FROM}.instances`, { where: { version: 1 } }, 'CFG007 clusters[0].routes[0].from.instances.where.version'],
    [`${FROM}.instances`, { where: { 'a b': 'c' } }, 'CFG028 clusters[0].routes[0].from.instances.where["a b"]'],
    ['clusters.0.routes.0.preset', 'icm', 'CFG008 clusters[0].routes[0].preset'],
    [`${TO}.hostSuffixes`, ['.shop'], 'CFG040 clusters[0].routes[0].to.hostSuffixes[0]'],
    [`${TO}.hostSuffixes`, ['Shop'], 'CFG040 clusters[0].routes[0].to.hostSuffixes[0]'],
    [`${TO}.allowHosts`, ['a b'], 'CFG016 clusters[0].routes[0].to.allowHosts[0]'],
    [`${TO}.resolution`, 'DNS', 'CFG008 clusters[0].routes[0].to.resolution'],
    [`${TO}.revision`, '', 'CFG027 clusters[0].routes[0].to.revision'],
    [`${TO}.addressAttribute`, '', 'CFG028 clusters[0].routes[0].to.addressAttribute'],
    [`${TO}.merge`, 'all', 'CFG008 clusters[0].routes[0].to.merge'],
    [`${TO}.trafficDistribution`, 'PreferSameZone', 'CFG008 clusters[0].routes[0].to.trafficDistribution'],
    ['approvals.0.cluster', 'west', 'CFG034 approvals[0].cluster'],
    ['approvals.0.removals', 'all', 'CFG023 approvals[0].removals'],
    ['approvals.0.until', '2030-01-31', 'CFG022 approvals[0].until'],
    ['approvals.0.until', '2030-01-31T18:00:00', 'CFG022 approvals[0].until'],
  ])('is refused with its code and path: %s = %j', (path, value, expected) => {
    expect(codesOf(documentWith(path, value))).toEqual([expected]);
  });

  it.each(['CFG035 clusters[0].routes[0].to.ports[1].number', 'CFG035 clusters[0].routes[0].to.ports[1].name'])(
    'is refused where a port repeats another one: %s',
    (expected) => {
      const port = { number: 80, name: 'http', protocol: 'HTTP' };
      expect(codesOf(documentWith(`${TO}.ports`, [port, port]))).toContain(expected);
    },
  );
});

describe('a required field', () => {
  it.each([
    ['apiVersion', 'CFG006 apiVersion'],
    ['hub', 'CFG006 hub'],
    ['hub.name', 'CFG006 hub.name'],
    ['sources.0.name', 'CFG006 sources[0].name'],
    ['sources.0.region', 'CFG006 sources[0].region'],
    [`${CLUSTER}.role`, 'CFG006 clusters[0].role'],
    [`${CLUSTER}.kubeconfig`, 'CFG006 clusters[0].kubeconfig'],
    [`${PORT}.protocol`, 'CFG006 clusters[0].routes[0].to.ports[0].protocol'],
    ['approvals.0.until', 'CFG006 approvals[0].until'],
  ])('is missed: %s', (path, expected) => {
    const marker = '__remove_me__';
    const text = documentWith(path, marker);
    const name = JSON.stringify(path.split('.').at(-1));
    const without = text.replace(new RegExp(`,?${name}:"${marker}"`), '').replace('{,', '{');
    expect(codesOf(without)).toEqual([expected]);
  });
});

describe('a label of endpoints', () => {
  it.each([
    'topology.istio.io/network',
    'istio.io/rev',
    'security.istio.io/tlsMode',
    'istio-locality',
    'topology.kubernetes.io/zone',
    'failure-domain.beta.kubernetes.io/region',
    'a b',
    '-a',
    'a/b/c',
    'a..b/c',
    'x'.repeat(64),
    '__proto__',
  ])('is refused where it is illegal or means something to the mesh: %s', (label) => {
    const text = documentWith(`${TO}.endpointLabels`, 'MAP').replace('"MAP"', `{${JSON.stringify(label)}:"a"}`);
    expect(codesOf(text)).toEqual([expect.stringMatching(label === '__proto__' ? /^CFG004 / : /^CFG027 /)]);
  });
});

describe('a name that plain objects cannot hold', () => {
  it.each([`${CLUSTER}.localities`, `${FROM}.instances`, 'hub', 'defaults'])(
    'is refused and never dropped in silence: %s.__proto__',
    (path) => {
      const map = path.endsWith('instances') ? '{"where":{"__proto__":"x"}}' : '{"__proto__":"x"}';
      expect(codesOf(documentWith(path, 'MAP').replace('"MAP"', map)).join()).toMatch(/CFG004 \S*__proto__/);
    },
  );
});
