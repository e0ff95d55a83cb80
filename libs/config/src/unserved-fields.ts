import type { ConfigPath, Finding } from './problem.js';

/** A field of the external contract whose part is not built into this version. */
export interface UnservedField {
  /** `sources[].health`: `[]` stands for every entry of a list. */
  readonly path: string;
  /** The served field beside it that does without; a missing one is then not reported as well. */
  readonly instead?: string;
  /** What to do, where it is more than to remove the field. */
  readonly remedy?: string;
}

const HERE = 'remove it; this version has no such setting';
const CHAIN = "remove it; this version takes credentials from the SDK's own chain";

/** Every field that is refused by its name, so that nobody takes a setting without effect for a typing error. */
export const UNSERVED_FIELDS: readonly UnservedField[] = [
  { path: 'election.kubernetes', remedy: 'remove it; this version keeps the lease in Redis' },
  { path: 'clusterSecrets', remedy: 'remove it, and name each kubeconfig by kubeconfig.file' },
  { path: 'sources[].credentials.webIdentity', remedy: CHAIN },
  { path: 'clusters[].kubeconfig.secret', instead: 'file', remedy: 'write kubeconfig: { file: ./cluster.yaml }' },
  { path: 'clusters[].kubeconfig.key', instead: 'file', remedy: 'write kubeconfig: { file: ./cluster.yaml }' },
  { path: 'clusters[].auth', remedy: 'remove it; the kubeconfig must hold the credential' },
];

/** A field that was taken out of the document. */
export interface Refusal {
  readonly finding: Finding;
  /** Path of a served field that need not be missed. */
  readonly instead: ConfigPath | undefined;
}

/** Takes every field that is not served out of a document, which is changed, and says so for each. */
export function takeUnserved(document: unknown): readonly Refusal[] {
  return UNSERVED_FIELDS.flatMap((field) =>
    [field.path, inDefaults(field.path)]
      .filter((path) => path !== undefined)
      .flatMap((path) => take(document, path.replaceAll('[]', '.[]').split('.'), []))
      .map((path) => refusal(field, path)),
  );
}

/** Where the field of an entry stands among the defaults. */
function inDefaults(path: string): string | undefined {
  const inEntry = /^(source|cluster)s\[\]\./.exec(path);
  return inEntry === null ? undefined : `defaults.${inEntry[1]}.${path.slice(inEntry[0].length)}`;
}

function refusal(field: UnservedField, path: ConfigPath): Refusal {
  return {
    finding: {
      code: 'CFG005',
      path,
      message: 'is not served by this version',
      remedy: field.remedy ?? HERE,
      at: 'name',
    },
    instead: field.instead === undefined ? undefined : [...path.slice(0, -1), field.instead],
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
