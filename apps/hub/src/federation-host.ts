import { Replica } from '@isthmus/federation';
import { Inject, Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';

import { registeredClock } from './registered-clock.js';
import type { Runtime } from './runtime.js';
import { RUNTIME } from './runtime.js';

/** Starts this replica with the application and stops it before the application's own parts go. */
@Injectable()
export class FederationHost implements OnApplicationBootstrap, OnModuleDestroy {
  #replica: Replica | undefined;

  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    private readonly registry: SchedulerRegistry,
  ) {}

  /** Undefined until the application has started. */
  get replica(): Replica | undefined {
    return this.#replica;
  }

  async onApplicationBootstrap(): Promise<void> {
    const { config, connections, ports, elector, store } = this.runtime;
    await connections.refresh(config.current.clusters);
    this.#replica = new Replica(config.current, {
      ports: {
        ...ports,
        connection: (cluster) => connections.of(cluster),
        loopClock: (loop) => registeredClock(this.registry, loop, ports.clock),
      },
      elector,
      store,
    });
  }

  async onModuleDestroy(): Promise<void> {
    await this.#replica?.stop();
    await this.runtime.connections.retain([]);
    this.runtime.store.close();
  }

  /** Takes up what changed in the configuration; clusters that are new connect with the next look at the kubeconfigs. */
  async reloadConfiguration(): Promise<void> {
    const next = await this.runtime.config.refresh();
    if (next !== undefined) this.#replica?.configure(next);
  }

  /** Takes up what changed in the kubeconfigs, and closes the connections that nobody uses any more. */
  async reloadConnections(): Promise<void> {
    const { config, connections } = this.runtime;
    const changed = await connections.refresh(config.current.clusters);
    for (const { name } of changed) this.#replica?.federation?.reconnect(name);
    await connections.retain(config.current.clusters);
  }
}
