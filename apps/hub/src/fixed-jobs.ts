import { toIsthmusError } from '@isthmus/model';
import { Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';

import { FederationHost } from './federation-host.js';
import type { Runtime } from './runtime.js';
import { RUNTIME } from './runtime.js';
import { SerialJob } from './serial-job.js';

const SWEEP_CHECK_MS = 1_000;
const RELOAD_MS = 10_000;
const GAUGES_MS = 10_000;
const STORE_MS = 10_000;

/** What happens at fixed intervals, whatever the loops do. */
@Injectable()
export class FixedJobs {
  readonly #configuration = new SerialJob(() =>
    this.#attempt('the configuration', () => this.host.reloadConfiguration()),
  );

  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    private readonly host: FederationHost,
  ) {}

  @Interval('sweeps', SWEEP_CHECK_MS)
  wakeDueSweeps(): void {
    this.host.replica?.federation?.wakeDueSweeps();
  }

  @Interval('gauges', GAUGES_MS)
  report(): void {
    this.host.replica?.report();
  }

  /** It is asked often, and done when it is time to. */
  @Interval('store', STORE_MS)
  async nameSources(): Promise<void> {
    await this.host.replica?.nameSources();
  }

  /**
   * Reads configuration and kubeconfigs again. Trying a new credential can take long, which must not keep a new
   * configuration, `readOnly` above all, from being heeded; each cluster has a job of its own.
   */
  @Interval('reload', RELOAD_MS)
  async reload(): Promise<void> {
    await this.#configuration.run();
    await this.#attempt('the kubeconfigs', () => this.host.reloadConnections());
  }

  async #attempt(job: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (cause) {
      const { code, message } = toIsthmusError(cause, `reading ${job} again`);
      const fields = { job, code, error: message };
      this.runtime.ports.logger.error('a fixed job failed and will be repeated', fields);
    }
  }
}
