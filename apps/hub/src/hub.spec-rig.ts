import type { ClusterSettings, Configuration } from '@isthmus/model';
import { MemorySnapshotStore } from '@isthmus/federation';
import { ok } from '@isthmus/model';
import { PromMetrics, systemClock } from '@isthmus/telemetry';
import {
  cluster,
  configuration,
  FakeClusterClient,
  FakeCloudMap,
  fixedRandom,
  instance,
  recordingLogger,
  source,
} from '@isthmus/testing';
import type { Runtime } from './runtime.js';
import type { RunningHub } from './start-hub.js';
import { startHub } from './start-hub.js';

/** A runtime over fakes, on the machine clock. */
function fakeRuntime() {
  const clock = systemClock;
  const cloudMap = new FakeCloudMap({ clock });
  const client = new FakeClusterClient(clock);
  const logger = recordingLogger();
  const metrics = new PromMetrics();
  const closed: ClusterSettings[][] = [];
  const world = {
    configuration: configuration({ sources: [source()], clusters: [cluster()] }),
    next: undefined as Configuration | undefined,
  };
  const runtime: Runtime = {
    config: {
      get current() {
        return world.configuration;
      },
      refresh: () => Promise.resolve(world.next),
    },
    directory: {
      follow: () => Promise.resolve(),
      join: (configuration) => configuration,
      status: () => null,
      stop: () => Promise.resolve(),
    },
    connections: {
      of: () => ok(client),
      refresh: () => Promise.resolve([]),
      retain: (kept) => {
        closed.push([...kept]);
        return Promise.resolve();
      },
    },
    ports: {
      clock,
      random: fixedRandom(),
      logger,
      metrics,
      store: new MemorySnapshotStore(),
      createSource: () => cloudMap,
      replica: 'hub-0',
    },
    elector: undefined,
    store: {
      kind: 'memory',
      holdsLease: false,
      error: () => undefined,
      leaseError: () => undefined,
      probe: () => Promise.resolve(),
      close: () => Promise.resolve(),
    },
    metricsPage: metrics,
    version: '1.2.3',
  };
  return { clock, cloudMap, client, logger, closed, world, runtime };
}

/** For specs: a hub with everything around it faked; `cart.shop` has one instance. */
export class HubRig {
  readonly #around = fakeRuntime();
  readonly cloudMap = this.#around.cloudMap;
  readonly client = this.#around.client;
  readonly logger = this.#around.logger;
  readonly closed = this.#around.closed;
  readonly world = this.#around.world;
  runtime: Runtime = this.#around.runtime;
  #hub: RunningHub | undefined;

  constructor() {
    this.cloudMap.register('cart.shop', [instance('10.0.0.1')]);
  }

  async start(): Promise<void> {
    this.#hub = await startHub(this.runtime);
  }

  get(path: string): Promise<Response> {
    return fetch(`${this.#hub?.url}${path}`);
  }

  async close(): Promise<void> {
    await this.#hub?.close();
    this.#hub = undefined;
  }
}

/** Waits, in small steps, until something is so; the test runner's own timeout ends a wait that is in vain. */
export async function eventually(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await systemClock.sleep(5);
}
