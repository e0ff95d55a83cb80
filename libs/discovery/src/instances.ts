import { attributesOf, canonicalJson, compareText } from '@isthmus/model';
import type { Attributes, Instance } from '@isthmus/model';

/** Instances in their one order, by id; Cloud Map answers in random order. */
export function sortInstances(instances: readonly Instance[]): readonly Instance[] {
  const byId = new Map<string, Instance>();
  for (const instance of [...instances].sort(compareInstances)) byId.set(instance.id, instance);
  return [...byId.values()];
}

/** The answered instances, but the known ones where they are equal; the known list itself when all are. Both sorted. */
export function replaceInstances(known: readonly Instance[], answered: readonly Instance[]): readonly Instance[] {
  const byId = new Map(known.map((instance) => [instance.id, instance]));
  const next = answered.map((instance) => keepEqual(byId.get(instance.id), instance));
  return isSameList(known, next) ? known : next;
}

/** The known and the answered instances together, the answered one where both have it. Both sorted. */
export function mergeInstances(known: readonly Instance[], answered: readonly Instance[]): readonly Instance[] {
  const byId = new Map(known.map((instance) => [instance.id, instance]));
  for (const instance of answered) byId.set(instance.id, keepEqual(byId.get(instance.id), instance));
  const next = [...byId.values()].sort((a, b) => compareText(a.id, b.id));
  return isSameList(known, next) ? known : next;
}

function keepEqual(known: Instance | undefined, answered: Instance): Instance {
  if (known !== undefined && isEqual(known, answered)) return known;
  return { ...answered, attributes: attributesOf(answered.attributes) };
}

function isSameList(a: readonly Instance[], b: readonly Instance[]): boolean {
  return a.length === b.length && a.every((instance, index) => instance === b[index]);
}

function isEqual(a: Instance, b: Instance): boolean {
  if (a.health !== b.health || a.attributes.size !== b.attributes.size) return false;
  for (const [name, value] of a.attributes) if (b.attributes.get(name) !== value) return false;
  return true;
}

/** By id; an id that is answered twice, which Cloud Map should not do, is settled by content and not by order. */
function compareInstances(a: Instance, b: Instance): number {
  return compareText(a.id, b.id) || compareText(textOf(a), textOf(b));
}

function textOf({ health, attributes }: Instance): string {
  return canonicalJson([health, sortedAttributes(attributes)]);
}

function sortedAttributes(attributes: Attributes): readonly (readonly [string, string])[] {
  return [...attributes].sort(([a], [b]) => compareText(a, b));
}
