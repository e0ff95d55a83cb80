import type { Transport } from '../transport.js';

/** One line of a watch. Source: Kubernetes API concepts, “Efficient detection of changes”. */
export interface WatchEvent {
  readonly type: string;
  readonly object: unknown;
}

/** What is watched, and for how long. */
export interface WatchRequest {
  /** Of the collection, without a query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** For messages: `watching Secrets`. */
  readonly doing: string;
  readonly signal: AbortSignal;
}

/** The API server of the cluster that the hub itself runs in. */
export interface OwnCluster extends Transport {
  /**
   * Calls `onEvent` for each line until the API server ends the watch, and resolves then; rejects with an IsthmusError
   * when it breaks, is refused, or says nothing for 30 s.
   */
  watch(request: WatchRequest, onEvent: (event: WatchEvent) => void): Promise<void>;
}
