import type { Endpoint, PortProtocol, Resolution, ServicePort } from '@isthmus/model';
import { remembered } from '@isthmus/model';
import { isReservedLabel } from './endpoint-labels.js';
import { sharedPorts } from './shared-ports.js';

/** What of a live spec is ours, as far as it can be read. */
export interface LiveSpec {
  /** Virtual IPs. */
  readonly addresses: readonly string[];
  /** Undefined when one of them cannot be read. */
  readonly ports: readonly ServicePort[] | undefined;
  readonly resolution: Resolution;
  /** Reduced to the fields we write; undefined when one of them cannot be read. */
  readonly endpoints: readonly Endpoint[] | undefined;
}

/** Reads an untrusted spec. The same spec, the very object, stands for the entries of many clusters. */
export const parseLiveSpec = remembered((raw: Readonly<Record<string, unknown>>): LiveSpec => ({
  addresses: parseAddresses(raw['addresses']),
  ports: parsePorts(raw['ports']),
  resolution: raw['resolution'] === 'DNS' ? 'DNS' : 'STATIC',
  endpoints: parseEndpoints(raw['endpoints']),
}));

function parseEndpoints(value: unknown): readonly Endpoint[] | undefined {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return undefined;
  const endpoints = allOrNothing(value.map(parseEndpoint));
  return endpoints?.every((endpoint, i) => endpoint === value[i]) === true ? (value as readonly Endpoint[]) : endpoints;
}

/** As far as they are texts. */
function parseAddresses(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((address) => typeof address === 'string') : [];
}

function parsePorts(value: unknown): readonly ServicePort[] | undefined {
  if (value === undefined || value === null) return [];
  const ports = Array.isArray(value) ? allOrNothing(value.map(parsePort)) : undefined;
  return ports && sharedPorts(ports);
}

const FIELDS: ReadonlySet<string> = new Set<keyof Endpoint>(['address', 'ports', 'locality', 'labels']);

/** The very object, where it holds nothing but our fields. */
function parseEndpoint(value: unknown): Endpoint | undefined {
  if (!isObject(value) || typeof value['address'] !== 'string') return undefined;
  const { address, ports, locality, labels } = value;
  if (locality !== undefined && typeof locality !== 'string') return undefined;
  const texts = labels === undefined ? undefined : parseLabels(labels);
  if (texts === 'unreadable') return undefined;
  const numbers = ports === undefined ? {} : ports;
  if (!isObject(numbers) || !Object.values(numbers).every((port) => typeof port === 'number')) return undefined;
  const isWhole = Object.keys(value).every((field) => FIELDS.has(field)) && texts === labels;
  if (isWhole) return value as unknown as Endpoint;
  return {
    address,
    ...(ports === undefined ? {} : { ports: numbers as Record<string, number> }),
    ...(locality === undefined ? {} : { locality }),
    ...(texts === undefined ? {} : { labels: texts }),
  };
}

/** Labels that somebody else put there and that belong to Istio or Kubernetes are not carried on. */
function parseLabels(value: unknown): Readonly<Record<string, string>> | 'unreadable' {
  if (!isObject(value)) return 'unreadable';
  const texts = Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === 'string');
  if (texts.length < Object.keys(value).length) return 'unreadable';
  const own = texts.filter(([label]) => !isReservedLabel(label));
  return own.length === texts.length ? (value as Record<string, string>) : Object.fromEntries(own);
}

function parsePort(value: unknown): ServicePort | undefined {
  if (!isObject(value)) return undefined;
  const { number, name, protocol } = value;
  if (typeof number !== 'number' || typeof name !== 'string') return undefined;
  if (protocol !== undefined && typeof protocol !== 'string') return undefined;
  return { number, name, ...(protocol === undefined ? {} : { protocol: protocol as PortProtocol }) };
}

function allOrNothing<Item>(items: readonly (Item | undefined)[]): readonly Item[] | undefined {
  const whole = items.filter((item) => item !== undefined);
  return whole.length === items.length ? whole : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
