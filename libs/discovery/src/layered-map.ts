/** Below this size a copy costs nothing that could be saved. */
const LAYERED_FROM = 1_000;
/** Changes that are kept apart from the map below them; more are merged into a new one. */
const LAYER_SIZE = 128;

/**
 * The map with these changes; undefined drops a key. The given map stays as it is. A large one is not copied for each
 * change, because a source of 10,000 services would copy it 10,000 times while it is read for the first time.
 */
export function withChanges<Key, Value>(
  map: ReadonlyMap<Key, Value>,
  changes: ReadonlyMap<Key, Value | undefined>,
): ReadonlyMap<Key, Value> {
  const layer = new Map(map instanceof LayeredMap ? (map as LayeredMap<Key, Value>).layer : []);
  let isDropping = false;
  for (const [key, value] of changes) {
    if (value === undefined) isDropping = true;
    else layer.set(key, value);
  }
  if (isDropping || map.size < LAYERED_FROM || layer.size > LAYER_SIZE) return copyOf(map, changes);
  return new LayeredMap(map instanceof LayeredMap ? (map as LayeredMap<Key, Value>).below : map, layer);
}

function copyOf<Key, Value>(
  map: ReadonlyMap<Key, Value>,
  changes: ReadonlyMap<Key, Value | undefined>,
): ReadonlyMap<Key, Value> {
  const copy = new Map(map);
  for (const [key, value] of changes) {
    if (value === undefined) copy.delete(key);
    else copy.set(key, value);
  }
  return copy;
}

/** A few entries over many: in the order of those below, then the new ones. */
class LayeredMap<Key, Value> implements ReadonlyMap<Key, Value> {
  readonly below: ReadonlyMap<Key, Value>;
  readonly layer: ReadonlyMap<Key, Value>;
  readonly size: number;

  constructor(below: ReadonlyMap<Key, Value>, layer: ReadonlyMap<Key, Value>) {
    this.below = below;
    this.layer = layer;
    let added = 0;
    for (const key of layer.keys()) if (!below.has(key)) added += 1;
    this.size = below.size + added;
  }

  get(key: Key): Value | undefined {
    return this.layer.get(key) ?? this.below.get(key);
  }

  has(key: Key): boolean {
    return this.layer.has(key) || this.below.has(key);
  }

  *entries(): MapIterator<[Key, Value]> {
    for (const [key, value] of this.below) yield [key, this.layer.get(key) ?? value];
    for (const [key, value] of this.layer) if (!this.below.has(key)) yield [key, value];
    return undefined;
  }

  *keys(): MapIterator<Key> {
    for (const [key] of this.entries()) yield key;
    return undefined;
  }

  *values(): MapIterator<Value> {
    for (const [, value] of this.entries()) yield value;
    return undefined;
  }

  [Symbol.iterator](): MapIterator<[Key, Value]> {
    return this.entries();
  }

  forEach(callback: (value: Value, key: Key, map: ReadonlyMap<Key, Value>) => void): void {
    for (const [key, value] of this.entries()) callback(value, key, this);
  }

  /** As pairs. */
  toJSON(): readonly (readonly [Key, Value])[] {
    return [...this];
  }
}
