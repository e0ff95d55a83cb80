import type { JsonObject, JsonValue } from './json.js';
import { isList, isObject, textAt } from './json.js';
import type { Rule, Schema } from './schema.js';

const UINT32_MAX = 4_294_967_295;
const PORT_NAME = /^[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?$/;

const text = (maxLength?: number): Schema => ({ type: 'string', ...(maxLength === undefined ? {} : { maxLength }) });

const PORT_NUMBER: Schema = {
  type: 'integer',
  minimum: 0,
  maximum: UINT32_MAX,
  rules: [{ message: 'port must be between 1-65535', holds: (port) => port > 0 && port <= 65_535 }],
};

const PORT: Schema = {
  type: 'object',
  required: ['number', 'name'],
  properties: { name: text(256), number: PORT_NUMBER, protocol: text(256), targetPort: PORT_NUMBER },
};

const ADDRESS: Schema = {
  type: 'string',
  maxLength: 256,
  rules: [
    {
      message: 'UDS must be an absolute path or abstract socket',
      holds: (address) => !isSocket(address) || address[7] === '/' || address[7] === '@',
    },
    { message: 'UDS may not be a dir', holds: (address) => !isSocket(address) || !address.endsWith('/') },
  ],
};

const ENDPOINT: Schema = {
  type: 'object',
  properties: {
    address: ADDRESS,
    labels: { type: 'map', values: text(), maxProperties: 256 },
    locality: text(2048),
    network: text(2048),
    ports: {
      type: 'map',
      values: PORT_NUMBER,
      maxProperties: 128,
      rules: [
        {
          message: 'port name must be valid',
          holds: (ports) => Object.keys(ports).every((name) => name.length < 63 && PORT_NAME.test(name)),
        },
      ],
    },
    serviceAccount: text(253),
    weight: { type: 'integer', minimum: 0, maximum: UINT32_MAX },
  },
  rules: [
    {
      message: 'Address is required',
      holds: (endpoint) => endpoint['address'] !== undefined || endpoint['network'] !== undefined,
    },
    {
      message: 'UDS may not include ports',
      holds: (endpoint) => !isSocket(textAt(endpoint, 'address') ?? '') || endpoint['ports'] === undefined,
    },
  ],
};

const HOST: Schema = {
  type: 'string',
  rules: [{ message: 'hostname cannot be wildcard', holds: (host) => host !== '*' }],
};

const UNIQUE_NUMBERS: Rule<readonly JsonValue[]> = {
  message: 'port number cannot be duplicated',
  holds: (ports) => {
    const numbers = ports.map((port) => (isObject(port) ? port['number'] : undefined));
    return new Set(numbers).size === numbers.length;
  },
};

const SPEC_RULES: readonly Rule<JsonObject>[] = [
  {
    message: 'only one of WorkloadSelector or Endpoints can be set',
    holds: (spec) => spec['workloadSelector'] === undefined || spec['endpoints'] === undefined,
  },
  {
    message: 'CIDR addresses are allowed only for NONE/STATIC resolution types',
    holds: (spec) => !hasCidr(spec['addresses']) || ['NONE', 'STATIC'].includes(resolution(spec)),
  },
  {
    message: 'NONE mode cannot set endpoints',
    holds: (spec) => resolution(spec) !== 'NONE' || spec['endpoints'] === undefined,
  },
  {
    message: 'DNS_ROUND_ROBIN mode cannot have multiple endpoints',
    holds: (spec) => resolution(spec) !== 'DNS_ROUND_ROBIN' || lengthOf(spec['endpoints']) <= 1,
  },
];

const SPEC: Schema = {
  type: 'object',
  required: ['hosts'],
  properties: {
    addresses: { type: 'array', items: text(64), maxItems: 256 },
    endpoints: { type: 'array', items: ENDPOINT, maxItems: 4096 },
    exportTo: { type: 'array', items: text() },
    hosts: { type: 'array', items: HOST, minItems: 1, maxItems: 256 },
    location: { type: 'string', enum: ['MESH_EXTERNAL', 'MESH_INTERNAL'] },
    ports: { type: 'array', items: PORT, maxItems: 256, keyedBy: 'name', rules: [UNIQUE_NUMBERS] },
    resolution: { type: 'string', enum: ['NONE', 'STATIC', 'DNS', 'DNS_ROUND_ROBIN', 'DYNAMIC_DNS'] },
    subjectAltNames: { type: 'array', items: text() },
    workloadSelector: {
      type: 'object',
      properties: {
        labels: {
          type: 'map',
          values: {
            type: 'string',
            maxLength: 63,
            rules: [{ message: 'wildcard is not allowed', holds: (value) => !value.includes('*') }],
          },
          maxProperties: 256,
        },
      },
    },
  },
  rules: SPEC_RULES,
};

/** The members of `metadata` that Kubernetes knows; their values are checked elsewhere. */
const METADATA_KEYS = [
  'annotations',
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'finalizers',
  'generateName',
  'generation',
  'labels',
  'managedFields',
  'name',
  'namespace',
  'ownerReferences',
  'resourceVersion',
  'selfLink',
  'uid',
] as const;

/**
 * The schema of ServiceEntry with its rules, the same in each version that is served.
 * Source: github.com/istio/api, kubernetes/customresourcedefinitions.gen.yaml, 1.30.
 */
export const SERVICE_ENTRY: Schema = {
  type: 'object',
  required: ['spec'],
  properties: {
    apiVersion: text(),
    kind: text(),
    metadata: {
      type: 'object',
      properties: Object.fromEntries(METADATA_KEYS.map((key) => [key, { type: 'any' } satisfies Schema])),
    },
    spec: SPEC,
    status: { type: 'any' },
  },
};

/** The schema of `spec` alone. */
export const SERVICE_ENTRY_SPEC = SPEC;

function isSocket(address: string): boolean {
  return address.startsWith('unix://');
}

function resolution(spec: JsonObject): string {
  return textAt(spec, 'resolution') ?? 'NONE';
}

function lengthOf(value: JsonValue | undefined): number {
  return isList(value) ? value.length : 0;
}

function hasCidr(addresses: JsonValue | undefined): boolean {
  return isList(addresses) && addresses.some((address) => typeof address === 'string' && address.includes('/'));
}
