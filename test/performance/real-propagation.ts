import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerBinaries } from '../e2e/servers/server-binaries.js';
import { ANCESTOR } from './ancestor.js';
import type { Benchmark, Row } from './measure.js';
import { besideRow, percentile, seconds } from './measure.js';
import { RealEstate } from './real-estate.js';

const INSTANCES = 20;
const CLUSTERS = 2;
const FILL_MS = 1_800_000;
const SEEN_MS = 120_000;
const SPACING_MS = 1_000;

/** What is measured of one size. */
export interface PropagationOptions {
  readonly services: readonly number[];
  readonly latenciesMs: readonly number[];
  readonly samples: number;
}

/** First fill, time from a registration to the endpoint in each of two clusters, and memory, at the default limits. */
export function propagation(binaries: ServerBinaries, options: PropagationOptions): Benchmark {
  return {
    title: `Propagation into ${CLUSTERS} real API servers, ${INSTANCES} instances per service; beside it istio-cloud-map into one`,
    async run() {
      const rows: Row[] = [];
      for (const services of options.services) {
        for (const latencyMs of options.latenciesMs) {
          const estate = await RealEstate.start(binaries, {
            services,
            instances: INSTANCES,
            clusters: CLUSTERS,
            latencyMs,
          });
          try {
            rows.push(...(await measure(estate, { services, latencyMs, samples: options.samples })));
          } finally {
            await estate.stop();
          }
        }
      }
      return rows;
    },
  };
}

async function measure(
  estate: RealEstate,
  { services, latencyMs, samples }: { readonly services: number; readonly latencyMs: number; readonly samples: number },
): Promise<readonly Row[]> {
  const readyMs = await estate.startHub();
  const filledMs = await estate.hub.untilSynced(services, FILL_MS);
  const watches = await estate.watch();
  const count = Math.min(samples, services);
  const lags = await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      await sleep(i * SPACING_MS + Math.random() * SPACING_MS);
      const service = i * Math.floor(services / count);
      const address = `10.200.${Math.floor(i / 250)}.${(i % 250) + 1}`;
      const seen = watches.map((watch) => watch.seen(estate.entryOf(service), address));
      const startMs = await estate.register(service, address);
      const late = sleep(SEEN_MS, Number.POSITIVE_INFINITY, { ref: false });
      return Math.max(...(await Promise.all(seen.map((one) => Promise.race([one, late]))))) - startMs;
    }),
  );
  const name = `${services} services × ${latencyMs} ms`;
  const ancestor = ANCESTOR[`${services} × ${latencyMs}`];
  return [
    besideRow(`${name}: first fill, from start`, seconds(readyMs + filledMs), ancestor?.firstFill),
    besideRow(
      `${name}: registered → in every cluster, p50 / p99 of ${count}`,
      `${seconds(percentile(lags, 0.5))} / ${seconds(percentile(lags, 0.99))}`,
      ancestor?.propagation,
    ),
    besideRow(`${name}: memory of the hub`, `${estate.hub.residentMiB().toFixed(0)} MiB`, ancestor?.memory),
  ];
}
