import type { ComponentKey, ComponentRecord, SourceSettings } from '@isthmus/model';
import {
  FakeCloudMap,
  fixedRandom,
  ManualClock,
  recordingLogger,
  recordingMetrics,
  serviceRecord,
  source,
} from '@isthmus/testing';
import { MemorySnapshotStore } from './memory-snapshot-store.js';
import type { References } from './source-poller.js';
import { SourcePoller } from './source-poller.js';

/** The key of `cart.shop`. */
export const KEY = serviceRecord('cart.shop').key;

/** For specs: a poller of a fake Cloud Map, not yet started. */
export function pollerRig(settings: SourceSettings = source(), clock = new ManualClock()) {
  const cloudMap = new FakeCloudMap({ clock, region: settings.region });
  const store = new MemorySnapshotStore();
  const metrics = recordingMetrics();
  const logger = recordingLogger();
  const stop = new AbortController();
  const world = { references: { records: [], isComplete: false } as References, changes: 0 };
  const poller = new SourcePoller({
    settings,
    source: cloudMap,
    keptAttributes: [],
    store,
    maySave: () => true,
    needs: () => ({ emptyReads: 3, emptyAfterMs: 60_000 }),
    references: () => world.references,
    onChange: () => void world.changes++,
    clock,
    loopClock: () => clock,
    random: fixedRandom(),
    logger,
    metrics,
  });
  const addresses = (key: ComponentKey = KEY): readonly string[] | undefined =>
    poller
      .snapshot()
      .services.get(key)
      ?.reading?.instances.map(({ id }) => id);
  return { clock, cloudMap, store, metrics, logger, world, poller, addresses, stop };
}

/** Starts the poller of a rig; ends when its `stop` aborts. */
export function start(r: ReturnType<typeof pollerRig>): Promise<void> {
  return r.poller.start(r.stop.signal);
}

/** What a live object records of a service. */
export function recordOf(name: string, changes: Partial<ComponentRecord> = {}): ComponentRecord {
  const { key, namespaceName, httpName, serviceName } = serviceRecord(name);
  const names = { namespace: namespaceName, httpName, service: serviceName };
  const numbers = { createdAtMs: 0, revision: 1, observedAtMs: 0, endpoints: 1, registered: 1, also: [] };
  return { key, source: 'us', ...names, ...numbers, ...changes };
}
