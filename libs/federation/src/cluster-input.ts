import type { ClusterSettings, Configuration } from '@isthmus/model';

import type { Decision, DecisionInput } from './decision.js';
import type { manifestOf } from './manifest.js';

/** The pure functions that say what a cluster should get and how an object is sent. */
export interface DecisionCore {
  readonly decideCluster: (input: DecisionInput) => Decision | Promise<Decision>;
  readonly manifestOf: typeof manifestOf;
}

/** The configuration as it is now, and the cluster's part of it. */
export interface ClusterInput {
  readonly configuration: Configuration;
  readonly cluster: ClusterSettings;
}
