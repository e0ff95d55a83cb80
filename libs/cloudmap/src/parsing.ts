import type {
  HttpInstanceSummary,
  InstanceSummary,
  NamespaceSummary,
  ServiceSummary as AwsServiceSummary,
} from '@aws-sdk/client-servicediscovery';
import type { Attributes, Instance, InstanceHealth, NamespaceRecord, ServiceSummary } from '@isthmus/model';

/** What a list held: the items that could be read, and how many could not. */
export interface ParsedItems<Item> {
  readonly items: readonly Item[];
  readonly unreadableCount: number;
}

/** `arn:<partition>:servicediscovery:<region>:<account>:<kind>/<id>`. */
export interface CloudMapArn {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  readonly kind: string;
  readonly id: string;
}

const ARN = /^arn:(aws[a-z-]*):servicediscovery:([a-z0-9-]+):(\d{12}):(namespace|service)\/([\w-]{1,64})$/;
/** Longest name of a namespace, and longest value of an attribute. Source: Cloud Map API reference, data types. */
const LONGEST_TEXT_CHARS = 1024;
const HEALTH: ReadonlySet<unknown> = new Set<InstanceHealth>(['HEALTHY', 'UNHEALTHY', 'UNKNOWN']);

/** The parts of an ARN, or undefined when it is not one of Cloud Map. */
export function parseArn(text: unknown): CloudMapArn | undefined {
  const [, partition, region, account, kind, id] = typeof text === 'string' ? (ARN.exec(text) ?? []) : [];
  if (!partition || !region || !account || !kind || !id) return undefined;
  return { partition, region, account, kind, id };
}

/** Every item of a list as ours; undefined when the answer has no list at all, which is not an empty one. */
export function parseItems<Raw, Item>(
  raw: readonly Raw[] | undefined,
  parse: (item: Raw) => Item | undefined,
): ParsedItems<Item> | undefined {
  if (!Array.isArray(raw)) return undefined;
  const parsed = (raw as readonly Raw[]).map((item) => (isObject(item) ? parse(item) : undefined));
  const items = parsed.filter((item): item is Item & {} => item !== undefined);
  return { items, unreadableCount: parsed.length - items.length };
}

/** A namespace of ListNamespaces. Without an HttpName it cannot be asked for instances: the Name may belong to another one. */
export function parseNamespace(raw: NamespaceSummary, isShared: boolean): NamespaceRecord | undefined {
  const arn = parseArn(raw.Arn);
  const httpName = raw.Properties?.HttpProperties?.HttpName;
  const { Name: name, ResourceOwner: owner } = raw;
  if (arn?.kind !== 'namespace' || arn.id !== raw.Id || !isName(name) || !isName(httpName)) return undefined;
  if (owner !== undefined && owner !== arn.account) return undefined;
  return {
    id: arn.id,
    arn: String(raw.Arn),
    name,
    httpName,
    partition: arn.partition,
    region: arn.region,
    ownerAccount: arn.account,
    isShared,
  };
}

/** A service of ListServices. Without a date of creation it could take a host from an older service. */
export function parseService(raw: AwsServiceSummary): ServiceSummary | undefined {
  const arn = parseArn(raw.Arn);
  const createdAtMs = raw.CreateDate instanceof Date ? raw.CreateDate.getTime() : Number.NaN;
  if (arn?.kind !== 'service' || arn.id !== raw.Id || !isName(raw.Name) || !Number.isFinite(createdAtMs))
    return undefined;
  return { id: arn.id, arn: String(raw.Arn), name: raw.Name, createdAtMs };
}

/** An instance of DiscoverInstances. Cloud Map may leave the health away where the service has no health check. */
export function parseDiscovered(raw: HttpInstanceSummary, keptAttributes: readonly string[]): Instance | undefined {
  const health: unknown = raw.HealthStatus ?? 'UNKNOWN';
  if (!isName(raw.InstanceId) || !isHealth(health)) return undefined;
  return { id: raw.InstanceId, health, attributes: parseAttributes(raw.Attributes, keptAttributes) };
}

/** An instance of ListInstances, which knows no health. */
export function parseListed(raw: InstanceSummary, keptAttributes: readonly string[]): Instance | undefined {
  if (!isName(raw.Id)) return undefined;
  return { id: raw.Id, health: 'UNKNOWN', attributes: parseAttributes(raw.Attributes, keptAttributes) };
}

/** InstancesRevision: a whole number that JavaScript can hold exactly, or undefined. */
export function parseRevision(raw: unknown): number | undefined {
  return typeof raw === 'number' && Number.isSafeInteger(raw) && raw >= 0 ? raw : undefined;
}

/** Namespace id of GetService; an ARN where the namespace is shared. */
export function parseNamespaceId(raw: unknown): string | undefined {
  const arn = parseArn(raw);
  if (arn !== undefined) return arn.kind === 'namespace' ? arn.id : undefined;
  return typeof raw === 'string' && /^[\w-]{1,64}$/.test(raw) ? raw : undefined;
}

/** The kept attributes whose values are legal; anybody with write access to Cloud Map chooses names and values. */
function parseAttributes(raw: unknown, keptAttributes: readonly string[]): Attributes {
  if (!isObject(raw)) return new Map();
  const values = raw as Readonly<Record<string, unknown>>;
  const kept = keptAttributes.filter((key) => Object.hasOwn(values, key)).map((key) => [key, values[key]] as const);
  return new Map(kept.filter((entry): entry is readonly [string, string] => isText(entry[1])));
}

function isHealth(value: unknown): value is InstanceHealth {
  return HEALTH.has(value);
}

function isName(value: unknown): value is string {
  return isText(value) && value !== '';
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST_TEXT_CHARS && !/\p{Cc}/u.test(value);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
