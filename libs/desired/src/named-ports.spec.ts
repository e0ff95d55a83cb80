import type { RouteTarget, ServicePort } from '@isthmus/model';
import { target } from '@isthmus/testing';
import type { InstancePort } from './instance-port.js';
import { conflictAt, hasTooManyNames, namedServicePorts, shareNames } from './named-ports.js';
import type { PortsOfCandidate } from './service-ports.js';
import { endpointPorts, servicePorts } from './service-ports.js';

const port = (name: string | undefined, number: number, more: Partial<InstancePort> = {}): InstancePort => ({
  name,
  number,
  givenName: name,
  servicePort: undefined,
  protocol: undefined,
  ...more,
});
const printed = (ports: readonly ServicePort[]): readonly string[] =>
  ports.map(({ number, name, protocol }) => `${number} ${name} ${protocol ?? '–'}`);
const served = (ports: readonly InstancePort[]): readonly string[] =>
  shareNames(ports).map((list) => list.map(({ name, number }) => `${name}=${number}`).join(' '));

describe('shareNames', () => {
  it('puts the ports of one pod together, whatever their order', () => {
    expect(served([port('http', 8080), port('admin', 9090)])).toEqual(['admin=9090 http=8080', 'admin=9090 http=8080']);
    expect(served([port('admin', 9090), port('http', 8080)])).toEqual(['admin=9090 http=8080', 'admin=9090 http=8080']);
  });

  it('tells tasks on one host apart by their numbers', () => {
    expect(served([port('http', 40_001), port('http', 40_002)])).toEqual(['http=40001', 'http=40002']);
  });

  it('pairs several names of several tasks by number, and repeats the last of the shorter', () => {
    const ports = [port('http', 40_002), port('http', 40_001), port('admin', 50_001)];
    expect(served(ports)).toEqual(['admin=50001 http=40002', 'admin=50001 http=40001', 'admin=50001 http=40001']);
  });

  it('gives an instance without a port name none', () => {
    expect(served([port(undefined, 8080), port('http', 8081)])).toEqual(['', 'http=8081']);
  });
});

describe('conflictAt', () => {
  it.each<[string, readonly InstancePort[], string | undefined]>([
    ['takes different names on different ports', [port('http', 80), port('admin', 90)], undefined],
    ['takes one name on several ports', [port('http', 40_001), port('http', 40_002)], undefined],
    ['takes two spellings of one port', [port('a-b', 80), port('a-b', 80, { givenName: 'a_b' })], undefined],
    [
      'takes two service ports that lead to one port',
      [port('http', 8080, { servicePort: 80 }), port('alt', 8080, { servicePort: 8080 })],
      undefined,
    ],
    ['refuses two names of one port', [port('http', 80), port('web', 80)], 'port-conflict'],
    [
      'refuses two names that become one on different ports',
      [port('a-b', 80), port('a-b', 90, { givenName: 'a_b' })],
      'port-conflict',
    ],
    [
      'refuses more names than an endpoint may carry',
      Array.from({ length: 129 }, (_, i) => port(`p${i}`, i + 1)),
      'too-many-ports',
    ],
  ])('%s', (_, ports, expected) => {
    expect(conflictAt(ports)).toBe(expected);
  });

  it('leaves 128 names to a service', () => {
    const ports = Array.from({ length: 129 }, (_, i) => port(i === 0 ? undefined : `p${i}`, i + 1));
    expect(hasTooManyNames(ports)).toBe(false);
    expect(hasTooManyNames([...ports, port('one-more', 200)])).toBe(true);
  });
});

