import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { ServerBinaries } from '../e2e/servers/server-binaries.js';
import { TestSite } from '../e2e/servers/test-site.js';
import type { Benchmark, Row } from './measure.js';
import { besideRow } from './measure.js';
import { RealEstate } from './real-estate.js';
import type { WriteCost, WriteCosts } from './write-entries.js';

const INSTANCES = 20;
/** The share of the stock client's CPU time that a written object may cost the hub. */
const MOST_SHARE = 0.2;
const SETTLED_MS = 15_000;
const POLLING_MS = 30_000;
const WRITER = join(import.meta.dirname, 'write-entries.js');
const KINDS = ['create', 'update'] as const;

/** CPU time per written object and writes per second: the stock client, ours, and the whole hub, on a real API server. */
export function writing(binaries: ServerBinaries, options: { readonly objects: number }): Benchmark {
  const { objects } = options;
  return {
    title: `Writing ${objects} entries of ${INSTANCES} endpoints to a real API server, 4 at a time`,
    async run() {
      const { stock, own } = await clients(binaries, objects);
      const hub = await wholeHub(binaries, objects);
      const rows = KINDS.flatMap((kind) => [
        costRow(`${kind}: @kubernetes/client-node`, stock[kind], objects),
        costRow(`${kind}: the hub's client alone`, own[kind], objects),
        costRow(`${kind}: the whole hub, which reads Cloud Map and decides, too`, hub[kind], objects),
        shareRow(`${kind}: CPU of the hub's client, of that of client-node`, own[kind], stock[kind]),
      ]);
      return [
        ...rows,
        costRow('update: what the whole hub spends beyond its polling', hub.added, objects),
        shareRow('update: that, of the CPU of client-node', hub.added, stock.update),
      ];
    },
  };
}

async function clients(
  binaries: ServerBinaries,
  objects: number,
): Promise<{ readonly stock: WriteCosts; readonly own: WriteCosts }> {
  const site = await TestSite.start(binaries, ['c0']);
  try {
    const cluster = site.cluster('c0');
    const file = join(site.folder, 'c0.kubeconfig');
    // Of an administrator: the hub's Role has no right to replace, because the hub never does.
    writeFileSync(file, cluster.kubeconfig({ token: cluster.server.adminToken }), { mode: 0o600 });
    // The first writes to a new resource are slow for whoever makes them.
    await run('own', file, 20);
    await cluster.clean();
    const stock = await run('stock', file, objects);
    await cluster.clean();
    return { stock, own: await run('own', file, objects) };
  } finally {
    await site.stop();
  }
}

async function run(client: 'own' | 'stock', kubeconfigFile: string, objects: number): Promise<WriteCosts> {
  const words = ['--enable-source-maps', WRITER, client, kubeconfigFile, String(objects)];
  const { stdout } = await promisify(execFile)(process.execPath, words);
  return JSON.parse(stdout) as WriteCosts;
}

/**
 * The hub with every limit out of the way: first fill, then one more instance in each service. `added` is the latter
 * without what it spends in the same time while it polls as often and finds nothing new.
 */
async function wholeHub(
  binaries: ServerBinaries,
  services: number,
): Promise<WriteCosts & { readonly added: WriteCost }> {
  const estate = await RealEstate.start(binaries, {
    services,
    instances: INSTANCES,
    clusters: 1,
    latencyMs: 0,
    source: { limits: { discoverPerSecond: 2_000, listServicesPerSecond: 100, listNamespacesPerSecond: 10 } },
    cluster: { limits: { writesPerSecond: 1_000, burst: 500, inFlight: 4 } },
  });
  try {
    await estate.startHub();
    const create = await costOf(estate, () => estate.hub.untilSynced(services, 1_800_000));
    await sleep(SETTLED_MS);
    const polling = await costOf(estate, () => sleep(POLLING_MS));
    const watches = await estate.watch();
    const numbers = Array.from({ length: services }, (_, n) => n);
    const addressOf = (n: number): string => `10.200.${Math.floor(n / 250)}.${(n % 250) + 1}`;
    const seen = numbers.flatMap((n) => watches.map((watch) => watch.seen(estate.entryOf(n), addressOf(n))));
    const update = await costOf(estate, async () => {
      for (const n of numbers) await estate.register(n, addressOf(n));
      await Promise.all(seen);
    });
    const polledMs = (polling.cpuMs / polling.tookMs) * update.tookMs;
    return { create, update, added: { ...update, cpuMs: update.cpuMs - polledMs } };
  } finally {
    await estate.stop();
  }
}

async function costOf(estate: RealEstate, work: () => Promise<unknown>): Promise<WriteCost> {
  const [cpuMs, startMs] = [await estate.hub.cpuMs(), performance.now()];
  await work();
  const tookMs = performance.now() - startMs;
  return { cpuMs: (await estate.hub.cpuMs()) - cpuMs, tookMs };
}

function costRow(name: string, { cpuMs, tookMs }: WriteCost, objects: number): Row {
  const perSecond = (objects / tookMs) * 1_000;
  return besideRow(name, `${(cpuMs / objects).toFixed(2)} ms CPU each`, `${perSecond.toFixed(0)} writes/s`);
}

function shareRow(name: string, cost: WriteCost, stock: WriteCost): Row {
  const share = cost.cpuMs / stock.cpuMs;
  const isKept = share <= MOST_SHARE;
  return { name, measured: share.toFixed(2), budget: `≤ ${MOST_SHARE.toFixed(2)}`, isKept, isTime: false };
}
