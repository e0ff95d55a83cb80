import type { MetricDefinition } from './metric-definition.js';
import { CLUSTER, PROPAGATION_BUCKETS, REQUEST_BUCKETS, STORE_BUCKETS } from './metric-definition.js';
import { SOURCE_METRICS } from './source-metrics.js';

export type { MetricDefinition } from './metric-definition.js';

/** The process and its configuration. */
const HUB_METRICS = [
  {
    name: 'isthmus_build_info',
    type: 'gauge',
    help: 'Always 1; the labels say what is running.',
    labels: ['version', 'revision', 'node_version'],
    mostSets: 1,
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
    help: 'Samples that were counted under “other”, because their metric has as many series as it may have or a label value is too long.',
    labels: [],
  },
  {
    name: 'isthmus_config_last_reload_success_timestamp_seconds',
    type: 'gauge',
    help: 'When a configuration was last accepted.',
    labels: [],
  },
  {
    name: 'isthmus_config_last_reload_successful',
    type: 'gauge',
    help: '1 while the configuration in use is the one of the file, 0 while a newer file is refused or none can be read.',
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

/** What the hub answers over HTTP. */
const HTTP_METRICS = [
  {
    name: 'isthmus_http_requests_total',
    type: 'counter',
    help: 'Requests that were answered, by route as it is declared (unmatched: there is none) and status code.',
    labels: ['route', 'code'],
    mostSets: 40,
  },
  {
    name: 'isthmus_http_request_duration_seconds',
    type: 'histogram',
    help: 'Duration of one answer, from the request to its last byte.',
    labels: ['route'],
    buckets: REQUEST_BUCKETS,
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
    name: 'isthmus_snapshot_written_bytes_total',
    type: 'counter',
    help: 'Bytes of snapshots sent to Redis; what it has already is not sent again.',
    labels: [],
  },
  {
    name: 'isthmus_snapshot_last_commit_timestamp_seconds',
    type: 'gauge',
    help: 'When this replica last saved a snapshot in Redis; a snapshot that did not change is not saved.',
    labels: [],
  },
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
    mostSets: 200,
  },
  {
    name: 'isthmus_apply_total',
    type: 'counter',
    help: 'Writes to a cluster, by operation and result; result is ok or a code of the catalogue of codes.',
    labels: [...CLUSTER, 'operation', 'result'],
    mostSets: 600,
  },
  {
    name: 'isthmus_apply_duration_seconds',
    type: 'histogram',
    help: 'Duration of one write to the API server of a cluster.',
    labels: CLUSTER,
    buckets: REQUEST_BUCKETS,
  },
  {
    name: 'isthmus_prune_approvals_total',
    type: 'counter',
    help: 'Held removals that a person approved.',
    labels: CLUSTER,
  },
  { name: 'isthmus_apply_queue_depth', type: 'gauge', help: 'Writes that wait for their turn.', labels: CLUSTER },
  {
    name: 'isthmus_apply_queue_oldest_seconds',
    type: 'gauge',
    help: 'How long the cluster has had writes that wait without a moment in which none did; 0 when none waits.',
    labels: CLUSTER,
  },
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
    name: 'isthmus_cluster_writes_stopped',
    type: 'gauge',
    help: '1 while nothing is written to the cluster for this reason: observe, read-only, push-off, paused.',
    labels: [...CLUSTER, 'reason'],
    mostSets: 100,
  },
  {
    name: 'isthmus_cluster_holds',
    type: 'gauge',
    help: 'What is left as it is although input says otherwise, by reason; one that ended is 0.',
    labels: [...CLUSTER, 'reason'],
    mostSets: 300,
  },
  {
    name: 'isthmus_cluster_epoch',
    type: 'gauge',
    help: 'Epoch with which this replica writes to the cluster.',
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
  ...HTTP_METRICS,
  ...ELECTION_METRICS,
  ...STORE_METRICS,
  ...SOURCE_METRICS,
  ...CLUSTER_METRICS,
] as const;

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
