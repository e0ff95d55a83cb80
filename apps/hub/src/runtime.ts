import type { FederationPorts, StoreView } from '@isthmus/federation';
import type { LeaderElector } from '@isthmus/ports';

import type { ClusterDirectory } from './cluster-directory.js';
import type { ConfigFile } from './config-file.js';
import type { Connections } from './connections.js';

/** Metrics as a page for Prometheus. */
export interface MetricsPage {
  readonly contentType: string;
  render(): Promise<string>;
}

/** Everything outside Nest that the hub is made of: Nest wires it, and a test can give another one. */
export interface Runtime {
  readonly config: Pick<ConfigFile, 'current' | 'refresh'>;
  /** Which clusters there are, by the configuration and by Secrets. */
  readonly directory: Pick<ClusterDirectory, 'follow' | 'join' | 'status' | 'stop'>;
  readonly connections: Pick<Connections, 'of' | 'refresh' | 'retain'>;
  readonly ports: Omit<FederationPorts, 'connection' | 'loopClock'>;
  /** Undefined: there is one replica, and it leads. */
  readonly elector: LeaderElector | undefined;
  readonly store: StoreView & {
    /** Hangs up. */
    close(): Promise<void>;
  };
  readonly metricsPage: MetricsPage;
  readonly version: string;
}

/** Injection token of the runtime: it is an interface, so Nest needs a name for it. */
export const RUNTIME = Symbol('Runtime');
