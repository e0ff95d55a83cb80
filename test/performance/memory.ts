import { BenchEstate } from './estate.js';
import type { Benchmark } from './measure.js';
import { countRow } from './measure.js';

const SERVICES = 10_000;
const CLUSTERS = 20;
const TEMPLATES = [
  '{service}.{namespace}',
  '{service}.{namespace}.a',
  '{service}.{namespace}.b',
  '{service}.{namespace}.c',
];

/** Resident memory of a hub that keeps 20 clusters with four distinct routes filled from 10,000 services. */
export const memory: Benchmark = {
  title: 'Memory',
  async run() {
    const estate = await BenchEstate.start({
      services: SERVICES,
      instances: 20,
      clusters: CLUSTERS,
      source: { limits: { discoverPerSecond: 2_000, listServicesPerSecond: 100, listNamespacesPerSecond: 10 } },
      cluster: { limits: { writesPerSecond: 1_000, burst: 500, inFlight: 4 } },
      hostOf: (cluster) => TEMPLATES[cluster % TEMPLATES.length] ?? '',
    });
    try {
      await estate.startHub();
      await estate.untilSynced(SERVICES, 1_800_000);
      return [
        countRow(`hub, ${SERVICES} services × 20 instances, ${CLUSTERS} clusters`, estate.hubMiB(), {
          most: 512,
          unit: 'MiB',
        }),
      ];
    } finally {
      await estate.stop();
    }
  },
};
