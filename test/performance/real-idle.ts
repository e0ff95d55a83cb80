import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerBinaries } from '../e2e/servers/server-binaries.js';
import { ANCESTOR_IDLE } from './ancestor.js';
import type { Benchmark, Row } from './measure.js';
import { besideRow, countRow } from './measure.js';
import { RealEstate } from './real-estate.js';

const INSTANCES = 20;
const HOUR_SECONDS = 3_600;
/** Two sweeps and two polls of a cold service. */
const SETTLED_MS = 120_000;

export interface IdleOptions {
  readonly services: number;
  readonly idleSeconds: number;
}

/** What passes between the hub and everybody else while nothing changes, counted for a while and extrapolated to an hour. */
export function idle(binaries: ServerBinaries, options: IdleOptions): Benchmark {
  const { services, idleSeconds } = options;
  return {
    title: `Idle traffic per hour: ${services} services × ${INSTANCES} instances that changed longer than a day ago, measured for ${idleSeconds} s; beside it istio-cloud-map`,
    async run() {
      const size = { services, instances: INSTANCES, clusters: 2, latencyMs: 2, isOld: true };
      const estate = await RealEstate.start(binaries, size);
      try {
        await estate.startHub();
        await estate.hub.untilSynced(services, 1_800_000);
        await sleep(SETTLED_MS);
        const before = await look(estate);
        await sleep(idleSeconds * 1_000);
        const rows = rowsOf(estate, before, await look(estate));
        // Its figures are those of one size.
        return services === ANCESTOR_IDLE.services ? rows : rows.map(withoutAncestor);
      } finally {
        await estate.stop();
      }
    },
  };
}

interface Look {
  readonly atMs: number;
  readonly cpuMs: number;
  readonly calls: Readonly<Record<string, number>>;
  readonly requests: readonly { readonly reads: number; readonly writes: number }[];
  readonly bytes: Readonly<Record<string, number>>;
}

async function look(estate: RealEstate): Promise<Look> {
  const bytes = Object.fromEntries(['cloud-map', ...estate.names].map((name) => [name, estate.bytes(name)]));
  const atMs = performance.now();
  const requests = [];
  for (const name of estate.names) requests.push(await estate.requests(name));
  return { atMs, bytes, requests, cpuMs: await estate.hub.cpuMs(), calls: await estate.cloudMapCalls() };
}

function rowsOf(estate: RealEstate, from: Look, to: Look): readonly Row[] {
  const perHour = (HOUR_SECONDS * 1_000) / (to.atMs - from.atMs);
  const count = (before: number, after: number): string => Math.round((after - before) * perHour).toLocaleString('en');
  const megabytes = (name: string): string =>
    `${((((to.bytes[name] ?? 0) - (from.bytes[name] ?? 0)) * perHour) / 1e6).toFixed(1)} MB`;
  const callsOf = (name: string): string => count(from.calls[name] ?? 0, to.calls[name] ?? 0);
  const sum = ({ calls }: Look): number => Object.values(calls).reduce((total, calls) => total + calls, 0);
  const others = sum(to) - sum(from) - ((to.calls['DiscoverInstances'] ?? 0) - (from.calls['DiscoverInstances'] ?? 0));
  return [
    besideRow('AWS: calls of DiscoverInstances', callsOf('DiscoverInstances'), ANCESTOR_IDLE.discover),
    besideRow('AWS: other calls', count(0, others)),
    besideRow('AWS: bytes, without TLS', megabytes('cloud-map')),
    ...estate.names.flatMap((name, n) => {
      const [before, after] = [from.requests[n], to.requests[n]];
      return [
        besideRow(`${name}: reads`, count(before?.reads ?? 0, after?.reads ?? 0), ANCESTOR_IDLE.reads),
        countRow(`${name}: writes`, (after?.writes ?? 0) - (before?.writes ?? 0), { most: 0, unit: 'writes' }),
        besideRow(`${name}: bytes, with TLS`, megabytes(name)),
      ];
    }),
    besideRow(
      'CPU of the hub',
      `${((100 * (to.cpuMs - from.cpuMs)) / (to.atMs - from.atMs)).toFixed(1)} %`,
      ANCESTOR_IDLE.cpu,
    ),
    besideRow('memory of the hub', `${estate.hub.residentMiB().toFixed(0)} MiB`, ANCESTOR_IDLE.memory),
  ];
}

function withoutAncestor(row: Row): Row {
  return row.isTime ? besideRow(row.name, row.measured) : row;
}
