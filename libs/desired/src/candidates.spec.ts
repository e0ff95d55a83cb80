import type {
  AcceptedReading,
  ClusterSettings,
  HealthPolicy,
  Instance,
  InstanceHealth,
  RouteSettings,
} from '@isthmus/model';
import * as given from '@isthmus/testing';
import type { Candidates } from './candidates.js';
import { candidatesOf, isRegistered } from './candidates.js';

const CART = given.serviceRecord('cart.shop');

interface Judged {
  readonly health?: HealthPolicy;
  readonly route?: RouteSettings;
  readonly cluster?: ClusterSettings;
  readonly completeness?: AcceptedReading['completeness'];
}

function judged(instances: readonly Instance[], changes: Judged = {}): Candidates {
  const { health = 'HEALTHY_OR_ELSE_ALL', route = given.route(), cluster = given.cluster() } = changes;
  const reading = given.reading(instances, { completeness: changes.completeness ?? 'complete' });
  return candidatesOf(reading, { component: CART.key, region: 'us-east-1', health, route, cluster });
}

const instance = (
  id: string,
  attributes: Readonly<Record<string, string>>,
  health: InstanceHealth = 'UNKNOWN',
): Instance => ({
  id,
  health,
  attributes: new Map(Object.entries(attributes)),
});
const usable = (found: Candidates): readonly string[] => found.usable.map((candidate) => candidate.instance);
const reasons = (found: Candidates): Readonly<Record<string, string>> =>
  Object.fromEntries(found.leftOut.flatMap((line) => (line.kind === 'left-out' ? [[line.instance, line.reason]] : [])));
const at = (ipv4: string, health: InstanceHealth): Instance => given.instance(ipv4, { id: ipv4, health });

describe('candidatesOf: health', () => {
  it.each<[string, HealthPolicy, readonly InstanceHealth[], readonly string[]]>([
    ['HEALTHY_OR_ELSE_ALL takes the healthy ones', 'HEALTHY_OR_ELSE_ALL', ['HEALTHY', 'UNHEALTHY'], ['10.0.0.0']],
    [
      'HEALTHY_OR_ELSE_ALL takes all when none is',
      'HEALTHY_OR_ELSE_ALL',
      ['UNHEALTHY', 'UNHEALTHY'],
      ['10.0.0.0', '10.0.0.1'],
    ],
    ['HEALTHY takes none when none is', 'HEALTHY', ['UNHEALTHY', 'UNHEALTHY'], []],
    ['UNKNOWN counts as healthy', 'HEALTHY', ['UNKNOWN', 'UNHEALTHY'], ['10.0.0.0']],
    ['ALL takes all', 'ALL', ['HEALTHY', 'UNHEALTHY'], ['10.0.0.0', '10.0.0.1']],
  ])('%s', (_, health, states, expected) => {
    const found = judged(
      states.map((state, i) => at(`10.0.0.${i}`, state)),
      { health },
    );
    expect(usable(found)).toEqual(expected);
    expect(found.registeredCount).toBe(states.length);
  });

  it('HEALTHY takes all while the reading is partial and shows none healthy', () => {
    const sick = [at('10.0.0.1', 'UNHEALTHY')];
    expect(usable(judged(sick, { health: 'HEALTHY', completeness: 'partial' }))).toEqual(['10.0.0.1']);
  });

  it('counts READY=false as unhealthy, and says so', () => {
    const pods = [
      instance('a', { AWS_INSTANCE_IPV4: '10.0.0.1', READY: 'true' }),
      instance('b', { AWS_INSTANCE_IPV4: '10.0.0.2', READY: 'false' }),
    ];
    expect(usable(judged(pods))).toEqual(['a']);
    expect(reasons(judged(pods))).toEqual({ b: 'instance-not-ready' });
    expect(judged(pods).registeredCount).toBe(2);
    expect(usable(judged(pods.slice(1)))).toEqual(['b']);
  });
});

