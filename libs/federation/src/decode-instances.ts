import type { Attributes, Instance, InstanceHealth, Result } from '@isthmus/model';
import { attributesOf, err, ok } from '@isthmus/model';

const HEALTHS: ReadonlySet<unknown> = new Set<InstanceHealth>(['HEALTHY', 'UNHEALTHY', 'UNKNOWN']);
/** Of an instance: id, health and attributes. */
const FIELDS = 3;
const LONGEST_TEXT = 4096;

/**
 * The instances in a JSON value, or what is wrong with them. Checked by hand, because an estate holds hundreds of
 * thousands of these values and a restart waits for them.
 */
export function decodeInstances(value: unknown): Result<readonly Instance[], string> {
  if (!Array.isArray(value)) return err('instances are not a list');
  const instances: Instance[] = [];
  for (const item of value as readonly unknown[]) {
    const instance = decodeInstance(item);
    if (instance === undefined) return err(`instance ${instances.length} is not one of this version`);
    instances.push(instance);
  }
  return ok(instances);
}

function decodeInstance(value: unknown): Instance | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { id, health, attributes } = value as Readonly<Record<string, unknown>>;
  if (Object.keys(value).length !== FIELDS || !isText(id) || !HEALTHS.has(health)) return undefined;
  const decoded = decodeAttributes(attributes);
  return decoded === undefined ? undefined : { id, health: health as InstanceHealth, attributes: decoded };
}

function decodeAttributes(value: unknown): Attributes | undefined {
  if (!Array.isArray(value)) return undefined;
  const attributes: (readonly [string, string])[] = [];
  for (const pair of value as readonly unknown[]) {
    if (!Array.isArray(pair) || pair.length !== 2) return undefined;
    const [name, text] = pair as readonly unknown[];
    if (!isText(name) || !isText(text)) return undefined;
    attributes.push([name, text]);
  }
  return attributesOf(attributes);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST_TEXT;
}
