import { Replica } from '@isthmus/federation';
import type { Configuration } from '@isthmus/model';
import { toIsthmusError } from '@isthmus/model';
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
  /** What the replica works by. */
  #configuration: Configuration | undefined;
  #isStopped = false;

  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    private readonly registry: SchedulerRegistry,
  ) {}

  /** Undefined until the application has started. */
  get replica(): Replica | undefined {
    return this.#replica;
  }

  async onApplicationBootstrap(): Promise<void> {
    const { config, directory, connections, ports, elector, store } = this.runtime;
    await directory.follow(config.current, () => this.#takeSecrets());
    const configuration = directory.join(config.current);
    await connections.refresh(configuration.clusters);
    this.#configuration = configuration;
    this.#replica = new Replica(configuration, {
      ports: {
        ...ports,
        connection: (cluster) => connections.of(cluster),
        loopClock: (loop) => registeredClock(this.registry, loop, ports.clock),
      },
      elector,
      store,
      clusterSecrets: () => directory.status(),
    });
    // What the Secrets have told meanwhile.
    if (directory.status() !== null) this.#takeSecrets();
  }

  async onModuleDestroy(): Promise<void> {
    this.#isStopped = true;
    await this.runtime.directory.stop();
    await this.#replica?.stop();
    await this.runtime.connections.retain([]);
    await this.runtime.store.close();
  }

  /** Takes up what changed in the configuration; clusters that are new connect with the next look at the kubeconfigs. */
  async reloadConfiguration(): Promise<void> {
    const { config, directory } = this.runtime;
    if ((await config.refresh()) !== undefined) await directory.follow(config.current, () => this.#takeSecrets());
    this.#configure();
  }

  /** Takes up what changed in the kubeconfigs, and closes the connections that nobody uses any more. */
  async reloadConnections(): Promise<void> {
    if (this.#isStopped) return;
    const { clusters } = this.#configuration ?? this.runtime.config.current;
    await this.runtime.connections.refresh(clusters, ({ name }) => this.#replica?.federation?.reconnect(name));
    if (this.#isStopped) return;
    // Others may have come while this waited for a trial.
    await this.runtime.connections.retain((this.#configuration ?? this.runtime.config.current).clusters);
  }

  #configure(): void {
    const next = this.runtime.directory.join(this.runtime.config.current);
    if (this.#replica === undefined || next === this.#configuration) return;
    this.#configuration = next;
    this.#replica.configure(next);
  }

  /** The Secrets are others now: what they say acts at once, and each cluster by itself. */
  #takeSecrets(): void {
    if (this.#isStopped || this.#replica === undefined) return;
    this.#configure();
    this.reloadConnections().catch((cause: unknown) => {
      const { code, message } = toIsthmusError(cause, 'taking up the Secrets of clusters');
      this.runtime.ports.logger.error('the Secrets of clusters could not be taken up', { code, error: message });
    });
  }
}
