import type { HealthPolicy, Instance, RouteSettings, ServiceEntrySpec, ServiceRecord } from '@isthmus/model';
import { CODES } from '@isthmus/model';
import * as given from '@isthmus/testing';
import { DecisionWorld, US } from '@isthmus/testing';
import fc from 'fast-check';
import { candidatesOf } from './candidates.js';

const RUNS = 100;
const SERVICES_PER_RUN = 50;
const INSTANCES_PER_SERVICE = 20;

const EVIL = [
  '',
  ' ',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'a\nb',
  'a\r\n{"level":"error"}',
  '\u0000',
  '\u202e',
  'x'.repeat(5_000),
  '${jndi:ldap://x}',
  '*',
  '*.example.com',
  '../../etc/passwd',
  'unix:///run/x.sock',
  'arn:aws:lambda:us-east-1:111122223333:function:f',
  'http://user:pw@127.0.0.1:15000/quitquitquit',
  'istio-locality',
];
const ADDRESSES = [
  '10.0.0.1',
  '10.0.0.2',
  '52.192.72.89',
  '2001:DB8::1',
  'db.example.com',
  'Db.Example.com.',
  '127.0.0.1',
  '0.0.0.0',
  '0.1.2.3',
  '169.254.169.254',
  '255.255.255.255',
  '224.0.0.1',
  '::1',
  '::',
  'fe80::1',
  'fe80::1%eth0',
  'ff02::1',
  'fd00:ec2::254',
  '::ffff:169.254.169.254',
  '::ffff:a9fe:a9fe',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  '2130706433',
  '0x7f000001',
  '0x7f.1',
  '010.0.0.1',
  '10.1',
  ' 10.0.0.1',
  '10.0.0.1 ',
  '10.0.0.0/8',
  '[::1]',
  'localhost',
  'a..b',
  '-a.example.com',
  'a_b.example.com',
  'http://10.0.0.3:8080/x',
  'https://api.example.com',
  'http://127.0.0.1:15000/',
  '[2001:db8::7]:8080',
  '10.0.0.4:99999',
];
const PORTS = [
  '80',
  '443',
  '8080',
  '40001',
  '40002',
  '65535',
  '0',
  '65536',
  '-1',
  '80abc',
  '1e3',
  ' 80',
  '080',
  '15000',
  '15090',
  '10250',
  '8\n0',
];
const NAMES = ['http', 'HTTP', 'grpc-web', 'my_port', 'my-port', 'admin', '___', 'y'.repeat(70), '1', 'é'];
const PROTOCOLS = ['TCP', 'UDP', 'SCTP', 'HTTP', 'grpc', 'AMQP'];
const KEYS: readonly (readonly [string, readonly string[], number])[] = [
  ['AWS_INSTANCE_IPV4', ADDRESSES, 0.6],
  ['AWS_INSTANCE_IPV6', ADDRESSES, 0.2],
  ['AWS_INSTANCE_CNAME', ADDRESSES, 0.2],
  ['AWS_ALIAS_DNS_NAME', ADDRESSES, 0.1],
  ['AWS_EC2_INSTANCE_ID', ['i-0123'], 0.1],
  ['url', ADDRESSES, 0.2],
  ['AWS_INSTANCE_PORT', PORTS, 0.5],
  ['SERVICE_PORT', PORTS, 0.1],
  ['SERVICE_TARGET_PORT', PORTS, 0.1],
  ['ENDPOINT_PORT_NAME', NAMES, 0.2],
  ['SERVICE_PORT_NAME', NAMES, 0.1],
  ['ENDPOINT_PROTOCOL', PROTOCOLS, 0.1],
  ['SERVICE_PROTOCOL', PROTOCOLS, 0.1],
  ['READY', ['true', 'false', 'FALSE'], 0.2],
  ['AVAILABILITY_ZONE', ['us-east-1a', 'eu-west-1a', 'us-east-1a/*'], 0.3],
  ['stage', ['beta', 'prod'], 0.8],
  ['version', ['1.0', 'a:b', 'v'.repeat(64)], 0.5],
  ['__proto__', ['10.0.0.9'], 0.1],
  ['constructor', ['x'], 0.1],
];

