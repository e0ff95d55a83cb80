import type { AcceptedReading, ComponentKey, Endpoint, Instance, LeftOutReason, Lineage } from '@isthmus/model';
import { instanceAddress } from './instance-address.js';
import { instancePort } from './instance-port.js';
import { localityOf } from './locality.js';

/** One usable instance, before the ports of its entry are known. */
export interface Candidate {
  readonly instance: string;
  readonly kind: 'ip' | 'name';
  readonly address: string;
  readonly port: number | undefined;
  readonly locality: string;
}

/** The instances of one reading, judged. */
export interface Candidates {
  /** Those that should get traffic. */
  readonly usable: readonly Candidate[];
  /** `address|port` of every legal instance, healthy or not: what is registered, for proofs and brakes. */
  readonly registered: ReadonlySet<string>;
  readonly leftOut: readonly Lineage[];
}

/** Judges the instances of a reading: legal address and port, then health by HEALTHY_OR_ELSE_ALL (none healthy → all stay). */
export function candidatesOf(reading: AcceptedReading, component: ComponentKey, region: string): Candidates {
  const legal: { readonly instance: Instance; readonly candidate: Candidate }[] = [];
  const leftOut: Lineage[] = [];
  for (const instance of reading.instances) {
    const candidate = candidateOf(instance, region);
    if (typeof candidate === 'string')
      leftOut.push({ kind: 'left-out', component, instance: instance.id, reason: candidate });
    else legal.push({ instance, candidate });
  }
  const healthy = legal.filter(({ instance }) => instance.health !== 'UNHEALTHY');
  const chosen = healthy.length > 0 ? healthy : legal;
  if (chosen.length < legal.length) {
    for (const { instance } of legal) {
      if (instance.health === 'UNHEALTHY')
        leftOut.push({ kind: 'left-out', component, instance: instance.id, reason: 'unhealthy' });
    }
  }
  return {
    usable: chosen.map(({ candidate }) => candidate),
    registered: new Set(legal.map(({ candidate }) => registrationKey(candidate.address, candidate.port))),
    leftOut,
  };
}

/** The key under which a registration is counted. */
export function registrationKey(address: string, port: number | undefined): string {
  return `${address}|${port ?? ''}`;
}

/** Whether a live endpoint is still registered, healthy or not. */
export function isRegistered({ address, ports }: Endpoint, registered: ReadonlySet<string>): boolean {
  if (registered.has(registrationKey(address, undefined))) return true;
  return Object.values(ports ?? {}).some((port) => registered.has(registrationKey(address, port)));
}

function candidateOf(instance: Instance, region: string): Candidate | LeftOutReason {
  const address = instanceAddress(instance.attributes);
  if (typeof address === 'string') return address;
  const port = instancePort(instance.attributes);
  if (typeof port === 'string') return port;
  return { ...address, instance: instance.id, port, locality: localityOf(region, instance.attributes) };
}
