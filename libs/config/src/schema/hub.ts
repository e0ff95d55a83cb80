import type { HubSettings } from '@isthmus/model';
import { z } from 'zod';
import { dnsLabel } from './text.js';

const http = z.strictObject({
  host: z.string().min(1).default('0.0.0.0'),
  /** 0: any free port. */
  port: z.int().min(0).max(65_535).default(8080),
});

const log = z.strictObject({ level: z.enum(['debug', 'info', 'warn', 'error']).default('info') });

/** `hub`. */
export const hub = z
  .strictObject({
    name: dnsLabel,
    formerNames: z.array(dnsLabel).default([]),
    readOnly: z.boolean().default(false),
    http: http.prefault({}),
    log: log.prefault({}),
  })
  .transform(({ log, ...same }): HubSettings => ({ ...same, logLevel: log.level }));
