import type { Endpoint } from '@isthmus/model';
import { canonicalJson } from '@isthmus/model';

/** What makes two endpoints of a host one: the address with the same ports. */
export function endpointId({ address, ports }: Endpoint): string {
  return `${address} ${canonicalJson(ports ?? {})}`;
}
