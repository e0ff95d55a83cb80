import type { RouteSelector, RouteSettings, RouteTarget } from '@isthmus/model';
import { PORT_PROTOCOLS } from '@isthmus/model';
import { z } from 'zod';
import { textRule } from './rule.js';
import { globs, isDnsLabel } from './text.js';

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

const from = z
  .strictObject({
    sources: globs.optional(),
    accounts: globs.optional(),
    regions: globs.optional(),
    namespaces: globs.optional(),
    services: globs.optional(),
  })
  .transform(({ sources, accounts, regions, namespaces, services }): RouteSelector => ({
    sources,
    accounts,
    regions,
    namespaces,
    services,
  }));

const to = z
  .strictObject({
    host: hostTemplate.default('{service}.{namespace}'),
    ports: z.array(port).min(1).prefault(DEFAULT_PORTS),
    servicePort: z.union([z.literal('auto'), portNumber], { error: 'expected auto or a whole number' }).default('auto'),
    protocol: protocolOrAuto.default('auto'),
    location: z.enum(['MESH_EXTERNAL', 'MESH_INTERNAL']).default('MESH_EXTERNAL'),
    exportTo: exportTo.optional(),
  })
  .transform(({ host, ports, servicePort, protocol, location, exportTo }): RouteTarget => ({
    host,
    ports,
    servicePort,
    protocol,
    location,
    exportTo,
  }));

/** A route without its place, which the schema cannot know. */
export type UnplacedRoute = Omit<RouteSettings, 'place'>;

/** One entry of `clusters[].routes`. */
export const route = z.strictObject({ from: from.prefault({}), to: to.prefault({}) });
