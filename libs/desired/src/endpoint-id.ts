import type { Endpoint } from '@isthmus/model';
import { canonicalJson, remembered } from '@isthmus/model';

/** What makes two endpoints of a host one: the address with the same ports. */
export function endpointId({ address, ports }: Endpoint): string {
  return ports === undefined ? `${address} {}` : `${address} ${portsId(ports)}`;
}

/** Endpoints of one host mostly share their ports, the very object. */
const portsId = remembered((ports: NonNullable<Endpoint['ports']>) => canonicalJson(ports));
