import type { ClusterSettings, IsthmusError, Result, SourceSettings } from '@isthmus/model';
import type { ClusterClient, Clock, CloudMapSource, Logger, Metrics, Random, SnapshotStore } from '@isthmus/ports';

import type { DecisionCore } from './cluster-input.js';
import type { Leadership } from './leadership.js';

/** What a federation needs of the world. */
export interface FederationPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly store: SnapshotStore;
  /** Default: this replica leads. */
  readonly leadership?: Leadership;
  /** Whether anything may leave a cluster now; default: always. */
  readonly mayRemove?: () => boolean;
  /** Ms from the start at which each cluster is looked at beside the regular sweeps. */
  readonly relistsAfterMs?: readonly number[];
  /** `keptAttributes`: those of an instance that are needed, sorted; the others may be dropped. */
  readonly createSource: (settings: SourceSettings, keptAttributes: readonly string[]) => CloudMapSource;
  /** The client of a cluster, or why there is none; the same client as long as the connection is the same. */
  readonly connection: (cluster: ClusterSettings) => Result<ClusterClient, IsthmusError>;
  /** Clock of the waits of a loop; default: `clock`. */
  readonly loopClock?: (loop: string) => Clock;
  /** Name of this process, for status. */
  readonly replica: string;
  readonly core?: DecisionCore;
}
