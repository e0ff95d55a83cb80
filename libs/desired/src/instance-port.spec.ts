import { instancePort } from './instance-port.js';

const read = (attributes: Readonly<Record<string, string>>, located?: number): unknown =>
  instancePort(new Map(Object.entries(attributes)), located);

describe('instancePort', () => {
  it.each([
    ['1', 1],
    ['8080', 8080],
    ['65535', 65_535],
  ])('takes the number %s', (text, number) => {
    expect(read({ AWS_INSTANCE_PORT: text })).toMatchObject({ number, name: undefined });
  });

  it.each([
    ['0', 'port-illegal'],
    ['65536', 'port-illegal'],
    ['-1', 'port-illegal'],
    ['80abc', 'port-illegal'],
    ['1e3', 'port-illegal'],
    [' 80', 'port-illegal'],
    ['80\n', 'port-illegal'],
    ['080', 'port-illegal'],
    ['', 'port-illegal'],
    ['15000', 'port-denied'],
    ['15090', 'port-denied'],
    ['10250', 'port-denied'],
  ])('refuses %j, also as SERVICE_PORT and beside an address', (text, reason) => {
    expect(read({ AWS_INSTANCE_PORT: text })).toBe(reason);
    if (text !== '') expect(read({ SERVICE_PORT: text })).toBe(reason);
  });

  it('has no number when the instance names none', () => {
    expect(read({})).toMatchObject({ number: undefined, servicePort: undefined, name: undefined });
  });

  it('prefers the port beside the address to AWS_INSTANCE_PORT, and that to a numeric SERVICE_TARGET_PORT', () => {
    expect(read({ AWS_INSTANCE_PORT: '1', SERVICE_TARGET_PORT: '2' }, 3)).toMatchObject({ number: 3 });
    expect(read({ AWS_INSTANCE_PORT: '1', SERVICE_TARGET_PORT: '2' })).toMatchObject({ number: 1 });
    expect(read({ SERVICE_TARGET_PORT: '2' })).toMatchObject({ number: 2 });
    expect(read({ SERVICE_TARGET_PORT: 'http' })).toMatchObject({ number: undefined });
  });

  it('serves SERVICE_PORT where no other number is given', () => {
    expect(read({ SERVICE_PORT: '80' })).toMatchObject({ number: 80, servicePort: 80 });
  });

  it('reads what aws-cloud-map-mcs-controller writes', () => {
    const attributes = {
      AWS_INSTANCE_PORT: '8080',
      ENDPOINT_PORT_NAME: 'grpc-api',
      ENDPOINT_PROTOCOL: 'TCP',
      SERVICE_PORT: '80',
      SERVICE_PORT_NAME: 'other',
      SERVICE_TARGET_PORT: '8080',
      SERVICE_PROTOCOL: 'TCP',
    };
    expect(read(attributes)).toEqual({
      number: 8080,
      servicePort: 80,
      name: 'grpc-api',
      givenName: 'grpc-api',
      protocol: undefined,
    });
  });

  it.each([
    ['HTTP', 'http'],
    ['my_port.v1', 'my-port-v1'],
    ['__proto__', 'proto'],
    ['-a-', 'a'],
    ['a\nb', 'a-b'],
    ['x'.repeat(5_000), 'x'.repeat(62)],
    [`${'x'.repeat(61)}__y`, 'x'.repeat(61)],
  ])('makes the name %j legal', (given, name) => {
    expect(read({ AWS_INSTANCE_PORT: '1', ENDPOINT_PORT_NAME: given })).toMatchObject({ name });
  });

  it('refuses a name of which nothing is legal', () => {
    expect(read({ AWS_INSTANCE_PORT: '1', ENDPOINT_PORT_NAME: '___' })).toBe('port-name-illegal');
  });

  it('ignores an empty name, and one without any number', () => {
    expect(read({ AWS_INSTANCE_PORT: '1', ENDPOINT_PORT_NAME: '' })).toMatchObject({ name: undefined });
    expect(read({ ENDPOINT_PORT_NAME: 'http' })).toMatchObject({ name: undefined, number: undefined });
  });

  it.each([
    ['grpc', 'GRPC'],
    ['HTTP2', 'HTTP2'],
    ['TCP', undefined],
    ['AMQP', undefined],
    ['UDP', 'refused'],
    ['sctp', 'refused'],
  ])('reads the protocol %s as %s', (text, protocol) => {
    for (const key of ['ENDPOINT_PROTOCOL', 'SERVICE_PROTOCOL']) {
      const found = read({ AWS_INSTANCE_PORT: '53', [key]: text });
      if (protocol === 'refused') expect(found).toBe('protocol-unsupported');
      else expect(found).toMatchObject({ protocol });
    }
  });
});
