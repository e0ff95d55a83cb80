/** Labels of one sample. Never a service, host, instance, IP, object name or error text. */
export interface MetricLabels {
  readonly [label: string]: string;
}

/** Metrics by name; a name that the catalogue of `telemetry` does not declare is refused. */
export interface Metrics {
  /** Adds to a counter. */
  count(name: string, labels?: MetricLabels, by?: number): void;
  /** Sets a gauge. */
  set(name: string, value: number, labels?: MetricLabels): void;
  /** Adds an observation (seconds) to a histogram. */
  observe(name: string, seconds: number, labels?: MetricLabels): void;
  /** Forgets every sample of a gauge that carries these labels: a cluster or source that is gone. */
  forget(name: string, labels: MetricLabels): void;
}
