import type { RouteSelector, RouteSettings, RouteTarget } from '@isthmus/model';
import { PORT_PROTOCOLS } from '@isthmus/model';
import { z } from 'zod';
import { textRule } from './rule.js';
import { attribute, glob, globs, isDnsLabel, isLabelText, labelValue } from './text.js';

const PLACEHOLDERS = new Set(['service', 'namespace', 'region', 'account']);

/** A template with known placeholders, `{service}` among them, and legal characters around them. */
const hostTemplate = textRule('CFG017', 'is not a host template', (text) => {
  const names = [...text.matchAll(/\{([^{}]*)\}/g)].map((match) => match[1] ?? '');
  const around = text.replaceAll(/\{[^{}]*\}/g, '');
  const isKnown = names.every((name) => PLACEHOLDERS.has(name));
  return isKnown && names.includes('service') && text.length <= 253 && /^[a-z0-9.-]*$/.test(around);
});

/** A service port that neither the kubelet nor the sidecar has taken. Source: istio.io, “Application Requirements”. */
const portNumber = z
  .int()
  .min(1)
  .max(65_535)
  .refine((port) => port !== 10_250 && (port < 15_000 || port > 15_090), {
    params: { code: 'CFG018' },
    error: (issue) => `${String(issue.input)} belongs to the kubelet or the sidecar`,
  });

const portName = textRule('CFG019', 'is not a DNS label', isDnsLabel);

const protocol = z.string().toUpperCase().pipe(z.enum(PORT_PROTOCOLS));

const protocolOrAuto = z
  .string()
  .toUpperCase()
  .pipe(z.enum([...PORT_PROTOCOLS, 'AUTO']))
  .transform((name) => (name === 'AUTO' ? 'auto' : name));

const port = z.strictObject({ number: portNumber, name: portName, protocol });

const DEFAULT_PORTS = [
  { number: 80, name: 'http', protocol: 'HTTP' },
  { number: 443, name: 'https', protocol: 'HTTPS' },
];

/** Namespaces that see the entry. Source: istio.io/latest/docs/reference/config/networking/service-entry, `exportTo`. */
const exportTo = z
  .array(
    textRule(
      'CFG021',
      'is neither "*", "." or "~" nor a namespace',
      (text) => /^[*.~]$/.test(text) || isDnsLabel(text),
    ),
  )
  .min(1)
  .refine((list) => new Set(list).size === list.length, {
    params: { code: 'CFG021' },
    error: 'names a namespace twice',
  })
  .refine((list) => list.length === 1 || !list.some((entry) => entry === '*' || entry === '~'), {
    params: { code: 'CFG021' },
    error: 'has "*" or "~" beside other entries',
  });

/** Label of an endpoint; those of Istio and Kubernetes mean something to the mesh, and a locality label can crash istiod. */
const labelKey = textRule(
  'CFG027',
  'is not a label that an endpoint may have',
  (text) => isLabelKey(text) && !isReserved(text),
);

const suffix = textRule('CFG040', 'is not a domain', (text) => text.length <= 253 && text.split('.').every(isDnsLabel));

const where = z.record(attribute, z.string().max(1024)).default({});

const from = z
  .strictObject({
    sources: globs.optional(),
    accounts: globs.optional(),
    regions: globs.optional(),
    namespaces: globs.optional(),
    services: globs.optional(),
    instances: z.strictObject({ where }).prefault({}),
  })
  .transform(({ sources, accounts, regions, namespaces, services, instances }): RouteSelector => ({
    sources,
    accounts,
    regions,
    namespaces,
    services,
    where: new Map(Object.entries(instances.where)),
  }));

/** The fields of `to`. */
export const targetFields = z.strictObject({
  host: hostTemplate.default('{service}.{namespace}'),
  hostSuffixes: z.array(suffix).default([]),
  allowHosts: z.array(glob).default([]),
  ports: z.array(port).min(1).prefault(DEFAULT_PORTS),
  servicePort: z.union([z.literal('auto'), portNumber], { error: 'expected auto or a whole number' }).default('auto'),
  protocol: protocolOrAuto.default('auto'),
  resolution: z.enum(['auto', 'static', 'dns']).default('auto'),
  location: z.enum(['MESH_EXTERNAL', 'MESH_INTERNAL']).default('MESH_EXTERNAL'),
  exportTo: exportTo.optional(),
  revision: labelValue.optional(),
  endpointLabels: z.record(labelKey, attribute).default({}),
  addressAttribute: attribute.optional(),
  merge: z.enum(['regions', 'sources', 'none']).default('regions'),
  trafficDistribution: z.literal('PreferClose').optional(),
});

const to = targetFields.transform(
  ({ exportTo, revision, addressAttribute, trafficDistribution, endpointLabels, ...same }): RouteTarget => ({
    ...same,
    exportTo,
    revision,
    addressAttribute,
    trafficDistribution,
    endpointLabels: new Map(Object.entries(endpointLabels)),
  }),
);

/** A route without its place, which the schema cannot know. */
export type UnplacedRoute = Omit<RouteSettings, 'place'>;

/** One entry of `clusters[].routes`. */
export const route = z
  .strictObject({ from: from.prefault({}), preset: z.literal('istio-cloud-map').optional(), to: to.prefault({}) })
  .transform(({ from, preset, to }): UnplacedRoute => ({ from, preset, to }));

/** Source: kubernetes.io/docs/concepts/overview/working-with-objects/labels */
function isLabelKey(text: string): boolean {
  const parts = text.split('/');
  const name = parts.pop() ?? '';
  const [prefix] = parts;
  const isPrefixLegal = prefix === undefined || (prefix.length <= 253 && prefix.split('.').every(isDnsLabel));
  return parts.length <= 1 && isPrefixLegal && isLabelText(name);
}

function isReserved(key: string): boolean {
  return /(^|\.)istio\.io\/|kubernetes\.io\/|^istio-/.test(key);
}
