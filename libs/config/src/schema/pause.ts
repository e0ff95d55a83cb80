import type { Pause } from '@isthmus/model';
import { z } from 'zod';
import { time } from './text.js';

/** `paused`: why, and until when; it ends by itself. */
export const pause = z
  .strictObject({ reason: z.string().min(1).max(500), until: time })
  .transform(({ reason, until }): Pause => ({ reason, untilMs: until }));
