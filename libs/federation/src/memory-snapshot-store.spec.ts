import { snapshotStoreContract } from '@isthmus/testing';

import { MemorySnapshotStore } from './memory-snapshot-store.js';

snapshotStoreContract('MemorySnapshotStore', () => {
  const store = new MemorySnapshotStore();
  return Promise.resolve({ store, other: store, close: () => Promise.resolve() });
});
