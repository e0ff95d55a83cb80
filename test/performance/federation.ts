import { setTimeout as sleep } from 'node:timers/promises';
import { BenchEstate } from './estate.js';
import type { Benchmark, Row } from './measure.js';
import { countRow, percentile, timeRow } from './measure.js';

/** The whole hub as its own process between emulators without latency. */
export const federation: Benchmark = {
  title: 'Federation over HTTP and TLS',
  run: async () => [...(await firstFill()), ...(await propagation())],
};

/** First fill of one cluster at the default limits, and silence after it. */
async function firstFill(): Promise<readonly Row[]> {
  const estate = await BenchEstate.start({
    services: 1_000,
    instances: 20,
    clusters: 1,
    source: { limits: { listServicesPerSecond: 10 } },
  });
  try {
    const readyMs = await estate.startHub();
    const filledMs = await estate.untilSynced(1_000, 120_000);
    const before = (await estate.stateOf(0)).writes;
    await sleep(20_000);
    const writes = (await estate.stateOf(0)).writes - before;
    return [
      timeRow('hub ready from start', readyMs, 2_000),
      timeRow('first fill of one cluster, 1,000 entries, default limits', readyMs + filledMs, 60_000),
      countRow('writes in 20 s when nothing changed', writes, { most: 0, unit: 'writes' }),
    ];
  } finally {
    await estate.stop();
  }
}

const SAMPLES = 60;

/** Time from a registration in a hot service to the endpoint in each of two clusters. */
async function propagation(): Promise<readonly Row[]> {
  const estate = await BenchEstate.start({ services: 100, instances: 5, clusters: 2 });
  try {
    await estate.startHub();
    await estate.untilSynced(100, 60_000);
    const lagsMs = await Promise.all(Array.from({ length: SAMPLES }, (_, i) => sample(estate, i)));
    return [
      timeRow('change → in every cluster, hot service, p50', percentile(lagsMs, 0.5), 3_000),
      timeRow('change → in every cluster, hot service, p99', percentile(lagsMs, 0.99), 6_000),
    ];
  } finally {
    await estate.stop();
  }
}

async function sample(estate: BenchEstate, i: number): Promise<number> {
  await sleep(i * 400 + Math.random() * 400);
  const service = `service-${String(i + 1).padStart(3, '0')}`;
  const address = `10.200.0.${i + 1}`;
  await estate.register(service, address);
  const startMs = performance.now();
  for (const cluster of [0, 1]) {
    while (!(await estate.addressesOf(cluster, `cloudmap-${service}.shop`)).includes(address)) await sleep(30);
  }
  return performance.now() - startMs;
}
