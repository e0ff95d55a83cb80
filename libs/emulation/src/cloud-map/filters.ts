import { CloudMapError } from './cloud-map-error.js';
import { invalid, isJsonObject, oneOf, optionalList, optionalText, optionalTextList, requiredText } from './input.js';
import type { JsonObject } from './input.js';

/** Conditions that filters of listings take; BETWEEN belongs to the dates of ListOperations. */
export type FilterCondition = 'EQ' | 'IN' | 'BEGINS_WITH';

/** One filter of a listing. */
export interface Filter<Name extends string> {
  readonly name: Name;
  readonly condition: FilterCondition;
  readonly values: readonly string[];
}

/** Reads the filters of a listing; `conditions` says which names are allowed, and with which conditions. */
export function readFilters<Name extends string>(
  input: JsonObject,
  conditions: Readonly<Record<Name, readonly FilterCondition[]>>,
): readonly Filter<Name>[] {
  return optionalList(input, 'Filters').map((value) => {
    if (!isJsonObject(value)) throw new CloudMapError('SerializationException', 'Filters must be a list of objects');
    return readFilter(value, conditions);
  });
}

/** True when a value of an item passes the filter. */
export function passes(filter: Filter<string>, value: string): boolean {
  switch (filter.condition) {
    case 'EQ':
    case 'IN':
      return filter.values.includes(value);
    case 'BEGINS_WITH':
      return filter.values.some((prefix) => value.startsWith(prefix));
  }
}

function readFilter<Name extends string>(
  input: JsonObject,
  conditions: Readonly<Record<Name, readonly FilterCondition[]>>,
): Filter<Name> {
  const names = Object.keys(conditions) as Name[];
  const name = oneOf(requiredText(input, 'Name'), names, 'Filters.Name');
  const condition = oneOf(optionalText(input, 'Condition') ?? 'EQ', conditions[name], `Filters.Condition of ${name}`);
  const values = optionalTextList(input, 'Values');
  if (values.length === 0) throw invalid(`Filters.Values of ${name} must not be empty`);
  if (condition !== 'IN' && values.length > 1) throw invalid(`${name} takes one value with ${condition}`);
  return { name, condition, values };
}
