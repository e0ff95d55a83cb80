// The Grafana dashboard as data: rows of panels, each with its expressions. `npm run docs` writes it to deploy/dashboards.

const HUB = 'namespace=~"$namespace", job=~"$job"';
/** Sources and clusters are the leader's; the other replica has none, and for a moment both have them. */
const ONE = 'namespace, job';
const quantile = (q, by, metric) =>
  `histogram_quantile(${q}, sum by (le, ${by}) (rate(${metric}_bucket{${HUB}}[$__rate_interval])))`;

const ROWS = [
  {
    title: 'Health',
    panels: [
      [
        'stat',
        'Leaders',
        [`sum(isthmus_leader_is_leader{${HUB}})`],
        { thresholds: [['red'], ['green', 1], ['red', 2]] },
      ],
      ['stat', 'Epoch', [`max(isthmus_leader_epoch{${HUB}})`]],
      ['stat', 'Replicas', [`count(isthmus_build_info{${HUB}})`]],
      [
        'stat',
        'Clusters up',
        [
          `sum(max by (${ONE}, cluster) (isthmus_cluster_up{${HUB}})) / count(max by (${ONE}, cluster) (isthmus_cluster_up{${HUB}}))`,
        ],
        { unit: 'percentunit', thresholds: [['red'], ['green', 1]] },
      ],
      [
        'stat',
        'Sources fresh',
        [
          `sum(max by (${ONE}, account, region) (isthmus_source_state{${HUB}, state="fresh"})) / count(max by (${ONE}, account, region) (isthmus_source_state{${HUB}, state="fresh"}))`,
        ],
        { unit: 'percentunit', thresholds: [['red'], ['green', 1]] },
      ],
      [
        'stat',
        'Changes within 30 s, 28 days',
        [
          `sum(increase(isthmus_propagation_duration_seconds_bucket{${HUB}, le="30"}[28d])) / sum(increase(isthmus_propagation_duration_seconds_count{${HUB}}[28d]))`,
        ],
        { unit: 'percentunit', thresholds: [['red'], ['green', 0.995]] },
      ],
    ],
  },
  {
    title: 'Freshness of the sources',
    panels: [
      [
        'heatmap',
        'Age of the last complete reading',
        [
          [
            `time() - max by (account, region) (isthmus_source_last_complete_read_timestamp_seconds{${HUB}})`,
            '{{account}} {{region}}',
          ],
        ],
        { unit: 's', wide: true },
      ],
      [
        'state',
        'State',
        [[`max by (account, region, state) (isthmus_source_state{${HUB}}) == 1`, '{{account}} {{region}} {{state}}']],
      ],
      ['time', 'Instances', [[`sum by (region, health) (isthmus_source_instances{${HUB}})`, '{{region}} {{health}}']]],
      ['time', 'Services', [[`max by (account, region) (isthmus_source_services{${HUB}})`, '{{account}} {{region}}']]],
      [
        'time',
        'Readings',
        [[`sum by (result) (rate(isthmus_source_reads_total{${HUB}}[$__rate_interval]))`, '{{result}}']],
        { unit: 'ops' },
      ],
    ],
  },
  {
    title: 'Propagation, from the reading to the cluster',
    panels: [
      [
        'time',
        'p50',
        [[quantile(0.5, 'cluster', 'isthmus_propagation_duration_seconds'), '{{cluster}}']],
        { unit: 's' },
      ],
      [
        'time',
        'p99',
        [[quantile(0.99, 'cluster', 'isthmus_propagation_duration_seconds'), '{{cluster}}']],
        { unit: 's' },
      ],
      [
        'time',
        'Objects written',
        [
          [
            `sum by (cluster, operation) (rate(isthmus_apply_total{${HUB}, result="ok"}[$__rate_interval]))`,
            '{{cluster}} {{operation}}',
          ],
        ],
        { unit: 'ops' },
      ],
      [
        'time',
        'Duration of a write, p99',
        [[quantile(0.99, 'cluster', 'isthmus_apply_duration_seconds'), '{{cluster}}']],
        { unit: 's' },
      ],
    ],
  },
  {
    title: 'Clusters',
    panels: [
      [
        'table',
        'Clusters',
        [
          [`max by (cluster) (isthmus_cluster_up{${HUB}})`, 'up'],
          [`max by (cluster) (isthmus_cluster_managed_objects{${HUB}})`, 'objects'],
          [`max by (cluster) (isthmus_cluster_out_of_sync_objects{${HUB}})`, 'out of sync'],
          [`max by (cluster) (isthmus_apply_queue_depth{${HUB}})`, 'queue'],
          [`max by (cluster) (isthmus_cluster_epoch{${HUB}})`, 'epoch'],
          [`time() - max by (cluster) (isthmus_cluster_last_full_sync_timestamp_seconds{${HUB}})`, 's since in sync'],
          [`max by (cluster) (isthmus_cluster_breaker_open{${HUB}})`, 'breaker'],
          [
            `(min by (cluster) (isthmus_cluster_credential_expiry_timestamp_seconds{${HUB}}) - time()) / 86400`,
            'days of credential',
          ],
        ],
        { wide: true },
      ],
      ['time', 'Planned', [[`max by (cluster, action) (isthmus_plan_objects{${HUB}})`, '{{cluster}} {{action}}']]],
      [
        'time',
        'Writes that failed',
        [
          [
            `sum by (cluster, result) (rate(isthmus_apply_total{${HUB}, result!="ok"}[$__rate_interval]))`,
            '{{cluster}} {{result}}',
          ],
        ],
        { unit: 'ops' },
      ],
      [
        'state',
        'Nothing is written, because of',
        [[`max by (cluster, reason) (isthmus_cluster_writes_stopped{${HUB}}) == 1`, '{{cluster}} {{reason}}']],
      ],
      [
        'time',
        'New TLS connections',
        [[`sum by (cluster) (rate(isthmus_cluster_tls_connects_total{${HUB}}[$__rate_interval]))`, '{{cluster}}']],
        { unit: 'ops' },
      ],
    ],
  },
  {
    title: 'Safety',
    panels: [
      [
        'state',
        'Removals held',
        [
          [
            `max by (cluster, region, reason) (isthmus_prune_blocked{${HUB}}) == 1`,
            '{{cluster}} {{region}} {{reason}}',
          ],
        ],
      ],
      [
        'time',
        'Left as it is',
        [[`max by (cluster, reason) (isthmus_cluster_holds{${HUB}})`, '{{cluster}} {{reason}}']],
      ],
      [
        'time',
        'Left out',
        [[`sum by (region, reason) (increase(isthmus_source_rejected_total{${HUB}}[1h]))`, '{{region}} {{reason}}']],
      ],
      [
        'time',
        'Answers that were older',
        [
          [
            `sum by (account, region) (increase(isthmus_source_revision_regressions_total{${HUB}}[1h]))`,
            '{{account}} {{region}}',
          ],
        ],
      ],
    ],
  },
  {
    title: 'AWS',
    panels: [
      [
        'time',
        'Calls',
        [[`sum by (operation) (rate(isthmus_source_requests_total{${HUB}}[$__rate_interval]))`, '{{operation}}']],
        { unit: 'ops' },
      ],
      [
        'time',
        'Calls that failed',
        [
          [
            `sum by (region, code) (rate(isthmus_source_requests_total{${HUB}, code!="ok"}[$__rate_interval]))`,
            '{{region}} {{code}}',
          ],
        ],
        { unit: 'ops' },
      ],
      [
        'time',
        'Duration of a call, p99',
        [[quantile(0.99, 'region', 'isthmus_source_request_duration_seconds'), '{{region}}']],
        { unit: 's' },
      ],
      ['stat', 'Calls in 30 days', [`sum(increase(isthmus_source_requests_total{${HUB}}[30d]))`]],
    ],
  },
  {
    title: 'Redis',
    panels: [
      ['time', 'Usable', [[`isthmus_redis_up{${HUB}}`, '{{pod}}']]],
      [
        'time',
        'Commands, p99',
        [[quantile(0.99, 'command', 'isthmus_redis_command_duration_seconds'), '{{command}}']],
        { unit: 's' },
      ],
      [
        'time',
        'Errors',
        [[`sum by (code) (rate(isthmus_redis_errors_total{${HUB}}[$__rate_interval]))`, '{{code}}']],
        { unit: 'ops' },
      ],
      [
        'time',
        'Snapshots saved',
        [
          [`sum by (result) (rate(isthmus_snapshot_commits_total{${HUB}}[$__rate_interval]))`, '{{result}}'],
          [`sum(rate(isthmus_snapshot_written_bytes_total{${HUB}}[$__rate_interval]))`, 'bytes/s'],
        ],
      ],
      [
        'time',
        'Seconds that the leader is safe for',
        [[`isthmus_leader_deadline_seconds{${HUB}}`, '{{pod}}']],
        { unit: 's' },
      ],
      [
        'time',
        'Renewals that failed',
        [[`sum by (reason) (increase(isthmus_leader_renew_failures_total{${HUB}}[$__rate_interval]))`, '{{reason}}']],
      ],
    ],
  },
  {
    title: 'Process',
    panels: [
      ['time', 'Memory', [[`process_resident_memory_bytes{${HUB}}`, '{{pod}}']], { unit: 'bytes' }],
      ['time', 'CPU', [[`rate(process_cpu_seconds_total{${HUB}}[$__rate_interval])`, '{{pod}}']]],
      ['time', 'Event loop lag, p99', [[`nodejs_eventloop_lag_p99_seconds{${HUB}}`, '{{pod}}']], { unit: 's' }],
      [
        'time',
        'Requests',
        [[`sum by (route, code) (rate(isthmus_http_requests_total{${HUB}}[$__rate_interval]))`, '{{route}} {{code}}']],
        { unit: 'ops' },
      ],
      [
        'stat',
        'Configuration taken',
        [[`isthmus_config_last_reload_successful{${HUB}}`, '{{pod}}']],
        { thresholds: [['red'], ['green', 1]] },
      ],
      [
        'stat',
        'Series folded',
        [`sum(isthmus_metrics_dropped_labels_total{${HUB}})`],
        { thresholds: [['green'], ['red', 1]] },
      ],
    ],
  },
];

