import type { PortProtocol, ServicePort } from '@isthmus/model';
import { interned } from '@isthmus/model';

/** Equal service ports, the very list where somebody holds it: most hosts have the same few. */
export function sharedPorts(ports: readonly ServicePort[]): readonly ServicePort[] {
  return shared(JSON.stringify(ports.map(({ name, number, protocol }) => [name, number, protocol ?? null]))) ?? ports;
}

type Row = readonly [name: string, number: number, protocol: PortProtocol | null];

const shared = interned((rows): readonly ServicePort[] =>
  (JSON.parse(rows) as readonly Row[]).map(([name, number, protocol]) => ({
    name,
    number,
    ...(protocol === null ? {} : { protocol }),
  })),
);
