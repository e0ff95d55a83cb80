import type { Attributes } from '@isthmus/model';

/** Whether an instance has every attribute that a route's `where` asks for, with exactly that value. */
export function meets(attributes: Attributes, where: ReadonlyMap<string, string>): boolean {
  for (const [key, value] of where) if (attributes.get(key) !== value) return false;
  return true;
}
