/**
 * The same function, which makes its answer once for each object as long as that object lives. For pure functions of
 * values that are never changed: clusters share such values, and so they share what was made of them.
 */
export function remembered<Key extends object, Value extends object | string>(
  make: (key: Key) => Value,
): (key: Key) => Value {
  const made = new WeakMap<Key, Value>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const value = make(key);
    made.set(key, value);
    return value;
  };
}
