import { hash } from 'node:crypto';

/** A value that JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/** JSON with sorted keys and without undefined members: the same value gives the same bytes. */
export function canonicalJson(value: Json): string {
  // The engine's own is several times as fast, and most values are in order already.
  return isInOrder(value) ? JSON.stringify(value) : sortedJson(value);
}

/** Whether each object in it has its keys sorted. */
function isInOrder(value: Json): boolean {
  if (value === null || typeof value !== 'object') return true;
  if (isList(value)) return value.every(isInOrder);
  let before = '';
  for (const key in value) {
    if (key < before) return false;
    before = key;
    const member = value[key];
    if (member !== undefined && !isInOrder(member)) return false;
  }
  return true;
}

function sortedJson(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  return isList(value) ? listJson(value) : objectJson(value);
}

function listJson(list: readonly Json[]): string {
  let json = '[';
  for (const item of list) json += json.length === 1 ? sortedJson(item) : `,${sortedJson(item)}`;
  return `${json}]`;
}

function objectJson(value: { readonly [key: string]: Json | undefined }): string {
  let json = '{';
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member !== undefined) json += `${json.length === 1 ? '' : ','}${JSON.stringify(key)}:${sortedJson(member)}`;
  }
  return `${json}}`;
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
