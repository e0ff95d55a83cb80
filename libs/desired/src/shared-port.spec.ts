import type { PortProtocol } from '@isthmus/model';
import { sharesPort } from './shared-port.js';

const entryWith = (protocol: PortProtocol | undefined, addresses?: readonly string[]) => {
  const port = { number: 5432, name: 'db' };
  return {
    ports: [
      { number: 80, name: 'http', protocol: 'HTTP' } as const,
      protocol === undefined ? port : { ...port, protocol },
    ],
    ...(addresses === undefined ? {} : { addresses }),
  };
};

describe('sharesPort', () => {
  it.each([undefined, 'TCP', 'MYSQL'] as const)('is true of an entry with a port of protocol %s', (protocol) => {
    expect(sharesPort(entryWith(protocol))).toBe(true);
  });

  it.each(['HTTP', 'GRPC', 'TLS', 'HTTPS'] as const)('is false where every request names its host: %s', (protocol) => {
    expect(sharesPort(entryWith(protocol))).toBe(false);
  });

  it('is false of an entry that has a virtual IP', () => {
    expect(sharesPort(entryWith('TCP', ['240.0.0.1']))).toBe(false);
    expect(sharesPort(entryWith('TCP', []))).toBe(true);
  });
});