describe('namedServicePorts', () => {
  it.each<[string, readonly InstancePort[], Partial<RouteTarget>, readonly ServicePort[], readonly string[]]>([
    [
      'makes a service port of each name, sorted by number',
      [port('http', 8080), port('admin', 900)],
      {},
      [],
      ['900 admin –', '8080 http HTTP'],
    ],
    ['takes SERVICE_PORT for the number', [port('http', 8080, { servicePort: 80 })], {}, [], ['80 http HTTP']],
    [
      'takes the lower of two SERVICE_PORTs',
      [port('web', 1, { servicePort: 82 }), port('web', 1, { servicePort: 81 })],
      {},
      [],
      ['81 web –'],
    ],
    [
      'keeps the published one of two SERVICE_PORTs',
      [port('web', 1, { servicePort: 82 }), port('web', 1, { servicePort: 81 })],
      {},
      [{ number: 82, name: 'web' }],
      ['82 web –'],
    ],
    [
      'takes the route’s port of the name for dynamic ports',
      [port('https', 40_001), port('https', 40_002)],
      {},
      [],
      ['443 https HTTPS'],
    ],
    [
      'takes the route’s first port for dynamic ports of another name',
      [port('web', 40_001), port('web', 40_002)],
      {},
      [],
      ['80 web HTTP'],
    ],
    [
      'takes the lowest dynamic port for a name to which the route gives none that is free',
      [port('http', 40_001), port('http', 40_002), port('web', 50_002), port('web', 50_001)],
      {},
      [],
      ['80 http HTTP', '50001 web –'],
    ],
    [
      'keeps the published number of a name while its instances disagree',
      [port('web', 8080), port('web', 9090)],
      {},
      [{ number: 8080, name: 'web' }],
      ['8080 web HTTP'],
    ],
    [
      'gives two names of one number the published one',
      [port('api', 8080), port('web', 8080)],
      {},
      [{ number: 8080, name: 'web', protocol: 'HTTP' }],
      ['8080 web HTTP'],
    ],
    ['gives two names of one number the lower one', [port('web', 8080), port('api', 8080)], {}, [], ['8080 api HTTP']],
    [
      'believes an instance’s protocol',
      [port('api', 9000, { protocol: 'GRPC' })],
      { protocol: 'HTTP' },
      [],
      ['9000 api GRPC'],
    ],
    ['believes the route before the name', [port('http-api', 9000)], { protocol: 'GRPC' }, [], ['9000 http-api GRPC']],
    ['reads the protocol in a name', [port('grpc-web-api', 9000)], {}, [], ['9000 grpc-web-api GRPC-WEB']],
    ['reads no protocol in a name that only begins like one', [port('httpd', 9000)], {}, [], ['9000 httpd –']],
    ['knows the well-known ports', [port('db', 5432)], {}, [], ['5432 db TCP']],
  ])('%s', (_, ports, to, published, expected) => {
    const lists = ports.map((one) => shareNames([one])[0] ?? []);
    expect(printed(namedServicePorts(lists, target(to), published))).toEqual(expected);
    expect(printed(namedServicePorts(lists.toReversed(), target(to), published))).toEqual(expected);
  });
});

describe('named ports of a host', () => {
  const candidate = (...ports: readonly InstancePort[]): PortsOfCandidate => ({
    port: ports[0]?.number,
    servicePort: ports[0]?.servicePort,
    protocol: undefined,
    ports: shareNames(ports)[0] ?? [],
  });
  const unnamed = (number: number): PortsOfCandidate => ({
    port: number,
    servicePort: undefined,
    protocol: undefined,
    ports: [],
  });
  const PUBLISHED: readonly ServicePort[] = [{ number: 80, name: 'http', protocol: 'HTTP' }];

  it('serve each name on its own number, and a name that an address lacks on the service port', () => {
    const both = candidate(port('http', 8080, { servicePort: 80 }), port('admin', 9090, { servicePort: 90 }));
    const one = candidate(port('http', 8081, { servicePort: 80 }));
    const ports = servicePorts([both, one], target(), undefined);
    expect(printed(ports)).toEqual(['80 http HTTP', '90 admin –']);
    expect(endpointPorts(ports, both)).toEqual({ http: 8080, admin: 9090 });
    expect(endpointPorts(ports, one)).toEqual({ http: 8081, admin: 90 });
  });

  it('wait while only some instances name theirs and others are published', () => {
    const mixed = [candidate(port('web', 8080)), unnamed(8080)];
    expect(servicePorts(mixed, target(), PUBLISHED)).toBe(PUBLISHED);
    expect(printed(servicePorts(mixed, target(), undefined))).toEqual(['8080 web HTTP']);
    expect(endpointPorts(PUBLISHED, candidate(port('web', 8080)))).toEqual({ http: 8080 });
  });

  it('find a renamed port by its number', () => {
    const ports: readonly ServicePort[] = [
      { number: 80, name: 'http' },
      { number: 90, name: 'admin' },
    ];
    const renamed = candidate(port('web', 8080, { servicePort: 80 }), port('admin', 9090, { servicePort: 90 }));
    expect(endpointPorts(ports, renamed)).toEqual({ http: 8080, admin: 9090 });
  });

  it('obey servicePort', () => {
    const ports = servicePorts([candidate(port('web', 8080))], target({ servicePort: 80 }), undefined);
    expect(printed(ports)).toEqual(['80 http HTTP']);
    expect(endpointPorts(ports, candidate(port('web', 8080)))).toEqual({ http: 8080 });
  });

  it('may be named like a property of every object', () => {
    const odd = candidate(port('constructor', 8080));
    const ports = servicePorts([odd], target(), undefined);
    expect(Object.entries(endpointPorts(ports, odd))).toEqual([['constructor', 8080]]);
    expect(Object.entries(endpointPorts(ports, unnamed(9090)))).toEqual([['constructor', 9090]]);
  });
});
