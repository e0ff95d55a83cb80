import type { Approval } from '@isthmus/model';
import { clusterName } from '@isthmus/model';
import { z } from 'zod';
import { cluster } from './cluster.js';
import { clusterSecrets } from './cluster-secrets.js';
import { defaults } from './defaults.js';
import { election } from './election.js';
import { hub } from './hub.js';
import { source } from './source.js';
import { store } from './store.js';
import { dnsLabel, removalsHash, time } from './text.js';

const approval = z
  .strictObject({ cluster: dnsLabel, removals: removalsHash, until: time })
  .transform(({ cluster, removals, until }): Approval => ({ cluster: clusterName(cluster), removals, untilMs: until }));

/** `isthmus.yaml` as a whole: every field that is served, with its default. */
export const document = z.strictObject({
  apiVersion: z.literal('isthmus.dev/v1'),
  hub,
  store: store.prefault({}),
  election: election.prefault({}),
  clusterSecrets: clusterSecrets.optional(),
  /** Merged into the entries before they are checked. */
  defaults: defaults.optional(),
  sources: z
    .array(source)
    .default([])
    .transform((sources) => sources.flat()),
  clusters: z.array(cluster).default([]),
  approvals: z.array(approval).default([]),
});

/** The checked file, before places and absolute paths. */
export type CheckedDocument = z.output<typeof document>;

/** JSON Schema (draft 7) of the file as people write it, for editors. */
export function generateSchema(): Record<string, unknown> {
  return z.toJSONSchema(document, { io: 'input', target: 'draft-7' });
}
