export { isForbiddenLabel, METRICS } from './catalogue.js';
export type { MetricDefinition } from './catalogue.js';
export { createLogger } from './logger.js';
export type { LogDestination, LogLevel, LoggerOptions } from './logger.js';
export { PromMetrics } from './prom-metrics.js';
export type { PromMetricsOptions } from './prom-metrics.js';
export { redactFields, redactText } from './redaction.js';
export { systemClock, systemRandom } from './system-clock.js';
export { MOST_SERIES } from './series-budget.js';
