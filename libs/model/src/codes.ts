import type { CodeEntry } from './code-entry.js';
import { CLUSTER_CODES } from './cluster-codes.js';
import { HOLD_CODES } from './hold-codes.js';
import { KEEP_CODES, LEFT_OUT_CODES } from './service-codes.js';
import { SOURCE_CODES, TRANSPORT_CODES } from './source-codes.js';
import { STATUS_CODES } from './status-codes.js';
import { STORE_CODES } from './store-codes.js';

export type { CodeEntry, Disposition } from './code-entry.js';

/** Every code and reason, in one place: the same words in logs, metrics, status, lineage and docs. */
export const CODES = {
  ...SOURCE_CODES,
  ...TRANSPORT_CODES,
  ...CLUSTER_CODES,
  ...STORE_CODES,
  ...HOLD_CODES,
  ...KEEP_CODES,
  ...LEFT_OUT_CODES,
  ...STATUS_CODES,
} as const satisfies Record<string, CodeEntry>;

/** A code of the catalogue. */
export type Code = keyof typeof CODES;
/** Why something on a cluster is left as it is. */
export type HoldReason = keyof typeof HOLD_CODES;
/** Why endpoints stay although no reading backs them. */
export type KeepReason = keyof typeof KEEP_CODES;
/** Why an instance or service is not in a cluster. */
export type LeftOutReason = keyof typeof LEFT_OUT_CODES;
