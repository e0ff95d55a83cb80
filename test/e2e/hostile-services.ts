import type { Instance, RouteSettings, Snapshot } from '@isthmus/model';
import { ATTRIBUTES } from '@isthmus/model';
import * as given from '@isthmus/testing';
import { EU, US } from '@isthmus/testing';
import fc from 'fast-check';

/** Texts that nobody should use as a name or a value, and that Cloud Map lets pass or an attacker may try. */
const EVIL = [
  '',
  ' ',
  '*',
  '*.example.com',
  '__proto__',
  'constructor',
  'a\nb',
  '\u0000',
  '\u202e',
  'ä',
  'x'.repeat(300),
  '-a-',
  'a..b',
  '../../etc/passwd',
  'unix:///run/x.sock',
  'arn:aws:lambda:us-east-1:111122223333:function:f',
  '"}],"spec":{',
  '{{ .Values.x }}',
];
const LABEL = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}[a-z0-9]$/);
const NAME = fc.oneof(
  { arbitrary: LABEL, weight: 10 },
  { arbitrary: fc.stringMatching(/^[A-Za-z0-9_.-]{1,80}$/), weight: 3 },
  { arbitrary: fc.stringMatching(/^[a-z0-9]{60,64}$/), weight: 1 },
  { arbitrary: fc.constantFrom(...EVIL.filter((text) => text !== '')), weight: 1 },
  { arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 64 }), weight: 1 },
);
const VALUE = fc.oneof(fc.constantFrom(...EVIL), fc.string({ unit: 'grapheme', maxLength: 80 }), LABEL);
const PORT = fc.oneof(
  fc.constantFrom('80', '443', '8080', '5432', '0', '-1', '65536', '15001', '10250', '080', '8o', '1e3', ' 80'),
  fc.integer({ min: 32_768, max: 65_535 }).map(String),
);
const ADDRESS = fc.oneof(
  fc.ipV4().map((value) => [ATTRIBUTES.ipv4, value] as const),
  fc.ipV6().map((value) => [ATTRIBUTES.ipv6, value] as const),
  fc.domain().map((value) => [ATTRIBUTES.cname, value] as const),
  fc.domain().map((value) => [ATTRIBUTES.alias, value] as const),
  VALUE.map((value) => [ATTRIBUTES.ipv4, value] as const),
  VALUE.map((value) => [ATTRIBUTES.cname, value] as const),
);

const attributes = fc
  .record(
    {
      port: PORT,
      zone: fc.oneof(fc.constantFrom('us-east-1a', 'eu-west-1b'), VALUE),
      portName: VALUE,
      protocol: fc.oneof(fc.constantFrom('HTTP', 'grpc', 'tcp', 'UDP'), VALUE),
      version: VALUE,
      stage: VALUE,
    },
    { requiredKeys: [] },
  )
  .map(({ port, zone, portName, protocol, version, stage }) =>
    [
      [ATTRIBUTES.port, port],
      [ATTRIBUTES.zone, zone],
      [ATTRIBUTES.endpointPortName, portName],
      [ATTRIBUTES.endpointProtocol, protocol],
      ['version', version],
      ['stage', stage],
    ].filter((pair): pair is [string, string] => pair[1] !== undefined),
  );

/** One instance, whose id is its place among those of its service. */
const instance = fc.record({ address: ADDRESS, more: attributes });
const instances = fc.oneof(
  { arbitrary: fc.array(instance, { minLength: 1, maxLength: 8 }), weight: 60 },
  { arbitrary: fc.array(instance, { minLength: 20, maxLength: 40 }), weight: 2 },
);

/** One service of one region. */
export const HOSTILE_SERVICE = fc.record({
  service: NAME,
  namespace: fc.oneof({ arbitrary: LABEL, weight: 4 }, { arbitrary: NAME, weight: 1 }),
  isInEurope: fc.boolean(),
  instances,
});
type HostileService = typeof HOSTILE_SERVICE extends fc.Arbitrary<infer Service> ? Service : never;

const LABELS = new Map([
  ['version', 'version'],
  ['stage', 'stage'],
]);

/** Ways in which people map services. */
export const ROUTES: readonly RouteSettings[] = [
  given.route(),
  given.route({}, { endpointLabels: LABELS, trafficDistribution: 'PreferClose', revision: 'canary', exportTo: ['*'] }),
  given.route({}, { resolution: 'dns', endpointLabels: LABELS, exportTo: ['.', 'apps'] }),
  { ...given.route(), preset: 'istio-cloud-map' },
  given.route({}, { host: '{service}.{namespace}.{region}.example.com', servicePort: 8443, protocol: 'HTTPS' }),
];

/** Snapshots of both regions, in which these services were read completely. */
export function snapshotsOf(services: readonly HostileService[]): readonly Snapshot[] {
  const states = (isInEurope: boolean): Parameters<typeof given.snapshot>[1] =>
    services.flatMap((one, i) => {
      if (one.isInEurope !== isInEurope) return [];
      const region = isInEurope ? 'eu-west-1' : 'us-east-1';
      const record = given.serviceRecord(`x.${one.namespace}`, { region, id: `srv-${i}` });
      const service = { ...record, serviceName: one.service };
      return [given.serviceState(service, { reading: given.reading(one.instances.map(instanceOf)) })];
    });
  return [given.snapshot(US, states(false)), given.snapshot(EU, states(true))];
}

/** A service of so many instances, at addresses of their own. */
export function largeService(name: string, count: number): HostileService {
  const at = (i: number): string => `10.${Math.floor(i / 62_500)}.${Math.floor(i / 250) % 250}.${(i % 250) + 1}`;
  const one = (i: number): HostileService['instances'][number] => ({
    address: [ATTRIBUTES.ipv4, at(i)],
    more: [
      [ATTRIBUTES.port, String(32_768 + (i % 9_000))],
      ['version', `v${i % 7}`],
    ],
  });
  return {
    service: name,
    namespace: 'shop',
    isInEurope: false,
    instances: Array.from({ length: count }, (_, i) => one(i)),
  };
}

function instanceOf({ address, more }: HostileService['instances'][number], index: number): Instance {
  return { id: `i-${index}`, health: 'HEALTHY', attributes: new Map([address, ...more]) };
}
