import { readFileSync } from 'node:fs';
import { ownWriter, stockWriter } from './writers.js';

/** What it cost to write some objects. */
export interface WriteCost {
  readonly cpuMs: number;
  readonly tookMs: number;
}

/** What the process prints. */
export interface WriteCosts {
  readonly create: WriteCost;
  readonly update: WriteCost;
}

const IN_FLIGHT = 4;

// A process of its own, so that its CPU time is that of one client and of nothing else.
const [client, kubeconfigFile = '', count = '0'] = process.argv.slice(2);
const kubeconfig = readFileSync(kubeconfigFile, 'utf8');
const writer = client === 'stock' ? stockWriter(kubeconfig) : ownWriter(kubeconfig);
const create = await costOf((n) => writer.create(n));
const update = await costOf((n) => writer.update(n));
await writer.close();
process.stdout.write(JSON.stringify({ create, update } satisfies WriteCosts));

async function costOf(write: (n: number) => Promise<void>): Promise<WriteCost> {
  const [cpu, startMs] = [process.cpuUsage(), performance.now()];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < Number(count)) await write(next++);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, work));
  const { user, system } = process.cpuUsage(cpu);
  return { cpuMs: (user + system) / 1_000, tookMs: performance.now() - startMs };
}
