import type { ConfigPath, Finding } from './problem.js';

/** A field of the external contract whose part is not built into this version. */
export interface UnservedField {
  /** `sources[].health`: `[]` stands for every entry of a list. */
  readonly path: string;
  /** What to do, where it is more than to remove the field. */
  readonly remedy?: string;
}

const HERE = 'remove it; this version has no such setting';

/** Every field that is refused by its name, so that nobody takes a setting without effect for a typing error. */
export const UNSERVED_FIELDS: readonly UnservedField[] = [
  { path: 'election.kubernetes', remedy: 'remove it; this version keeps the lease in Redis' },
];

/** Takes every field that is not served out of a document, which is changed, and says so for each. */
export function takeUnserved(document: unknown): readonly Finding[] {
  return UNSERVED_FIELDS.flatMap((field) =>
    [field.path, inDefaults(field.path)]
      .filter((path) => path !== undefined)
      .flatMap((path) => take(document, path.replaceAll('[]', '.[]').split('.'), []))
      .map((path) => findingOf(field, path)),
  );
}

/** Where the field of an entry stands among the defaults. */
function inDefaults(path: string): string | undefined {
  const inEntry = /^(source|cluster)s\[\]\./.exec(path);
  return inEntry === null ? undefined : `defaults.${inEntry[1]}.${path.slice(inEntry[0].length)}`;
}

function findingOf(field: UnservedField, path: ConfigPath): Finding {
  return {
    code: 'CFG005',
    path,
    message: 'is not served by this version',
    remedy: field.remedy ?? HERE,
    at: 'name',
  };
}

function take(value: unknown, steps: readonly string[], path: ConfigPath): readonly ConfigPath[] {
  const [step, ...rest] = steps;
  if (step === undefined || typeof value !== 'object' || value === null) return [];
  if (step === '[]') {
    return Array.isArray(value) ? value.flatMap((item, index) => take(item, rest, [...path, index])) : [];
  }
  const fields = value as Record<string, unknown>;
  if (!Object.hasOwn(fields, step)) return [];
  if (rest.length > 0) return take(fields[step], rest, [...path, step]);
  delete fields[step];
  return [[...path, step]];
}
