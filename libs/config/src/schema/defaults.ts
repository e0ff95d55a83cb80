import { z } from 'zod';
import { clusterFields } from './cluster.js';
import { targetFields } from './route.js';
import { sourceFields } from './source.js';

/**
 * `defaults`: any field of an entry but its name. It is merged into the entries before they are checked, so what it
 * says counts only there; here it is read so that a mistake shows even when no entry uses it.
 */
export const defaults = z.strictObject({
  source: sourceFields.omit({ name: true }).partial().optional(),
  cluster: clusterFields.omit({ name: true }).partial().optional(),
  to: targetFields.optional(),
});
