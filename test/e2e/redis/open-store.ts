import { snapshotCodec } from '@isthmus/federation';
import type { RedisSettings } from '@isthmus/model';
import type { Clock } from '@isthmus/ports';
import type { RedisBackend } from '@isthmus/redis';
import { openRedis } from '@isthmus/redis';
import { systemClock } from '@isthmus/telemetry';
import type { RecordingMetrics } from '@isthmus/testing';
import { recordingLogger, recordingMetrics } from '@isthmus/testing';

/** A backend with everything that it said. */
export interface ObservedBackend extends RedisBackend {
  readonly logger: ReturnType<typeof recordingLogger>;
  readonly metrics: RecordingMetrics;
}

/** Settings for a server on loopback. */
export function settingsOf(port: number, more: Partial<RedisSettings> = {}): RedisSettings {
  return {
    address: { kind: 'server', host: '127.0.0.1', port },
    database: 0,
    username: undefined,
    passwordFile: undefined,
    tls: undefined,
    keyPrefix: 'isthmus',
    waitReplicas: 0,
    ...more,
  };
}

/** A Sentinel on loopback that calls the primary `main`. */
export function sentinelAt(port: number, passwordFile?: string): RedisSettings['address'] {
  return { kind: 'sentinel', name: 'main', nodes: [{ host: '127.0.0.1', port }], username: undefined, passwordFile };
}

export function openBackend(
  settings: RedisSettings,
  { clock = systemClock }: { readonly clock?: Clock } = {},
): ObservedBackend {
  const logger = recordingLogger();
  const metrics = recordingMetrics();
  const backend = openRedis({ settings, hub: 'test', codec: snapshotCodec, clock, logger, metrics });
  return { ...backend, logger, metrics };
}
