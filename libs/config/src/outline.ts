import { z } from 'zod';
import { duration } from './schema/duration.js';
import { time } from './schema/text.js';

const text = z.string().optional().catch(undefined);
const texts = z.array(z.string()).optional().catch(undefined);
const list = <Item extends z.ZodType>(item: Item) => z.array(item).catch([]);

/** Undefined: not given; ILLEGAL: given, but not of its type. */
const ILLEGAL = '';
const given = z.string().optional().catch(ILLEGAL);
const moment = time.optional().catch(undefined);
const pause = z.object({ until: moment }).optional().catch(undefined);

const isMap = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value);
const namesOf = (value: unknown): readonly string[] => (isMap(value) ? Object.keys(value) : []);

const targetFields = z
  .object({
    host: z.string().default('{service}.{namespace}').catch('{service}.{namespace}'),
    hostSuffixes: texts,
    ports: list(z.object({ number: z.number().optional().catch(undefined), name: text }).catch({})).prefault([]),
    exportTo: texts,
    trafficDistribution: text,
  })
  .prefault({})
  .catch({ host: '{service}.{namespace}', ports: [] });

/** `fields`: the names that are given, whatever their values. */
const target = z.unknown().transform((raw) => ({ ...targetFields.parse(raw), fields: namesOf(raw) }));

const selector = z
  .object({ sources: texts, accounts: texts, regions: texts, namespaces: texts, services: texts })
  .prefault({})
  .catch({});

const routeOutline = z.unknown().transform((raw) => {
  const { from, preset, to } = isMap(raw) ? (raw as Readonly<Record<string, unknown>>) : {};
  return { from: selector.parse(from), hasPreset: preset === 'istio-cloud-map', to: target.parse(to) };
});

const urls = z.union([
  z.string().transform((url) => ({ control: url, data: url })),
  z.object({ control: text, data: text }),
]);

const credentials = z
  .object({
    assumeRole: z.object({ arn: text }).optional().catch({}),
    webIdentity: z.object({ roleArn: text }).optional().catch({}),
    static: z.object({}).optional().catch({}),
  })
  .prefault({})
  .catch({});

const sourceOutline = z
  .object({
    name: text,
    region: given,
    regions: z.array(z.string()).optional().catch([]),
    account: given,
    endpoint: urls.optional().catch(undefined),
    credentials,
    namespaces: z.object({ include: texts }).prefault({}).catch({}),
    health: text,
    staleAfter: duration.prefault('2m').catch(Number.NaN),
    frozenAfter: duration.prefault('10m').catch(Number.NaN),
    paused: pause,
  })
  .catch({
    region: ILLEGAL,
    credentials: {},
    namespaces: {},
    staleAfter: Number.NaN,
    frozenAfter: Number.NaN,
  });

const clusterFields = z.object({
  name: text,
  formerNames: list(z.string()).prefault([]),
  role: text,
  primary: text,
  push: z.boolean().default(true).catch(true),
  kubeconfig: z.object({ file: given, secret: given, key: given }).optional().catch({ file: ILLEGAL }),
  auth: z.unknown().optional().transform(namesOf),
  namespace: z.string().default('isthmus').catch('isthmus'),
  previousNamespaces: list(z.string()).prefault([]),
  mode: z.string().default('observe').catch('observe'),
  routes: list(routeOutline).prefault([]),
  localities: z.unknown().optional().transform(namesOf),
  paused: pause,
});

const clusterOutline = clusterFields.catch(() => clusterFields.parse({}));

const place = z.unknown().optional();
const storeOutline = z
  .object({ memory: place, redis: z.object({ url: place, sentinel: place }).optional().catch({}) })
  .prefault({})
  .catch({});

const electionFields = z.object({
  backend: text,
  kubernetes: place,
  lease: duration.prefault('15s').catch(Number.NaN),
  renewDeadline: duration.prefault('10s').catch(Number.NaN),
  retry: duration.prefault('2s').catch(Number.NaN),
});
const electionOutline = electionFields.prefault({}).catch(() => electionFields.parse({}));

const outlineFields = z.object({
  store: storeOutline,
  election: electionOutline,
  hub: z
    .object({ name: text, formerNames: list(z.string()).prefault([]) })
    .prefault({})
    .catch({ formerNames: [] }),
  clusterSecrets: place,
  sources: list(sourceOutline).prefault([]),
  clusters: list(clusterOutline).prefault([]),
  approvals: list(z.object({ cluster: text, until: moment }).catch({})).prefault([]),
});

const outline = outlineFields.catch(() => outlineFields.parse({}));

/**
 * What entries say of each other, read leniently: a value that is illegal by itself is undefined here, so that
 * entries can be compared, and everything be reported at once, while the file still has other faults.
 */
export type Outline = z.output<typeof outline>;
export type SourceOutline = Outline['sources'][number];
export type ClusterOutline = Outline['clusters'][number];
export type RouteOutline = ClusterOutline['routes'][number];

/** The outline of any value; never fails. */
export function outlineOf(document: unknown): Outline {
  return outline.parse(document);
}

/** A source as it is read: one region of an entry. Undefined where the entry does not say it legally. */
export interface SingleSource {
  readonly name: string | undefined;
  readonly region: string | undefined;
  readonly account: string | undefined;
  /** Globs of the namespaces that it reads; undefined: all. */
  readonly namespaces: readonly string[] | undefined;
}

/** What an entry of `sources` stands for: itself, or one source for each of its regions, named `<name>-<region>`. */
export function singleSources(entry: SourceOutline): readonly SingleSource[] {
  const same = { account: legal(entry.account), namespaces: entry.namespaces.include };
  if (entry.regions === undefined) return [{ ...same, name: entry.name, region: legal(entry.region) }];
  return entry.regions.map((region) => ({ ...same, region, name: expandedName(entry.name, region) }));
}

/** A given value, or undefined when it is missing or not of its type. */
export const legal = (value: string | undefined): string | undefined => (value === ILLEGAL ? undefined : value);

function expandedName(name: string | undefined, region: string): string | undefined {
  return name === undefined ? undefined : `${name}-${region}`;
}
