import { compareText } from './canonical.js';
import type { PortProtocol } from './route-settings.js';

/** `spec` of a ServiceEntry: the fields that Isthmus writes. Source: istio.io/latest/docs/reference/config/networking/service-entry */
export interface ServiceEntrySpec {
  readonly hosts: readonly string[];
  /** Virtual IPs; written by the preset istio-cloud-map only. */
  readonly addresses?: readonly string[];
  readonly location: 'MESH_EXTERNAL' | 'MESH_INTERNAL';
  readonly resolution: Resolution;
  readonly ports: readonly ServicePort[];
  readonly endpoints: readonly Endpoint[];
  readonly exportTo?: readonly string[];
}

export type Resolution = 'STATIC' | 'DNS';

/** A port of the service; without a protocol, Istio detects it. */
export interface ServicePort {
  readonly number: number;
  readonly name: string;
  readonly protocol?: PortProtocol;
}

/** One endpoint. `ports` maps each service port's name to the number at this address. */
export interface Endpoint {
  readonly address: string;
  readonly ports?: Readonly<Record<string, number>>;
  /** `region/zone`; never on an endpoint of a DNS entry. */
  readonly locality?: string;
  /** For subsets of a DestinationRule; never a key of Istio's or Kubernetes' own. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** An endpoint in one line: `address name=port,…`. */
export function printEndpoint({ address, ports }: Endpoint): string {
  const numbers = Object.entries(ports ?? {}).map(([name, number]) => `${name}=${number}`);
  return numbers.length === 0 ? address : `${address} ${numbers.toSorted(compareText).join(',')}`;
}
