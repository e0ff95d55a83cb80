import { z } from 'zod';
import { duration } from './duration.js';

/** `election`: whether its times are safe together, and whether there is a store for it, is checked on the outline. */
export const election = z.strictObject({
  /** Redis with `store.redis`, none without. */
  backend: z.enum(['redis', 'none']).optional(),
  lease: duration.prefault('15s'),
  renewDeadline: duration.prefault('10s'),
  retry: duration.prefault('2s'),
});
