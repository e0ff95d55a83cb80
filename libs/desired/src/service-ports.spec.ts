import type { RouteTarget, ServicePort } from '@isthmus/model';
import { target } from '@isthmus/testing';
import type { PortsOfCandidate } from './service-ports.js';
import { endpointPorts, servicePorts } from './service-ports.js';

const UNNAMED = { servicePort: undefined, protocol: undefined, ports: [] };
const on = (...ports: readonly (number | undefined)[]): readonly PortsOfCandidate[] =>
  ports.map((port) => ({ ...UNNAMED, port }));
const saying = (protocol: PortsOfCandidate['protocol'], port = 9000): PortsOfCandidate => ({
  ...UNNAMED,
  port,
  protocol,
});
const printed = (ports: readonly ServicePort[]): readonly string[] =>
  ports.map(({ number, name, protocol }) => `${number} ${name} ${protocol ?? '–'}`);
const DEFAULTS = ['80 http HTTP', '443 https HTTPS'];

describe('servicePorts', () => {
  it.each<
    [string, readonly PortsOfCandidate[], Partial<RouteTarget>, readonly ServicePort[] | undefined, readonly string[]]
  >([
    ['takes the route’s ports when no instance names one', on(undefined, undefined), {}, undefined, DEFAULTS],
    ['takes the one port of all instances', on(8080, 8080), {}, undefined, ['8080 http HTTP']],
    [
      'names an unknown port by its number and leaves its protocol to Istio',
      on(50_051 - 20_000),
      {},
      undefined,
      ['30051 port-30051 –'],
    ],
    ['takes a database port for TCP', on(5432), {}, undefined, ['5432 tcp-5432 TCP']],
    [
      'names a port after the protocol of the route',
      on(9000),
      { protocol: 'GRPC' },
      undefined,
      ['9000 grpc-9000 GRPC'],
    ],
    ['takes the route’s first port for ports that differ', on(40_001, 40_002), {}, undefined, ['80 http HTTP']],
    ['takes the route’s first port for one dynamic port', on(40_001), {}, undefined, ['80 http HTTP']],
    [
      'takes the route’s first port when only some instances name one',
      on(8080, undefined),
      {},
      undefined,
      ['80 http HTTP'],
    ],
    [
      'keeps the published port while instances disagree',
      on(8080, 9090),
      {},
      [{ number: 8080, name: 'http', protocol: 'HTTP' }],
      ['8080 http HTTP'],
    ],
    [
      'moves to the new port when all agree',
      on(9090, 9090),
      {},
      [{ number: 8080, name: 'http', protocol: 'HTTP' }],
      ['9090 port-9090 –'],
    ],
    [
      'keeps the published ports of an empty service',
      on(),
      {},
      [{ number: 8080, name: 'http', protocol: 'HTTP' }],
      ['8080 http HTTP'],
    ],
    ['obeys servicePort', on(40_001), { servicePort: 80 }, undefined, ['80 http HTTP']],
    [
      'takes SERVICE_PORT for the instances’ own',
      [
        { ...UNNAMED, port: 40_001, servicePort: 8080 },
        { ...UNNAMED, port: 40_002, servicePort: 8080 },
      ],
      {},
      undefined,
      ['8080 http HTTP'],
    ],
    [
      'believes the instances’ protocol before the route’s',
      [saying('GRPC'), saying('GRPC')],
      { protocol: 'HTTP' },
      undefined,
      ['9000 grpc-9000 GRPC'],
    ],
    [
      'believes no protocol that only some instances name',
      [saying('GRPC'), saying(undefined)],
      {},
      undefined,
      ['9000 port-9000 –'],
    ],
    [
      'keeps the route’s port while instances disagree about its protocol',
      [saying('GRPC', 80), saying('HTTP2', 80)],
      {},
      undefined,
      ['80 http HTTP'],
    ],
  ])('%s', (_, candidates, to, published, expected) => {
    expect(printed(servicePorts(candidates, target(to), published))).toEqual(expected);
  });
});

describe('endpointPorts', () => {
  it('names every service port, the first with the instance’s own number', () => {
    const ports = target().ports;
    expect(endpointPorts(ports, { ...UNNAMED, port: undefined })).toEqual({ http: 80, https: 443 });
    expect(endpointPorts(ports.slice(0, 1), { ...UNNAMED, port: 40_001 })).toEqual({ http: 40_001 });
  });

  it('serves an instance’s port where its SERVICE_PORT says', () => {
    expect(endpointPorts(target().ports, { ...UNNAMED, port: 8443, servicePort: 443 })).toEqual({
      http: 80,
      https: 8443,
    });
  });
});
