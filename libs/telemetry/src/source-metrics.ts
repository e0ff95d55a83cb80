import type { MetricDefinition } from './metric-definition.js';
import { REQUEST_BUCKETS, SOURCE } from './metric-definition.js';

/** Reading Cloud Map. `account` is `unknown` until it is configured or known. */
export const SOURCE_METRICS = [
  {
    name: 'isthmus_source_requests_total',
    type: 'counter',
    help: 'Attempts to call Cloud Map, retries included; code is ok or a code of the catalogue of codes.',
    labels: [...SOURCE, 'operation', 'code'],
    mostSets: 800,
  },
  {
    name: 'isthmus_source_request_duration_seconds',
    type: 'histogram',
    help: 'Duration of one attempt to call Cloud Map, without the wait for the rate limit.',
    labels: ['region', 'operation'],
    mostSets: 148,
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
    name: 'isthmus_source_paused',
    type: 'gauge',
    help: '1 while a person has paused the source, else 0.',
    labels: SOURCE,
  },
  {
    name: 'isthmus_source_rejected_total',
    type: 'counter',
    help: 'Services and instances that were left out, by reason.',
    labels: [...SOURCE, 'reason'],
    mostSets: 300,
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
