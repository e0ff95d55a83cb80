import type { CheckedValue } from './checked-value.js';
import { hashHex, hashNumber } from './hash.js';
import type { InstanceSeed, ServiceSeed } from './seed.js';

const ZONES = ['a', 'b', 'c'] as const;
const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/** What `generate` asks for. */
interface Wanted {
  /** Account, region and namespace: what makes the values of two namespaces differ. */
  readonly origin: string;
  readonly region: string;
  readonly shape: 'ecs' | 'plain';
  readonly prefix: string;
  readonly firstAddress: number;
  readonly port: string;
  readonly services: number;
  readonly instances: number;
  readonly createdAtMs: number | undefined;
}

/**
 * Services for `generate: { services: 300, instances: 20, shape: ecs }`: named `<prefix>-001` and so on, with addresses that count up.
 * `ecs` has the attributes that ECS service discovery registers, and custom health. Source: ECS developer guide, service discovery.
 */
export function generateServices(origin: string, region: string, value: CheckedValue): readonly ServiceSeed[] {
  if (!value.isGiven) return [];
  const members = value.members('services', 'instances', 'shape', 'prefix', 'firstAddress', 'port', 'createDate');
  const createdAtSeconds = members.createDate.count(0, 1e11);
  const wanted: Wanted = {
    origin,
    region,
    shape: members.shape.choice(['ecs', 'plain']) ?? 'plain',
    prefix: members.prefix.text() ?? 'service',
    firstAddress: parseAddress(members.firstAddress) ?? defaultAddress(origin),
    port: String(members.port.count(1, 65_535) ?? 8080),
    services: members.services.requiredCount(0, 100_000),
    instances: members.instances.count(0, 1000) ?? 1,
    createdAtMs: createdAtSeconds === undefined ? undefined : createdAtSeconds * 1000,
  };
  return Array.from({ length: wanted.services }, (_, index) => generateService(wanted, index, value.place));
}

function generateService(wanted: Wanted, index: number, place: string): ServiceSeed {
  const digits = Math.max(3, String(wanted.services).length);
  const name = `${wanted.prefix}-${String(index + 1).padStart(digits, '0')}`;
  return {
    place: `${place}.${name}`,
    name,
    id: undefined,
    description: undefined,
    createdAtMs: wanted.createdAtMs,
    healthCheck: wanted.shape === 'ecs' ? 'custom' : 'none',
    recordTypes: [],
    instances: Array.from({ length: wanted.instances }, (_, number) =>
      generateInstance(wanted, { service: name, number, total: index * wanted.instances + number }),
    ),
  };
}

function generateInstance(
  wanted: Wanted,
  { service, number, total }: { readonly service: string; readonly number: number; readonly total: number },
): InstanceSeed {
  const address = { AWS_INSTANCE_IPV4: dotted(wanted.firstAddress + total), AWS_INSTANCE_PORT: wanted.port };
  const place = `generated instance ${number + 1} of ${service}`;
  if (wanted.shape === 'plain') {
    return { place, id: `i-${String(number + 1).padStart(4, '0')}`, attributes: address, health: undefined };
  }
  const task = `${wanted.origin}/${service}/${number}`;
  const attributes = {
    ...address,
    AVAILABILITY_ZONE: `${wanted.region}${ZONES[number % ZONES.length] ?? 'a'}`,
    AWS_INIT_HEALTH_STATUS: 'HEALTHY',
    ECS_CLUSTER_NAME: 'main',
    ECS_SERVICE_NAME: service,
    ECS_TASK_DEFINITION_FAMILY: service,
    REGION: wanted.region,
  };
  return { place, id: hashHex(`${task}#1`) + hashHex(`${task}#2`), attributes, health: undefined };
}

function defaultAddress(origin: string): number {
  return (10 * 256 + hashNumber(origin, 256)) * 2 ** 16;
}

function parseAddress(value: CheckedValue): number | undefined {
  const text = value.text();
  if (text === undefined) return undefined;
  const bytes = IPV4.exec(text)?.slice(1).map(Number) ?? [];
  if (bytes.length === 4 && bytes.every((byte) => byte <= 255)) return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  value.problem('must be an IPv4 address');
  return undefined;
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}