/** A small deterministic generator: fast enough for 100,000 instances, reproducible from its seed. Source: mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const pick = <T>(list: readonly T[], random: () => number, fallback: T): T =>
  list[Math.floor(random() * list.length)] ?? fallback;

function hostileInstance(id: string, random: () => number): Instance {
  const attributes = new Map<string, string>();
  for (const [key, values, share] of KEYS) {
    if (random() < share) attributes.set(key, pick(random() < 0.15 ? EVIL : values, random, ''));
  }
  if (random() < 0.4)
    attributes.set('AWS_INSTANCE_IPV4', `10.1.${Math.floor(random() * 250)}.${Math.floor(random() * 250)}`);
  return { id, health: pick(['HEALTHY', 'UNHEALTHY', 'UNKNOWN'] as const, random, 'UNKNOWN'), attributes };
}

function hostileRecord(i: number, random: () => number): ServiceRecord {
  const name = random() < 0.3 ? pick(EVIL, random, 'x') : `s${i}`;
  return { ...given.serviceRecord('x.shop', { id: `srv-${i}` }), serviceName: name };
}

const routes: readonly RouteSettings[] = [
  given.route(
    { services: ['s?'], where: new Map([['stage', 'beta']]) },
    {
      addressAttribute: 'url',
      endpointLabels: new Map([
        ['version', 'version'],
        ['constructor', 'constructor'],
        ['proto', '__proto__'],
      ]),
    },
  ),
  given.route({ services: ['s1*'] }, { servicePort: 8080, resolution: 'static' }),
  given.route({}, { endpointLabels: new Map([['stage', 'stage']]) }),
];
const cluster = given.cluster({
  routes,
  deniedCidrs: ['52.192.0.0/16'],
  localities: new Map([['eu-west-1', 'westeurope']]),
});

/** What may leave, in words of its own: decimal quads, lower-case hexadecimal groups, DNS names; nothing of the code under test. */
const QUAD = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)$/;
const GROUPS = /^(?=.*:)[0-9a-f:]{2,39}$/;
const DNS_NAME = /^(?=.{4,253}$)(?:[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const FORBIDDEN =
  /^(?:0\.|127\.|169\.254\.|22[4-9]\.|2[34]\d\.|255\.|52\.192\.)|^(?:::1?|fe[89ab].*|ff.*|fd00:ec2::254|::ffff:.*|64:ff9b:.*|2002:.*)$/;
const PORT_NAME = /^[a-z0-9](?:[-a-z0-9]{0,60}[a-z0-9])?$/;
const LABEL_VALUE = /^(?=.{0,63}$)(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;
const isPort = (n: number): boolean =>
  Number.isInteger(n) && n > 0 && n < 65_536 && n !== 10_250 && !(n >= 15_000 && n <= 15_090);

function illegalities(spec: ServiceEntrySpec): readonly string[] {
  const names = spec.ports.map(({ name }) => name);
  const found: string[] = [];
  const check = (isLegal: boolean, what: string): void => {
    if (!isLegal) found.push(what.slice(0, 200));
  };
  check(new Set(names).size === names.length, `port names ${names.join(',')}`);
  check(new Set(spec.ports.map(({ number }) => number)).size === names.length, 'port numbers');
  for (const { name, number, protocol } of spec.ports) {
    check(PORT_NAME.test(name) && isPort(number), `port ${name} ${number}`);
    check(protocol === undefined || /^[A-Z0-9-]+$/.test(protocol), `protocol ${String(protocol)}`);
  }
  for (const { address, ports, labels, locality } of spec.endpoints) {
    const isIp = QUAD.test(address) || GROUPS.test(address);
    check((isIp || DNS_NAME.test(address)) && !FORBIDDEN.test(address), `address ${address}`);
    check(spec.resolution === 'DNS' || isIp, `name in STATIC ${address}`);
    check(
      Object.keys(ports ?? {})
        .toSorted()
        .join() === names.toSorted().join(),
      `names at ${address}`,
    );
    check(Object.values(ports ?? {}).every(isPort), `numbers at ${address}`);
    check(
      Object.entries(labels ?? {}).every(([, value]) => LABEL_VALUE.test(value)),
      `labels at ${address}`,
    );
    check(
      locality === undefined || (spec.resolution === 'STATIC' && /^us-east-1(?:\/us-east-1[a-z])?$/.test(locality)),
      'locality',
    );
  }
  return found;
}

const SIBLING = given.serviceRecord('sibling.shop', { id: 'srv-sibling' });

describe('100,000 hostile instances', () => {
  it('make nothing illegal, leave their sibling unharmed, and each that is left out has a code', () => {
    const codes = new Set<string>();
    const published = { endpoints: 0, instances: 0 };
    const siblings: string[] = [];
    const judge = (seed: number): void => {
      const random = randomFrom(seed);
      const world = new DecisionWorld();
      const health = pick<HealthPolicy>(['HEALTHY_OR_ELSE_ALL', 'HEALTHY', 'ALL'], random, 'ALL');
      const source = { ...US, health };
      world.input = { ...world.input, cluster, sources: [source] };
      const states = Array.from({ length: SERVICES_PER_RUN }, (_, i) => {
        const instances = Array.from({ length: INSTANCES_PER_SERVICE }, (__, n) => hostileInstance(`i${n}`, random));
        return given.serviceState(hostileRecord(i, random), { reading: given.reading(instances) });
      });
      const sibling = given.serviceState(SIBLING, { reading: given.reading([given.instance('10.3.3.3')]) });
      const { plan } = world.decide(given.snapshot(source, [...states, sibling]));
      expect(plan.holds).toEqual([]);
      for (const change of plan.changes) {
        if (change.kind !== 'create') throw new Error(`nothing is live, but there is a ${change.kind}`);
        const { host, spec } = change.desired;
        published.endpoints += spec.endpoints.length;
        expect(illegalities(spec)).toEqual([]);
        if (host === 'sibling.shop') siblings.push(...spec.endpoints.map(({ address }) => address));
      }
      for (const { service, reading } of states) {
        if (reading === undefined) continue;
        const rules = {
          component: service.key,
          region: 'us-east-1',
          health,
          route: routes[0] ?? given.route(),
          cluster,
        };
        const { usable, leftOut } = candidatesOf(reading, rules);
        expect(usable.length + leftOut.length).toBe(INSTANCES_PER_SERVICE);
        for (const line of leftOut) codes.add(line.kind === 'left-out' ? line.reason : line.kind);
        published.instances += INSTANCES_PER_SERVICE;
      }
    };
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        judge(seed);
      }),
      { numRuns: RUNS },
    );
    expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('10.0.0.9');
    expect([...codes].filter((code) => !Object.hasOwn(CODES, code))).toEqual([]);
    expect(codes.size).toBeGreaterThan(12);
    expect(published.instances).toBe(100_000);
    expect(siblings).toEqual(Array(RUNS).fill('10.3.3.3'));
    expect(published.endpoints).toBeGreaterThan(5_000);
  });
});
