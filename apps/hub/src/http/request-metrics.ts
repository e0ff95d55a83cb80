import type { ServerResponse } from 'node:http';

import type { Clock, Metrics } from '@isthmus/ports';

/** What Express knows of a request once its route was found. */
interface RoutedRequest {
  readonly route?: { readonly path?: unknown };
}

/** Counts and times every answer by its route as it is declared, because paths of callers have no end. */
export function countRequests({ clock, metrics }: { readonly clock: Clock; readonly metrics: Metrics }) {
  return (request: RoutedRequest, response: ServerResponse, next: () => void): void => {
    const startMs = clock.monotonicMs();
    response.once('finish', () => {
      const path = request.route?.path;
      const route = typeof path === 'string' ? path : 'unmatched';
      metrics.count('isthmus_http_requests_total', { route, code: `${response.statusCode}` });
      metrics.observe('isthmus_http_request_duration_seconds', (clock.monotonicMs() - startMs) / 1000, { route });
    });
    next();
  };
}
