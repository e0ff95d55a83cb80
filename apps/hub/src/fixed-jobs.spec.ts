import 'reflect-metadata';

import { FixedJobs } from './fixed-jobs.js';

/** Where @nestjs/schedule keeps what stands in `@Interval`. */
const INTERVAL = 'SCHEDULE_INTERVAL_OPTIONS';

describe('FixedJobs', () => {
  it.each([
    ['reload', 10_000],
    ['wakeDueSweeps', 1_000],
  ] as const)('%s is done every %i ms: what reloads, readOnly above all, acts within 10 s', (job, ms) => {
    const method: unknown = Object.getOwnPropertyDescriptor(FixedJobs.prototype, job)?.value;
    expect(Reflect.getMetadata(INTERVAL, method as object)).toMatchObject({ timeout: ms });
  });
});
