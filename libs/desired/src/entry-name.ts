import type { EntryName, Host } from '@isthmus/model';
import { sha256 } from '@isthmus/model';

const PREFIX = 'cloudmap-';
/** `metadata.name` is a DNS subdomain. Source: kubernetes.io, “Object Names and IDs”. */
const MAX_LENGTH = 253;
const HASH_LENGTH = 10;

/** `cloudmap-<host>`; a host that does not fit is cut and ends in a hash of the whole. */
export function entryNameOf(host: Host): EntryName {
  const name = PREFIX + host;
  if (name.length <= MAX_LENGTH) return name as EntryName;
  const head = name.slice(0, MAX_LENGTH - HASH_LENGTH - 1).replace(/[-.]+$/, '');
  return `${head}-${sha256(host, HASH_LENGTH)}` as EntryName;
}