const TYPES = { stat: 'stat', time: 'timeseries', heatmap: 'status-history', state: 'state-timeline', table: 'table' };
const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };
const COLUMNS = 24;

/** The dashboard as Grafana imports it. */
export function dashboard() {
  return {
    uid: 'isthmus',
    title: 'Isthmus',
    description: 'AWS Cloud Map in many regions becomes Istio ServiceEntries in many clusters.',
    tags: ['isthmus', 'istio'],
    schemaVersion: 39,
    editable: true,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    templating: {
      list: [
        datasource(),
        variable('namespace', 'isthmus_build_info'),
        variable('job', 'isthmus_build_info{namespace=~"$namespace"}'),
      ],
    },
    panels: ROWS.reduce(placeRow, { y: 0, id: 1, panels: [] }).panels,
  };
}

/** Every expression of the dashboard. */
export function expressions() {
  return dashboard().panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
}

function placeRow({ y, id, panels }, { title, panels: own }) {
  const row = { id, type: 'row', title, collapsed: false, gridPos: { x: 0, y, w: COLUMNS, h: 1 }, panels: [] };
  const isStats = own.every(([kind]) => kind === 'stat');
  const width = isStats ? COLUMNS / own.length : COLUMNS / 3;
  const height = isStats ? 4 : 7;
  let [x, top] = [0, y + 1];
  const placed = own.map(([kind, name, targets, options = {}], index) => {
    const w = options.wide ? COLUMNS : width;
    if (x + w > COLUMNS) [x, top] = [0, top + height];
    const panel = {
      id: id + 1 + index,
      gridPos: { x, y: top, w, h: height },
      ...panelOf(kind, name, targets, options),
    };
    x += w;
    return panel;
  });
  return { y: top + height, id: id + 1 + own.length, panels: [...panels, row, ...placed] };
}

