import type { Endpoint, ServiceEntrySpec } from '@isthmus/model';
import { isFqdn, isLabelValue, isMetadataKey, isPlainIp } from './names.js';
import type { Refuse } from './violation.js';

const KEYS = new Set(['address', 'ports', 'locality', 'labels']);

/**
 * Rules for endpoints. Source: the CRD of ServiceEntry (schema and CEL) and istio `pkg/config/validation`
 * validateWorkloadEntry; **no locality under DNS** is ours, because istiod 1.30 accepts it and crashes (issue 61857).
 */
export function checkEndpoints({ endpoints, ports, resolution }: ServiceEntrySpec, refuse: Refuse): void {
  const isDns = resolution === 'DNS';
  if (endpoints.length > 4096) refuse('spec.endpoints', `there are ${endpoints.length}, 4096 are possible`);
  if (isDns && endpoints.length === 0) refuse('spec.endpoints', 'a DNS entry without endpoints resolves its own host');
  const names = new Set(ports.map(({ name }) => name));
  endpoints.forEach((endpoint, index) => {
    const refuseHere: Refuse = (path, problem) => refuse(`spec.endpoints[${index}].${path}`, problem);
    for (const key of Object.keys(endpoint)) if (!KEYS.has(key)) refuseHere(key, 'it is not a field that is written');
    // The schema does not ask for an address: Istio has endpoints that are nothing but a network.
    if (!('address' in endpoint)) return refuseHere('address', 'it is missing');
    checkPlace(endpoint, isDns, refuseHere);
    if (endpoint.ports !== undefined) checkPorts(endpoint.ports, names, refuseHere);
    if (endpoint.labels !== undefined) checkLabels(endpoint.labels, refuseHere);
  });
}

function checkPlace({ address, locality }: Endpoint, isDns: boolean, refuse: Refuse): void {
  if (address.length > 256) refuse('address', 'it is longer than 256 characters');
  if (!isPlainIp(address) && !(isDns && isFqdn(address))) {
    refuse('address', isDns ? 'it is neither an IP nor a DNS name' : 'it is no IP');
  }
  if (locality === undefined) return;
  if (isDns) refuse('locality', 'a DNS entry must not carry localities');
  if (locality.length > 2048) refuse('locality', 'it is longer than 2048 characters');
}

function checkPorts(ports: Readonly<Record<string, number>>, names: ReadonlySet<string>, refuse: Refuse): void {
  const given = Object.entries(ports);
  if (given.length > 128) refuse('ports', `there are ${given.length}, 128 are possible`);
  for (const [name, number] of given) {
    if (!names.has(name)) refuse(`ports.${name}`, 'it is no service port');
    if (name.length >= 63) refuse(`ports.${name}`, 'the name is longer than 62 characters');
    if (!isPort(number)) refuse(`ports.${name}`, 'it is no number from 1 to 65535');
  }
}

function checkLabels(labels: Readonly<Record<string, string>>, refuse: Refuse): void {
  const given = Object.entries(labels);
  if (given.length > 256) refuse('labels', `there are ${given.length}, 256 are possible`);
  for (const [key, value] of given) {
    if (!isMetadataKey(key)) refuse('labels', `“${key}” is no label key`);
    if (!isLabelValue(value)) refuse('labels', `the value of ${key} is no label value`);
  }
}

/** Whether a number can be a port. */
export function isPort(number: number): boolean {
  return Number.isInteger(number) && number >= 1 && number <= 65_535;
}
