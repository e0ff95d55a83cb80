/** One row of the catalogue: all that there is to know about a metric before its first sample. */
export interface MetricDefinition {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds in seconds; histograms only. */
  readonly buckets?: readonly number[];
}

const SOURCE = ['account', 'region'] as const;
const CLUSTER = ['cluster'] as const;
/** A call to AWS or to an API server: from one round trip nearby to the longest timeout. */
const REQUEST_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20] as const;
/** A command to Redis: from one round trip nearby to the longest timeout. */
const STORE_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] as const;
/** From a change in Cloud Map to a cluster; 30 s is the objective. */
const PROPAGATION_BUCKETS = [0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600] as const;

/** The process and its configuration. */
const HUB_METRICS = [
  {
    name: 'isthmus_build_info',
    type: 'gauge',
    help: 'Always 1; the labels say what is running.',
    labels: ['version', 'revision', 'node_version'],
  },
  {
    name: 'isthmus_config_generation',
    type: 'gauge',
    help: 'Grows by one with each configuration that was accepted since the start.',
    labels: [],
  },
  {
    name: 'isthmus_metrics_dropped_labels_total',
    type: 'counter',
    help: 'Samples that were counted under “other”, because their metric has 2,000 series or a label value is too long.',
    labels: [],
  },
  {
    name: 'isthmus_config_last_reload_success_timestamp_seconds',
    type: 'gauge',
    help: 'When a configuration was last accepted.',
    labels: [],
  },
  { name: 'isthmus_leader_is_leader', type: 'gauge', help: '1 while this replica is the leader, else 0.', labels: [] },
  {
    name: 'isthmus_leader_epoch',
    type: 'gauge',
    help: 'Epoch of the current term as this replica sees it.',
    labels: [],
  },
] as const satisfies readonly MetricDefinition[];

/** The leader's lease. */
const ELECTION_METRICS = [
  {
    name: 'isthmus_leader_deadline_seconds',
    type: 'gauge',
    help: 'For how long this replica may still write without another renewal; 0 while it does not lead.',
    labels: [],
  },
  {
    name: 'isthmus_lease_up',
    type: 'gauge',
    help: '1 while the Lease in Kubernetes can be used, else 0; absent when the lease is not there.',
    labels: [],
  },
  {
    name: 'isthmus_leader_transitions_total',
    type: 'counter',
    help: 'Terms of this replica that began or ended.',
    labels: ['to'],
  },
  {
    name: 'isthmus_leader_renew_failures_total',
    type: 'counter',
    help: 'Renewals that failed, by code of the catalogue of codes; lost: another replica has the lease.',
    labels: ['reason'],
  },
  {
    name: 'isthmus_leader_renew_duration_seconds',
    type: 'histogram',
    help: 'Duration of one renewal.',
    labels: [],
    buckets: STORE_BUCKETS,
  },
] as const satisfies readonly MetricDefinition[];

/** The store of snapshots. */
const STORE_METRICS = [
  {
    name: 'isthmus_redis_up',
    type: 'gauge',
    help: '1 while Redis answers as it should, else 0; absent without store.redis.',
    labels: [],
  },
  {
    name: 'isthmus_redis_errors_total',
    type: 'counter',
    help: 'Commands that failed, by code of the catalogue of codes.',
    labels: ['code'],
  },
  {
    name: 'isthmus_redis_command_duration_seconds',
    type: 'histogram',
    help: 'Duration of one command or script.',
    labels: ['command'],
    buckets: STORE_BUCKETS,
  },
  {
    name: 'isthmus_snapshot_commits_total',
    type: 'counter',
    help: 'Attempts to save a snapshot in Redis: saved, conflict (another replica saved), missing (Redis lost data).',
    labels: ['result'],
  },
] as const satisfies readonly MetricDefinition[];

