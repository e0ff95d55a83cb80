import type { ServiceEntrySpec, ServicePort } from '@isthmus/model';
import { PORT_PROTOCOLS } from '@isthmus/model';
import { isPort } from './endpoint-rules.js';
import { isFqdn, isLabel, isPlainIp } from './names.js';
import type { Refuse } from './violation.js';
import { repeatsOf } from './violation.js';

const KEYS = new Set(['hosts', 'addresses', 'location', 'resolution', 'ports', 'endpoints', 'exportTo']);
const PORT_KEYS = new Set(['number', 'name', 'protocol']);
const PROTOCOLS = new Set<string>(PORT_PROTOCOLS);
/** Protocols whose traffic names its host, so that one listener can serve several. */
const NAMING = new Set<string>(['HTTP', 'HTTP2', 'GRPC', 'GRPC-WEB', 'HTTPS', 'TLS']);

/**
 * Rules for everything but the endpoints. Source: the CRD of ServiceEntry (schema and CEL) and istio
 * `pkg/config/validation` ValidateServiceEntry. Ours are: no wildcard, no upper case (a host is compared by its case),
 * no other resolution than STATIC and DNS, no UDP (Istio skips it silently).
 */
export function checkSpec(spec: ServiceEntrySpec, namespace: string, refuse: Refuse): void {
  for (const key of Object.keys(spec)) if (!KEYS.has(key)) refuse(`spec.${key}`, 'it is not a field that is written');
  if (!['STATIC', 'DNS'].includes(spec.resolution)) refuse('spec.resolution', 'it is neither STATIC nor DNS');
  checkHosts(spec, refuse);
  checkAddresses(spec, refuse);
  checkPorts(spec.ports, refuse);
  checkExports(spec.exportTo ?? [], namespace, refuse);
}

function checkHosts({ hosts, ports }: ServiceEntrySpec, refuse: Refuse): void {
  if (hosts.length < 1 || hosts.length > 256) refuse('spec.hosts', `there are ${hosts.length}, 1 to 256 are possible`);
  const isNamed = ports.every(({ protocol }) => protocol !== undefined && NAMING.has(protocol));
  if (hosts.length > 1 && !isNamed) refuse('spec.hosts', 'a port whose traffic names no host can have one host only');
  hosts.forEach((host, index) => {
    if (!isFqdn(host) || isPlainIp(host)) refuse(`spec.hosts[${index}]`, 'it is no DNS name without wildcard');
    if (host !== host.toLowerCase()) refuse(`spec.hosts[${index}]`, 'it is not in lower case');
  });
}

function checkAddresses({ addresses = [], resolution }: ServiceEntrySpec, refuse: Refuse): void {
  if (addresses.length > 256) refuse('spec.addresses', `there are ${addresses.length}, 256 are possible`);
  addresses.forEach((address, index) => {
    if (!isVirtualIp(address, resolution)) {
      refuse(`spec.addresses[${index}]`, 'it is no IP, and no range of a STATIC entry');
    }
  });
}

function isVirtualIp(address: string, resolution: ServiceEntrySpec['resolution']): boolean {
  if (address.length > 64) return false;
  const [ip = '', prefix, ...rest] = address.split('/');
  if (prefix === undefined) return isPlainIp(ip);
  const isPrefix = /^[0-9]{1,3}$/.test(prefix) && Number(prefix) <= (ip.includes(':') ? 128 : 32);
  return resolution === 'STATIC' && isPlainIp(ip) && isPrefix && rest.length === 0;
}

function checkPorts(ports: readonly ServicePort[], refuse: Refuse): void {
  if (ports.length > 256) refuse('spec.ports', `there are ${ports.length}, 256 are possible`);
  for (const index of repeatsOf(ports.map(({ number }) => number))) {
    refuse(`spec.ports[${index}].number`, 'the number is there twice');
  }
  for (const index of repeatsOf(ports.map(({ name }) => name))) {
    refuse(`spec.ports[${index}].name`, 'the name is there twice');
  }
  ports.forEach((port, index) => {
    const { number, name, protocol } = port;
    for (const key of Object.keys(port)) {
      if (!PORT_KEYS.has(key)) refuse(`spec.ports[${index}].${key}`, 'it is not a field that is written');
    }
    if (!isPort(number)) refuse(`spec.ports[${index}].number`, 'it is no number from 1 to 65535');
    if (!isLabel(name)) refuse(`spec.ports[${index}].name`, 'it is no DNS label');
    if (protocol !== undefined && !PROTOCOLS.has(protocol)) {
      refuse(`spec.ports[${index}].protocol`, 'it is no protocol that is written');
    }
  });
}

/** `.` is the entry's own namespace; `*` and `~` stand alone. */
function checkExports(exportTo: readonly string[], namespace: string, refuse: Refuse): void {
  if (exportTo.length > 1 && exportTo.some((name) => name === '*' || name === '~')) {
    refuse('spec.exportTo', '“*” and “~” stand alone');
  }
  for (const index of repeatsOf(exportTo.map((name) => (name === '.' ? namespace : name)))) {
    refuse(`spec.exportTo[${index}]`, 'the namespace is there twice');
  }
  exportTo.forEach((name, index) => {
    if (!['.', '*', '~'].includes(name) && !isLabel(name)) refuse(`spec.exportTo[${index}]`, 'it is no namespace');
  });
}
