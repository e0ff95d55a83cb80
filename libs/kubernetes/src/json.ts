/** Untrusted JSON that is known to be an object. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** True for an object, false for a list, null or a scalar. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The text as a JSON object; undefined when it is none. */
export function parseObject(text: string): JsonRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
