import { FakeLeaseStore } from './fake-lease-store.js';
import { leaseStoreContract } from './lease-store-contract.js';

leaseStoreContract('FakeLeaseStore', () => {
  const store = new FakeLeaseStore();
  return Promise.resolve({ store, other: store, close: () => Promise.resolve() });
});
