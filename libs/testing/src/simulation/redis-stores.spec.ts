import { leaseStoreContract } from '../lease-store-contract.js';
import { sharedSnapshotStoreContract } from '../shared-snapshot-store-contract.js';
import { snapshotStoreContract } from '../snapshot-store-contract.js';
import { Dice } from './dice.js';
import { FAULT_KINDS, FaultMenu } from './fault-menu.js';
import { SimulatedLeaseStore, SimulatedSnapshotStore } from './redis-stores.js';
import { SimulatedProcess } from './simulated-process.js';
import { SimulatedRedis } from './simulated-redis.js';
import { VirtualTime } from './virtual-time.js';

/** Two processes and the Redis that they share, whose time goes on by itself while somebody waits. */
function rig() {
  const time = new VirtualTime();
  const redis = new SimulatedRedis(time);
  const menu = new FaultMenu(new Dice('none'), new Set(FAULT_KINDS));
  const news = new Map();
  const open = (hub: string) => {
    const process = new SimulatedProcess(time, { rate: 1, epochMs: Date.UTC(2026, 0, 1), wallOffsetMs: 0 });
    const client = { time, redis, menu, process, hub };
    return { process, store: new SimulatedSnapshotStore(client, news), lease: new SimulatedLeaseStore(client) };
  };
  const [mine, theirs] = [open('a'), open('b')];
  const stop = new AbortController();
  let jump: { readonly ms: number; readonly done: () => void } | undefined;
  void (async () => {
    while (!stop.signal.aborted) {
      const { ms, done } = jump ?? { ms: 1, done: () => undefined };
      jump = undefined;
      await time.runUntil(time.nowMs + ms, () => undefined);
      done();
    }
  })();
  const advance = (ms: number): Promise<void> =>
    new Promise((done) => {
      jump = { ms, done };
    });
  const close = (): Promise<void> => Promise.resolve(stop.abort());
  return { mine, theirs, advance, close };
}

snapshotStoreContract('SimulatedSnapshotStore', () => {
  const { mine, theirs, close } = rig();
  return Promise.resolve({ store: mine.store, other: theirs.store, close });
});

sharedSnapshotStoreContract('SimulatedSnapshotStore', () => {
  const { mine, theirs, advance, close } = rig();
  return Promise.resolve({
    store: mine.store,
    other: theirs.store,
    nameFirst: (source) => void theirs.store.nameSources([source], () => false),
    advance,
    jumpWallClock: (ms) => mine.process.jumpWallClock(ms),
    close,
  });
});

leaseStoreContract('SimulatedLeaseStore', () => {
  const { mine, theirs, close } = rig();
  return Promise.resolve({ store: mine.lease, other: theirs.lease, close });
});
