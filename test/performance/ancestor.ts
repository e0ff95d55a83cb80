/** What istio-cloud-map does in the same place, as it was measured black box: min / median / max of what was seen. */
export interface AncestorFigures {
  readonly firstFill: string;
  readonly propagation: string;
  readonly memory?: string;
}

/**
 * Figures of tetratelabs/istio-cloud-map with 20 instances per service, into one cluster, its shipped flags; by
 * “services × ms of latency of Cloud Map”. It writes 2.5 objects a second, because its client waits for its own limit.
 */
export const ANCESTOR: Readonly<Record<string, AncestorFigures>> = {
  '100 × 2': { firstFill: '23.1 s', propagation: '9.6 / 41 / 79 s' },
  '100 × 80': { firstFill: '28.4 s', propagation: '14 / 61 / 79 s' },
  '1000 × 2': { firstFill: '203 s', propagation: '79 / 205 / 457 s', memory: '103 MiB' },
  '1000 × 80': { firstFill: '283 s', propagation: '177 / > 640 / > 700 s', memory: '100 MiB' },
};

/** What it sends per hour, and needs, while nothing changes at 2 ms. */
export const ANCESTOR_IDLE = {
  services: 1_000,
  discover: '638,000',
  reads: '8,990',
  writes: '9,000',
  cpu: '26 %',
  memory: '103 MiB',
} as const;
