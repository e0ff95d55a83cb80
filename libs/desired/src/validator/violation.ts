/** One rule that an entry breaks. */
export interface Violation {
  /** As `spec.endpoints[3].ports.http`. */
  readonly path: string;
  readonly problem: string;
}

/** Takes note of a violation. Rules call it instead of building lists, because nearly every entry breaks none. */
export type Refuse = (path: string, problem: string) => void;

/** The indices of items that stand in a list before. */
export function repeatsOf(items: readonly (string | number)[]): readonly number[] {
  if (new Set(items).size === items.length) return [];
  return items.flatMap((item, index) => (items.indexOf(item) < index ? [index] : []));
}
