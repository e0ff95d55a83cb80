import { CloudMapError } from './cloud-map-error.js';

/** A JSON object whose members are not known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** True for an object that is neither null nor an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text member of a request; InvalidInput when it is missing or empty. */
export function requiredText(input: JsonObject, member: string): string {
  const text = optionalText(input, member);
  if (text === undefined || text === '') throw invalid(`${member} is required`);
  return text;
}

/** A text member of a request that may be absent. */
export function optionalText(input: JsonObject, member: string): string | undefined {
  const value = given(input, member);
  if (value === undefined || typeof value === 'string') return value;
  throw wrongType(member, 'a string');
}

/** An object member of a request that may be absent. */
export function optionalObject(input: JsonObject, member: string): JsonObject | undefined {
  const value = given(input, member);
  if (value === undefined || isJsonObject(value)) return value;
  throw wrongType(member, 'an object');
}

/** An array member of a request; absent reads as empty. */
export function optionalList(input: JsonObject, member: string): readonly unknown[] {
  const value = given(input, member) ?? [];
  if (Array.isArray(value)) return value;
  throw wrongType(member, 'a list');
}

/** A member that maps texts to texts; absent reads as empty. */
export function optionalTexts(input: JsonObject, member: string): Readonly<Record<string, string>> {
  const entries = Object.entries(optionalObject(input, member) ?? {}).map(([key, value]): [string, string] => {
    if (typeof value === 'string') return [key, value];
    throw wrongType(`${member}.${key}`, 'a string');
  });
  return Object.fromEntries(entries);
}

/** A list of texts; absent reads as empty. */
export function optionalTextList(input: JsonObject, member: string): readonly string[] {
  return optionalList(input, member).map((value) => {
    if (typeof value === 'string') return value;
    throw wrongType(member, 'a list of strings');
  });
}

/** The MaxResults of a request, in 1 … `range.most`, or `range.absent` when it names none. */
export function maxResults(input: JsonObject, range: { readonly absent: number; readonly most: number }): number {
  const value = given(input, 'MaxResults') ?? range.absent;
  if (typeof value !== 'number' || !Number.isInteger(value)) throw wrongType('MaxResults', 'an integer');
  if (value < 1 || value > range.most) throw invalid(`MaxResults must be between 1 and ${range.most}`);
  return value;
}

/** One of a fixed set of texts; InvalidInput names the set. */
export function oneOf<Choice extends string>(text: string, choices: readonly Choice[], member: string): Choice {
  const choice = choices.find((candidate) => candidate === text);
  if (choice === undefined) throw invalid(`${member} must be one of ${choices.join(', ')}`);
  return choice;
}

/** InvalidInput with a message. */
export function invalid(message: string): CloudMapError {
  return new CloudMapError('InvalidInput', message);
}

function wrongType(member: string, expected: string): CloudMapError {
  return new CloudMapError('SerializationException', `${member} must be ${expected}`);
}

/** null on the wire means absent; only own members count, so that no name reaches the prototype. */
function given(input: JsonObject, member: string): unknown {
  return Object.hasOwn(input, member) ? (input[member] ?? undefined) : undefined;
}