/** Reading Cloud Map. `account` is `unknown` until it is configured or known. */
const SOURCE_METRICS = [
  {
    name: 'isthmus_source_requests_total',
    type: 'counter',
    help: 'Attempts to call Cloud Map, retries included; code is ok or a code of the catalogue of codes.',
    labels: [...SOURCE, 'operation', 'code'],
  },
  {
    name: 'isthmus_source_request_duration_seconds',
    type: 'histogram',
    help: 'Duration of one attempt to call Cloud Map, without the wait for the rate limit.',
    labels: ['region', 'operation'],
    buckets: REQUEST_BUCKETS,
  },
  {
    name: 'isthmus_source_reads_total',
    type: 'counter',
    help: 'Polls that ended, by result: complete, partial or failed.',
    labels: [...SOURCE, 'result'],
  },
  {
    name: 'isthmus_source_last_complete_read_timestamp_seconds',
    type: 'gauge',
    help: 'When the catalogue of the source was last read completely.',
    labels: SOURCE,
  },
  {
    name: 'isthmus_source_services',
    type: 'gauge',
    help: 'Cloud Map services in the snapshot of the source.',
    labels: SOURCE,
  },
  {
    name: 'isthmus_source_instances',
    type: 'gauge',
    help: 'Cloud Map instances in the snapshot of the source, by health.',
    labels: [...SOURCE, 'health'],
  },
  {
    name: 'isthmus_source_state',
    type: 'gauge',
    help: '1 for the state that the source is in (fresh, stale, frozen, throttled, denied, unread), 0 for the others.',
    labels: [...SOURCE, 'state'],
  },
  {
    name: 'isthmus_source_rejected_total',
    type: 'counter',
    help: 'Services and instances that were left out, by reason.',
    labels: [...SOURCE, 'reason'],
  },
  {
    name: 'isthmus_source_revision_regressions_total',
    type: 'counter',
    help: 'Answers that were older than one accepted before.',
    labels: SOURCE,
  },
  {
    name: 'isthmus_snapshot_version',
    type: 'gauge',
    help: 'Version of the snapshot of the source; grows with each change of content.',
    labels: SOURCE,
  },
] as const satisfies readonly MetricDefinition[];

/** Writing to clusters. */
const CLUSTER_METRICS = [
  {
    name: 'isthmus_plan_objects',
    type: 'gauge',
    help: 'Objects in the latest plan, by action: create, update, mark, delete, hold.',
    labels: [...CLUSTER, 'action'],
  },
  {
    name: 'isthmus_prune_blocked',
    type: 'gauge',
    help: '1 while removals of a region are held on a cluster for this reason.',
    labels: [...CLUSTER, 'region', 'reason'],
  },
  {
    name: 'isthmus_apply_total',
    type: 'counter',
    help: 'Writes to a cluster, by operation and result; result is ok or a code of the catalogue of codes.',
    labels: [...CLUSTER, 'operation', 'result'],
  },
  {
    name: 'isthmus_apply_duration_seconds',
    type: 'histogram',
    help: 'Duration of one request to the API server of a cluster.',
    labels: [...CLUSTER, 'operation'],
    buckets: REQUEST_BUCKETS,
  },
  { name: 'isthmus_apply_queue_depth', type: 'gauge', help: 'Writes that wait for their turn.', labels: CLUSTER },
  { name: 'isthmus_cluster_up', type: 'gauge', help: '1 while the API server answers, else 0.', labels: CLUSTER },
  {
    name: 'isthmus_cluster_managed_objects',
    type: 'gauge',
    help: 'ServiceEntries of this hub that the cluster holds.',
    labels: CLUSTER,
  },
  {
    name: 'isthmus_cluster_out_of_sync_objects',
    type: 'gauge',
    help: 'ServiceEntries that differ from what they should be.',
    labels: CLUSTER,
  },
  {
    name: 'isthmus_cluster_last_full_sync_timestamp_seconds',
    type: 'gauge',
    help: 'When the cluster last held all that it should.',
    labels: CLUSTER,
  },
  {
    name: 'isthmus_cluster_tls_connects_total',
    type: 'counter',
    help: 'TLS connections opened to the API server.',
    labels: CLUSTER,
  },
  {
    name: 'isthmus_cluster_credential_expiry_timestamp_seconds',
    type: 'gauge',
    help: 'When the credential of the cluster ends, where its token or certificate says so.',
    labels: CLUSTER,
  },
  {
    name: 'isthmus_cluster_secrets_up',
    type: 'gauge',
    help: '1 while the Secrets with kubeconfigs are watched, else 0; absent without them.',
    labels: [],
  },
  {
    name: 'isthmus_cluster_breaker_open',
    type: 'gauge',
    help: '1 while the cluster is left alone after several failures, else 0.',
    labels: CLUSTER,
  },
  {
    name: 'isthmus_propagation_duration_seconds',
    type: 'histogram',
    help: 'From the reading that showed a change to the write that carried it to the cluster.',
    labels: CLUSTER,
    buckets: PROPAGATION_BUCKETS,
  },
] as const satisfies readonly MetricDefinition[];

/** Every metric of the hub; one that is not here does not exist. */
export const METRICS = [
  ...HUB_METRICS,
  ...ELECTION_METRICS,
  ...STORE_METRICS,
  ...SOURCE_METRICS,
  ...CLUSTER_METRICS,
] as const;

/** Name of a declared metric. */
export type MetricName = (typeof METRICS)[number]['name'];

const FORBIDDEN_LABELS: ReadonlySet<string> = new Set([
  'service',
  'host',
  'instance',
  'ip',
  'address',
  'name',
  'object',
  'namespace',
  'error',
  'message',
]);

/** Whether a label would make one series per service, host, instance, object or error text; the number of series must not grow with the data. */
export function isForbiddenLabel(label: string): boolean {
  return FORBIDDEN_LABELS.has(label);
}
