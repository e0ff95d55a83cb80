import { hashNumber } from './hash.js';
import type { NamespaceType } from './records.js';

/** Attributes of an instance, as a registration names them. */
export type InstanceAttributes = Readonly<Record<string, string>>;

/** What a registration has to fit: the record types of the service, its health check, the kind of its namespace. */
export interface AttributeDemand {
  readonly recordTypes: readonly string[];
  readonly hasRoute53Check: boolean;
  readonly namespaceType: NamespaceType;
}

const MAX_CUSTOM_ATTRIBUTES = 30;
const MAX_TOTAL_LENGTH = 5000;
const KEY = /^[!-~]{1,255}$/;
const VALUE = /^(?:[!-~][\t -~]{0,1023})?$/;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;
const IPV6 = /^(?=.*:)[0-9a-fA-F:]{2,39}(?:(?:\d{1,3}\.){3}\d{1,3})?$/;

const RESERVED = new Set([
  'AWS_ALIAS_DNS_NAME',
  'AWS_EC2_INSTANCE_ID',
  'AWS_INIT_HEALTH_STATUS',
  'AWS_INSTANCE_CNAME',
  'AWS_INSTANCE_IPV4',
  'AWS_INSTANCE_IPV6',
  'AWS_INSTANCE_PORT',
]);

/**
 * What is wrong with the attributes of a registration, one sentence each; empty when AWS would take them.
 * Source: AWS Cloud Map API reference, RegisterInstance, Attributes.
 */
export function attributeProblems(attributes: InstanceAttributes, demand: AttributeDemand): readonly string[] {
  return [
    ...sizeProblems(attributes),
    ...valueProblems(attributes),
    ...exclusionProblems(attributes, demand.namespaceType),
    ...missingProblems(attributes, demand),
  ];
}

/** Attributes as Cloud Map stores them: it fills in the private address of an EC2 instance. */
export function storedAttributes(attributes: InstanceAttributes): InstanceAttributes {
  const instance = attributes['AWS_EC2_INSTANCE_ID'];
  if (instance === undefined) return { ...attributes };
  const place = hashNumber(instance, 2 ** 16);
  return { ...attributes, AWS_INSTANCE_IPV4: `172.31.${Math.floor(place / 256)}.${place % 256}` };
}

function sizeProblems(attributes: InstanceAttributes): string[] {
  const problems: string[] = [];
  const entries = Object.entries(attributes);
  const custom = entries.filter(([key]) => !RESERVED.has(key));
  if (custom.length > MAX_CUSTOM_ATTRIBUTES) problems.push(`more than ${MAX_CUSTOM_ATTRIBUTES} custom attributes`);
  const length = entries.reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  if (length > MAX_TOTAL_LENGTH) problems.push(`keys and values have more than ${MAX_TOTAL_LENGTH} characters`);
  for (const [key, value] of entries) {
    if (!KEY.test(key)) problems.push(`attribute key ${JSON.stringify(key)} is not 1 to 255 printable characters`);
    if (!VALUE.test(value)) problems.push(`value of ${key} is not up to 1024 printable characters`);
  }
  return problems;
}

function valueProblems(attributes: InstanceAttributes): string[] {
  const checks: readonly (readonly [key: string, isValid: (value: string) => boolean, expected: string])[] = [
    ['AWS_INSTANCE_IPV4', (value) => IPV4.test(value), 'an IPv4 address'],
    ['AWS_INSTANCE_IPV6', (value) => IPV6.test(value), 'an IPv6 address'],
    ['AWS_INSTANCE_PORT', isPort, 'a port from 1 to 65535'],
    ['AWS_INIT_HEALTH_STATUS', (value) => value === 'HEALTHY' || value === 'UNHEALTHY', 'HEALTHY or UNHEALTHY'],
  ];
  return checks.flatMap(([key, isValid, expected]) => {
    const value = attributes[key];
    return value === undefined || isValid(value) ? [] : [`${key} must be ${expected}`];
  });
}

function exclusionProblems(attributes: InstanceAttributes, namespaceType: NamespaceType): string[] {
  const problems: string[] = [];
  const keys = Object.keys(attributes);
  if (keys.includes('AWS_ALIAS_DNS_NAME') && keys.some((key) => key.startsWith('AWS_INSTANCE_'))) {
    problems.push('AWS_ALIAS_DNS_NAME excludes all AWS_INSTANCE_ attributes');
  }
  if (!keys.includes('AWS_EC2_INSTANCE_ID')) return problems;
  if (namespaceType !== 'HTTP') problems.push('AWS_EC2_INSTANCE_ID is for HTTP namespaces only');
  const others = keys.filter((key) => key !== 'AWS_EC2_INSTANCE_ID' && key !== 'AWS_INIT_HEALTH_STATUS');
  if (others.length > 0) problems.push('AWS_EC2_INSTANCE_ID excludes every attribute but AWS_INIT_HEALTH_STATUS');
  return problems;
}

function missingProblems(attributes: InstanceAttributes, demand: AttributeDemand): string[] {
  if ('AWS_ALIAS_DNS_NAME' in attributes) return [];
  const wanted = demand.recordTypes.flatMap((type): [needed: boolean, expected: string][] => {
    switch (type) {
      case 'A':
        return [[!('AWS_INSTANCE_IPV4' in attributes), 'an A record needs AWS_INSTANCE_IPV4']];
      case 'AAAA':
        return [[!('AWS_INSTANCE_IPV6' in attributes), 'an AAAA record needs AWS_INSTANCE_IPV6']];
      case 'CNAME':
        return [[!('AWS_INSTANCE_CNAME' in attributes), 'a CNAME record needs AWS_INSTANCE_CNAME']];
      default:
        return [
          [!('AWS_INSTANCE_PORT' in attributes), 'an SRV record needs AWS_INSTANCE_PORT'],
          [
            !('AWS_INSTANCE_IPV4' in attributes) && !('AWS_INSTANCE_IPV6' in attributes),
            'an SRV record needs AWS_INSTANCE_IPV4 or AWS_INSTANCE_IPV6',
          ],
        ];
    }
  });
  const lacksCheckedPort = demand.hasRoute53Check && !('AWS_INSTANCE_PORT' in attributes);
  wanted.push([lacksCheckedPort, 'a Route 53 health check needs AWS_INSTANCE_PORT']);
  return wanted.filter(([needed]) => needed).map(([, expected]) => expected);
}

function isPort(value: string): boolean {
  return /^[1-9]\d{0,4}$/.test(value) && Number(value) <= 65_535;
}