function panelOf(kind, title, targets, { unit = 'short', thresholds }) {
  const isTable = kind === 'table';
  const steps = (thresholds ?? [['green']]).map(([color, value = null]) => ({ color, value }));
  return {
    type: TYPES[kind],
    title,
    datasource: DATASOURCE,
    targets: targets.map((target, index) => {
      const [expr, legendFormat = ''] = [target].flat();
      const refId = String.fromCharCode(65 + index);
      return {
        refId,
        datasource: DATASOURCE,
        expr,
        legendFormat,
        ...(isTable ? { format: 'table', instant: true } : {}),
      };
    }),
    fieldConfig: { defaults: { unit, thresholds: { mode: 'absolute', steps } }, overrides: [] },
    ...(isTable ? { transformations: tableOf(targets) } : {}),
  };
}

/** One row per cluster, one column per expression. */
function tableOf(targets) {
  const names = targets.map(([, name], index) => [`Value #${String.fromCharCode(65 + index)}`, name]);
  return [
    { id: 'merge', options: {} },
    { id: 'organize', options: { excludeByName: { Time: true }, renameByName: Object.fromEntries(names) } },
  ];
}

function datasource() {
  return { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' };
}

function variable(name, metric) {
  const query = `label_values(${metric}, ${name})`;
  return {
    name,
    type: 'query',
    datasource: DATASOURCE,
    query,
    refresh: 2,
    includeAll: true,
    multi: true,
    current: { text: 'All', value: '$__all' },
  };
}
