import type { EntryName, Host } from '@isthmus/model';
import { sha256 } from '@isthmus/model';

const PREFIX = 'cloudmap-';
/** Before the number of a part. */
const PART = '--p';
/** Part numbers have three digits at most, so that the name of every part fits. */
export const MAX_PARTS = 1000;
/** `metadata.name` is a DNS subdomain of at most 253 characters. Source: kubernetes.io, “Object Names and IDs”. */
const MAX_LENGTH = 253 - `${PART}999`.length;
const HASH_LENGTH = 10;
const NUMBERED = /^(.+)--p([1-9][0-9]{0,2})$/;

/**
 * `cloudmap-<host>`, and for part n of a split host `cloudmap-<host>--p<n>`. A host that does not fit is cut and ends
 * in a hash of the whole, and so does one that reads like a part.
 */
export function entryNameOf(host: Host, part = 0): EntryName {
  return partNameOf(baseName(host) as EntryName, part);
}

/** The name of a part, by the name of part 0. */
export function partNameOf(base: EntryName, part: number): EntryName {
  return (part === 0 ? base : `${base}${PART}${part}`) as EntryName;
}

function baseName(host: Host): string {
  const name = PREFIX + host;
  if (name.length <= MAX_LENGTH && !NUMBERED.test(name)) return name;
  const head = name.slice(0, MAX_LENGTH - HASH_LENGTH - 1).replace(/[-.]+$/, '');
  return `${head}-${sha256(host, HASH_LENGTH)}`;
}

/** The name of part 0 and the number of the part that an entry name stands for. */
export function partOfName(name: EntryName): { readonly base: EntryName; readonly part: number } {
  const [, base, part] = NUMBERED.exec(name) ?? [];
  if (base === undefined || part === undefined) return { base: name, part: 0 };
  return { base: base as EntryName, part: Number(part) };
}

/** The host that a name was made of, where it was not cut; a name that was made otherwise stands for itself. */
export function hostInName(base: EntryName): Host {
  return (base.startsWith(PREFIX) ? base.slice(PREFIX.length) : base) as Host;
}
