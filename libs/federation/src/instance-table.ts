import type { Attributes, Instance, InstanceHealth, Result } from '@isthmus/model';
import { attributeNames, attributesFromColumns, columnsOf, err, ok } from '@isthmus/model';

/** One instance: its id, its health, which list of names its attributes have, and their values in that order. */
export type InstanceRow = readonly [id: string, health: InstanceHealth, names: number, ...values: string[]];

/** Lists of attribute names, each once: the instances of a document have the same few. */
export class NameLists {
  readonly lists: (readonly string[])[] = [];
  readonly #indexes = new Map<readonly string[], number>();

  rowOf({ id, health, attributes }: Instance): InstanceRow {
    const { names, values } = columnsOf(attributes);
    return [id, health, this.#indexOf(names), ...values];
  }

  #indexOf(names: readonly string[]): number {
    const known = this.#indexes.get(names);
    if (known !== undefined) return known;
    this.#indexes.set(names, this.lists.length);
    return this.lists.push(names) - 1;
  }
}

const HEALTHS: ReadonlySet<unknown> = new Set<InstanceHealth>(['HEALTHY', 'UNHEALTHY', 'UNKNOWN']);
/** What stands in a row before the values. */
const HEADER = 3;
const LONGEST_TEXT = 4096;

/** The lists of names in a JSON value, or what is wrong with them. */
export function decodeNameLists(value: unknown): Result<readonly (readonly string[])[], string> {
  if (!Array.isArray(value)) return err('names are not a list');
  const lists: (readonly string[])[] = [];
  for (const item of value as readonly unknown[]) {
    const names = Array.isArray(item) && item.every(isText) ? attributeNames(item) : undefined;
    if (names === undefined) return err(`names ${lists.length} are not sorted texts`);
    lists.push(names);
  }
  return ok(lists);
}

/**
 * The instances in a JSON value, or what is wrong with them. Checked by hand, because an estate holds hundreds of
 * thousands of these values and a restart waits for them.
 */
export function decodeRows(value: unknown, lists: readonly (readonly string[])[]): Result<readonly Instance[], string> {
  if (!Array.isArray(value)) return err('instances are not a list');
  const instances: Instance[] = [];
  for (const row of value as readonly unknown[]) {
    const instance = Array.isArray(row) ? decodeRow(row, lists) : undefined;
    if (instance === undefined) return err(`instance ${instances.length} is not one of this version`);
    instances.push(instance);
  }
  return ok(instances);
}

function decodeRow(row: readonly unknown[], lists: readonly (readonly string[])[]): Instance | undefined {
  const [id, health, index] = row;
  if (!isText(id) || !HEALTHS.has(health) || typeof index !== 'number') return undefined;
  const attributes = decodeValues(row.slice(HEADER), lists[index]);
  return attributes === undefined ? undefined : { id, health: health as InstanceHealth, attributes };
}

function decodeValues(values: readonly unknown[], names: readonly string[] | undefined): Attributes | undefined {
  if (values.length !== names?.length || !values.every(isText)) return undefined;
  return attributesFromColumns({ names, values });
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST_TEXT;
}
