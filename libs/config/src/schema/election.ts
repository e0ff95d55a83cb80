import { z } from 'zod';
import { duration } from './duration.js';
import { textRule } from './rule.js';
import { dnsLabel } from './text.js';

/** `metadata.name` of a Lease. Source: kubernetes.io/docs/concepts/overview/working-with-objects/names */
const leaseName = textRule('CFG048', 'is not the name of a Lease', (text) =>
  /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(text),
);

/** `election`: whether its times are safe together, and whether there is a store for it, is checked on the outline. */
export const election = z.strictObject({
  /** Redis with `store.redis`, none without. */
  backend: z.enum(['redis', 'kubernetes', 'none']).optional(),
  /** The name follows from `hub.name` unless it is given. */
  kubernetes: z.strictObject({ namespace: dnsLabel.default('isthmus'), leaseName: leaseName.optional() }).optional(),
  lease: duration.prefault('15s'),
  renewDeadline: duration.prefault('10s'),
  retry: duration.prefault('2s'),
});
