/** Every value that stood in the list before, with its position; undefined values repeat nothing. */
export function repeats<Value extends string | number>(
  values: readonly (Value | undefined)[],
): readonly { readonly index: number; readonly value: Value }[] {
  const seen = new Set<Value>();
  return values.flatMap((value, index) => {
    if (value === undefined) return [];
    if (seen.has(value)) return [{ index, value }];
    seen.add(value);
    return [];
  });
}
