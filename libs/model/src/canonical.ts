import { hash } from 'node:crypto';

/** A value that JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/** JSON with sorted keys and without undefined members: the same value gives the same bytes. */
export function canonicalJson(value: Json): string {
  if (typeof value === 'string') return quoted(value);
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  return isList(value) ? listJson(value) : objectJson(value);
}

function listJson(list: readonly Json[]): string {
  let json = '[';
  for (const item of list) json += json.length === 1 ? canonicalJson(item) : `,${canonicalJson(item)}`;
  return `${json}]`;
}

function objectJson(value: { readonly [key: string]: Json | undefined }): string {
  let json = '{';
  for (const key of sortedKeys(value)) {
    const member = value[key];
    if (member !== undefined) json += `${json.length === 1 ? '' : ','}${quoted(key)}:${canonicalJson(member)}`;
  }
  return `${json}}`;
}

/** Most objects are small and sorted already: looking is cheaper than sorting. */
function sortedKeys(value: object): readonly string[] {
  const keys = Object.keys(value);
  for (let i = 1; i < keys.length; i++) {
    if ((keys[i - 1] ?? '') > (keys[i] ?? '')) return keys.sort();
  }
  return keys;
}

/** Printable ASCII without quotes and backslashes stands for itself in JSON. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

function isList(value: readonly Json[] | { readonly [key: string]: Json | undefined }): value is readonly Json[] {
  return Array.isArray(value);
}

/** SHA-256 of a text, hex, cut to `length` digits, an even number. */
export function sha256(text: string, length = 64): string {
  if (length === 64) return hash('sha256', text, 'hex');
  // Not a slice of the whole digest, which would be kept with it.
  return hash('sha256', text, 'buffer').toString('hex', 0, length / 2);
}

/** Order of two texts by code unit, the same on every machine (`localeCompare` is not). */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
