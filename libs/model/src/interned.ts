/** Below this number of values nobody looks for dead ones. */
const SWEEP_FROM = 1024;

/**
 * The same function, which makes one answer for equal texts as long as somebody holds that answer. For values that many
 * clusters hold and each reads by itself; they are never changed. `undefined` is no answer and made anew each time.
 */
export function interned<Value extends object>(
  make: (text: string) => Value | undefined,
): (text: string) => Value | undefined {
  const made = new Map<string, WeakRef<Value>>();
  let sweepAt = SWEEP_FROM;
  return (text) => {
    const known = made.get(text)?.deref();
    if (known !== undefined) return known;
    if (made.size >= sweepAt) {
      for (const [key, ref] of made) if (ref.deref() === undefined) made.delete(key);
      sweepAt = Math.max(SWEEP_FROM, 2 * made.size);
    }
    const value = make(text);
    if (value !== undefined) made.set(text, new WeakRef(value));
    return value;
  };
}

/** Gives back the value that is held under a key that stands for its content, or puts this one there. */
export function shelfOf<Value extends object>(): (key: string, value: Value) => Value {
  let offered: Value | undefined;
  const held = interned<Value>(() => offered);
  return (key, value) => {
    offered = value;
    const found = held(key) ?? value;
    offered = undefined;
    return found;
  };
}
