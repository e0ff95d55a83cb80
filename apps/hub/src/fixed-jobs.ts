import { toIsthmusError } from '@isthmus/model';
import { Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';

import { FederationHost } from './federation-host.js';
import type { Runtime } from './runtime.js';
import { RUNTIME } from './runtime.js';

const SWEEP_CHECK_MS = 1_000;
const RELOAD_MS = 10_000;
const GAUGES_MS = 10_000;

/** What happens at fixed intervals, whatever the loops do. */
@Injectable()
export class FixedJobs {
  #reload: Promise<void> | undefined;

  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    private readonly host: FederationHost,
  ) {}

  @Interval('sweeps', SWEEP_CHECK_MS)
  wakeDueSweeps(): void {
    this.host.federation?.wakeDueSweeps();
  }

  @Interval('gauges', GAUGES_MS)
  report(): void {
    this.host.federation?.report();
  }

  /** Never overlaps: an interval of Nest does not wait for the run before. */
  @Interval('reload', RELOAD_MS)
  async reload(): Promise<void> {
    this.#reload ??= this.host
      .reload()
      .catch((cause: unknown) => {
        const { code, message } = toIsthmusError(cause, 'reading the configuration again');
        this.runtime.ports.logger.error('a fixed job failed and will be repeated', {
          job: 'reload',
          code,
          error: message,
        });
      })
      .finally(() => {
        this.#reload = undefined;
      });
    await this.#reload;
  }
}
