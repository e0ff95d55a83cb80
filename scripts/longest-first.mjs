// The order of the test files. Those that are known to take long come first, also where nobody has run them yet and jest
// would go by the size of the files, so that none of them is left over at the end; the rest is in jest's own order.
import TestSequencer from '@jest/test-sequencer';

const LONGEST = [
  'test/simulation/simulation.spec.ts',
  'test/integration/convergence.spec.ts',
  'test/integration/faults.spec.ts',
  'test/integration/reload.spec.ts',
  'test/simulation/shrink.spec.ts',
  'test/simulation/faults.spec.ts',
  'test/integration/limits.spec.ts',
  'libs/federation/src/decide-cluster.property.spec.ts',
  'test/faults/unread.spec.ts',
  'test/integration/explain.spec.ts',
  'test/integration/shared-namespaces.spec.ts',
  'test/e2e/hub.spec.ts',
  'test/e2e/redis/takeover.spec.ts',
  'test/e2e/cluster-client.spec.ts',
  'test/e2e/kubernetes-lease.spec.ts',
  'test/e2e/cloud-map-source.spec.ts',
  'test/e2e/redis/degraded.spec.ts',
  'test/e2e/redis/election.spec.ts',
  'test/e2e/chaos.spec.ts',
  'test/e2e/cluster-secrets.spec.ts',
  'test/deploy/image.spec.ts',
  'test/deploy/commands.spec.ts',
  'test/deploy/alerts.spec.ts',
];

const placeOf = ({ path }) => {
  const place = LONGEST.findIndex((name) => path.endsWith(name));
  return place < 0 ? LONGEST.length : place;
};

export default class LongestFirst extends TestSequencer {
  sort(tests) {
    return super.sort(tests).toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}
