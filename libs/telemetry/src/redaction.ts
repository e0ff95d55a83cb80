const REDACTED = '[redacted]';
const SECRET_KEY = /token|passw(?:or)?d|secret|authorization|kubeconfig|credential|private.?key|access.?key|cookie/i;
/** Longer texts are cut: a log line is no place for a body. */
const LONGEST_TEXT_CHARS = 8192;
/** Deeper values are not printed. */
const DEEPEST_LEVEL = 6;

/**
 * What a secret looks like inside a text, whatever the key it stands under.
 * Sources: AWS IAM identifiers (access key ids), RFC 6750 (bearer), RFC 7519 (JWT), RFC 7468 (PEM).
 */
const SECRET_TEXTS: readonly { readonly pattern: RegExp; readonly replacement: string }[] = [
  {
    pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
    replacement: REDACTED,
  },
  { pattern: /\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, replacement: `$1 ${REDACTED}` },
  { pattern: /\bk8s-aws-v1\.[\w=-]+/g, replacement: REDACTED },
  { pattern: /\beyJ[\w-]{4,}\.[\w-]+(?:\.[\w-]*)?/g, replacement: REDACTED },
  { pattern: /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b/g, replacement: REDACTED },
  { pattern: /(:\/\/)[^\s/@]+@/g, replacement: `$1${REDACTED}@` },
  {
    pattern: /((?:token|passw(?:or)?d|secret|signature|authorization|credential)[\w-]*["']?\s*=\s*["']?)[^\s"',;&}]+/gi,
    replacement: `$1${REDACTED}`,
  },
  {
    pattern: /((?:token|passw(?:or)?d|secret|authorization|credential)[\w-]*["']?\s*:\s*["'])[^"']+/gi,
    replacement: `$1${REDACTED}`,
  },
  // Without quotes only what has a digit, so that sentences such as "tokenFile: is refused" stay whole.
  {
    pattern: /((?:token|passw(?:or)?d|secret|authorization|credential)[\w-]*\s*:\s*)(?=[^\s"',;&}]*\d)[^\s"',;&}]+/gi,
    replacement: `$1${REDACTED}`,
  },
  // The shape of an AWS secret access key; hashes in hex and names in lower case do not have it.
  {
    pattern: /(?<![\w/+=])(?=[a-z0-9/+]*[A-Z])(?=[A-Z0-9/+]*[a-z])(?=[A-Za-z/+]*\d)[A-Za-z0-9/+]{40}(?![\w/+=])/g,
    replacement: REDACTED,
  },
];

/** The text without what looks like a secret, cut to 8,192 characters. */
export function redactText(text: string): string {
  const clean = SECRET_TEXTS.reduce((rest, { pattern, replacement }) => rest.replaceAll(pattern, replacement), text);
  return clean.length > LONGEST_TEXT_CHARS ? `${clean.slice(0, LONGEST_TEXT_CHARS)}…` : clean;
}

/** The fields with every value under a secret-looking key replaced and every text cleaned, at any depth. */
export function redactFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return redactObject(fields, 0);
}

function redactObject(fields: object, level: number): Record<string, unknown> {
  const entries = Object.entries(fields).map(([key, value]: [string, unknown]) => [
    key,
    redactEntry(key, value, level),
  ]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

function redactEntry(key: string, value: unknown, level: number): unknown {
  if (value === undefined || value === null) return value;
  return SECRET_KEY.test(key) ? REDACTED : redactValue(value, level + 1);
}

function redactValue(value: unknown, level: number): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (level > DEEPEST_LEVEL) return '[deep]';
  if (Array.isArray(value)) return value.map((item: unknown) => redactValue(item, level + 1));
  if (value instanceof Error) return redactText(`${value.name}: ${value.message}`);
  if (value instanceof Date) return value;
  return hasToJson(value) ? redactValue(value.toJSON(), level + 1) : redactObject(value, level);
}

function hasToJson(value: object): value is { toJSON(): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}
