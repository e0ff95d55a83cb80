import type { z } from 'zod';
import type { ConfigPath, Finding } from './problem.js';
import { quote } from './problem.js';
import { generateSchema } from './schema/document.js';
import { ruleCode } from './schema/rule.js';
import { suggest } from './suggest.js';

type Issue = z.core.$ZodIssue;

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of fields',
};

const LOWER_WORDS = { inside: 'at least', outside: 'more than' } as const;
const UPPER_WORDS = { inside: 'at most', outside: 'less than' } as const;

/** What the schema found, in the words of the table. `document` is what was checked. */
export function schemaFindings(issues: readonly Issue[], document: unknown): readonly Finding[] {
  return issues.flatMap((issue) => findingsOf(issue, [], document));
}

function findingsOf(issue: Issue, before: ConfigPath, document: unknown): readonly Finding[] {
  const path = [...before, ...issue.path.map((step) => (typeof step === 'number' ? step : String(step)))];
  const value = valueAt(document, path);
  if (value === undefined && issue.code !== 'unrecognized_keys') {
    return [{ code: 'CFG006', path, message: 'is missing' }];
  }
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((name) => unknownField(name, path));
    case 'invalid_union':
      return unionFindings(issue, path, document);
    case 'invalid_type':
      return [wrongType(issue.expected, value, path)];
    case 'invalid_value':
      return [notAllowed(issue.values, value, path)];
    case 'too_small':
      return [outOfLimits(issue.origin, { limit: issue.minimum, isLower: true, inclusive: issue.inclusive }, path)];
    case 'too_big':
      return [outOfLimits(issue.origin, { limit: issue.maximum, isLower: false, inclusive: issue.inclusive }, path)];
    case 'custom':
      return [customFinding(issue, path)];
    case 'invalid_key':
      return issue.issues.map((one) => ({ ...customFinding(one, path), at: 'name' }));
    case 'invalid_format':
    case 'not_multiple_of':
    case 'invalid_element':
    default:
      return [{ code: 'CFG007', path, message: issue.message }];
  }
}

function customFinding(issue: Issue, path: ConfigPath): Finding {
  const code = issue.code === 'custom' ? ruleCode(issue.params) : undefined;
  return { code: code ?? 'CFG007', path, message: issue.message };
}

function unknownField(name: string, around: ConfigPath): Finding {
  const meant = suggest(name, knownFields(around));
  const path = [...around, name];
  const base = { code: 'CFG004', path, message: 'is an unknown field', at: 'name' } as const;
  return meant === undefined ? base : { ...base, remedy: `did you mean ${meant}?` };
}

/** Of the forms that a value can take, the one whose type fits says what is wrong. */
function unionFindings(
  issue: Extract<Issue, { readonly code: 'invalid_union' }>,
  path: ConfigPath,
  document: unknown,
): readonly Finding[] {
  const near = issue.errors.find((issues) => !issues.some(isOfAnotherType));
  if (near) return near.flatMap((inner) => findingsOf(inner, path, document));
  const expected = issue.errors.flatMap((issues) => issues.filter(isOfAnotherType).map(expectation));
  const message = `expected ${[...new Set(expected)].join(' or ')}, found ${describe(valueAt(document, path))}`;
  return [{ code: 'CFG007', path, message, remedy: `write ${[...new Set(expected)].join(' or ')}` }];
}

function isOfAnotherType(issue: Issue): boolean {
  return issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');
}

function expectation(issue: Issue): string {
  if (issue.code === 'invalid_type') return TYPE_NAMES[issue.expected] ?? issue.expected;
  return issue.code === 'invalid_value' ? issue.values.map(String).join(', ') : 'another value';
}

function wrongType(expected: string, value: unknown, path: ConfigPath): Finding {
  const wanted = TYPE_NAMES[expected] ?? expected;
  const message = `expected ${wanted}, found ${describe(value)}`;
  const isUnquoted = expected === 'string' && (typeof value === 'number' || typeof value === 'boolean');
  const remedy = isUnquoted ? 'put it in quotes, or give it its unit (5s, 20%)' : `write ${wanted}`;
  return { code: 'CFG007', path, message, remedy };
}

function notAllowed(values: readonly unknown[], value: unknown, path: ConfigPath): Finding {
  const names = values.map(String);
  const meant = typeof value === 'string' ? suggest(value, names) : undefined;
  const code = path.length === 1 && path[0] === 'apiVersion' ? 'CFG024' : 'CFG008';
  const message = `${quote(isScalar(value) ? value : describe(value))} is not allowed`;
  const list = `write ${names.join(', ')}`.replace(/, ([^,]*)$/, ' or $1');
  return { code, path, message, remedy: meant === undefined ? list : `did you mean ${meant}? ${list}` };
}

function outOfLimits(
  origin: string,
  bound: { readonly limit: number | bigint; readonly isLower: boolean; readonly inclusive: boolean | undefined },
  path: ConfigPath,
): Finding {
  if (origin === 'array') {
    const message = 'is an empty list, which selects nothing';
    return { code: 'CFG009', path, message, remedy: 'leave the list out for its default, or add an entry' };
  }
  if (origin === 'string' && bound.isLower)
    return { code: 'CFG009', path, message: 'is empty', remedy: 'write a value or leave it out' };
  if (origin === 'string') return { code: 'CFG009', path, message: `is longer than ${bound.limit} characters` };
  const words = bound.isLower ? LOWER_WORDS : UPPER_WORDS;
  return {
    code: 'CFG009',
    path,
    message: `must be ${words[bound.inclusive === false ? 'outside' : 'inside']} ${bound.limit}`,
  };
}

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'object') return 'a map of fields';
  return typeof value === 'string' ? 'text' : 'a number';
}

function valueAt(document: unknown, path: ConfigPath): unknown {
  let value = document;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

/** The part of a JSON Schema that names fields. */
interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
}

let tree: SchemaNode | undefined;
const fieldTree = (): SchemaNode => (tree ??= generateSchema());

function knownFields(path: ConfigPath): readonly string[] {
  let node: SchemaNode | undefined = fieldTree();
  for (const step of path) {
    node = typeof step === 'number' ? node?.items : node?.properties?.[step];
    node = node?.anyOf?.find((form) => form.properties !== undefined) ?? node;
  }
  return Object.keys(node?.properties ?? {});
}