describe('candidatesOf: what is left out', () => {
  it('has a reason for each instance, and the others are unharmed', () => {
    const route = given.route({ where: new Map([['active', 'yes']]) });
    const cluster = given.cluster({ deniedCidrs: ['10.9.0.0/16'] });
    const active = (id: string, attributes: Readonly<Record<string, string>>): Instance =>
      instance(id, { active: 'yes', ...attributes });
    const found = judged(
      [
        active('good', { AWS_INSTANCE_IPV4: '10.0.0.1' }),
        active('udp', { AWS_INSTANCE_IPV4: '10.0.0.2', AWS_INSTANCE_PORT: '53', ENDPOINT_PROTOCOL: 'UDP' }),
        active('cidr', { AWS_INSTANCE_IPV4: '10.9.0.1' }),
        active('port', { AWS_INSTANCE_IPV4: '10.0.0.3', AWS_INSTANCE_PORT: '99999' }),
        active('ec2', { AWS_EC2_INSTANCE_ID: 'i-1' }),
        active('none', {}),
        instance('passive', { AWS_INSTANCE_IPV4: '10.0.0.4', active: 'no' }),
        instance('silent', { AWS_INSTANCE_IPV4: '10.0.0.5' }),
      ],
      { route, cluster },
    );
    expect(usable(found)).toEqual(['good']);
    expect(reasons(found)).toEqual({
      udp: 'protocol-unsupported',
      cidr: 'address-not-allowed',
      port: 'port-illegal',
      ec2: 'address-unresolved',
      none: 'no-address',
      passive: 'filtered',
      silent: 'filtered',
    });
  });

  it('does not count as registered, so that the endpoints of what is filtered go by its own data', () => {
    const found = judged([given.instance('10.0.0.1')], { route: given.route({ where: new Map([['a', 'b']]) }) });
    expect(isRegistered({ address: '10.0.0.1', ports: { http: 80 } }, found.registered)).toBe(false);
  });
});

describe('candidatesOf: port names', () => {
  const pod = (
    id: string,
    ip: string,
    name: string,
    port: number,
    more: Readonly<Record<string, string>> = {},
  ): Instance =>
    instance(id, { AWS_INSTANCE_IPV4: ip, AWS_INSTANCE_PORT: String(port), ENDPOINT_PORT_NAME: name, ...more });

  it('count a pod that is registered once per port as one endpoint', () => {
    const found = judged([
      pod('a-http', '10.0.0.1', 'http', 8080),
      pod('a-admin', '10.0.0.1', 'admin', 9090),
      pod('b-http', '10.0.0.2', 'http', 8080),
    ]);
    expect(found.registeredCount).toBe(2);
    expect(isRegistered({ address: '10.0.0.1', ports: { admin: 9090 } }, found.registered)).toBe(true);
  });

  it('that conflict leave out their address alone', () => {
    const found = judged([
      pod('a', '10.0.0.1', 'http', 8080),
      pod('b', '10.0.0.1', 'web', 8080),
      pod('c', '10.0.0.2', 'http', 8080),
    ]);
    expect(usable(found)).toEqual(['c']);
    expect(reasons(found)).toEqual({ a: 'port-conflict', b: 'port-conflict' });
  });

  it('that are too many leave out the service', () => {
    const many = Array.from({ length: 129 }, (_, i) => pod(`i${i}`, `10.0.1.${i}`, `p${i}`, 1000 + i));
    const found = judged(many);
    expect(found.registered.size).toBe(0);
    expect(new Set(Object.values(reasons(found)))).toEqual(new Set(['too-many-ports']));
  });

  it('put an unhealthy instance’s port on the endpoint that a healthy one of its address makes', () => {
    const sick = { ...pod('b', '10.0.0.1', 'admin', 9090), health: 'UNHEALTHY' } as const;
    const found = judged([pod('a', '10.0.0.1', 'http', 8080), sick]);
    expect(found.usable.map(({ ports }) => ports.map(({ name }) => name))).toEqual([['admin', 'http']]);
  });
});

describe('candidatesOf: labels and places', () => {
  it('labels an instance by its attributes, and names the labels that it cannot have', () => {
    const route = given.route(
      {},
      {
        endpointLabels: new Map([
          ['version', 'v'],
          ['stage', 's'],
        ]),
      },
    );
    const [found] = judged([instance('a', { AWS_INSTANCE_IPV4: '10.0.0.1', v: '1.0', s: 'a b' })], { route }).usable;
    expect(found).toMatchObject({ labels: { version: '1.0' }, labelsLeftOut: ['stage'] });
  });

  it('takes the port that stands in an addressAttribute', () => {
    const route = given.route({}, { addressAttribute: 'url' });
    const [found] = judged([instance('a', { url: 'https://api.example.com:8443/' })], { route }).usable;
    expect(found).toMatchObject({ kind: 'name', address: 'api.example.com', port: 8443 });
  });

  it('gives the region the name that the cluster has for it', () => {
    const cluster = given.cluster({ localities: new Map([['us-east-1', 'eastus']]) });
    expect(judged([given.instance('10.0.0.1', { zone: 'us-east-1a' })], { cluster }).usable[0]?.locality).toBe(
      'eastus',
    );
  });
});
