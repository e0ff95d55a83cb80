/** One row of the catalogue: all that there is to know about a metric before its first sample. */
export interface MetricDefinition {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds in seconds; histograms only. */
  readonly buckets?: readonly number[];
  /** Most sets of label values that are kept; absent: what `series-budget.ts` reckons for the labels. */
  readonly mostSets?: number;
}

export const SOURCE = ['account', 'region'] as const;
export const CLUSTER = ['cluster'] as const;
/** A call to AWS or to an API server: from one round trip nearby to a timeout. Few, because each is a series per cluster. */
export const REQUEST_BUCKETS = [0.05, 0.1, 0.5, 2.5, 10] as const;
/** A command to Redis, or an answer of the hub itself: from one round trip nearby to the longest timeout. */
export const STORE_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] as const;
/** From a change in Cloud Map to a cluster; 30 s is the objective. */
export const PROPAGATION_BUCKETS = [0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600] as const;
