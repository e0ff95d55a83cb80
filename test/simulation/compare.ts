import type { AcceptedWrite, Fault } from '../../libs/testing/src/simulation/index.js';
import { REGIONS, World } from '../../libs/testing/src/simulation/index.js';
import { wronglyRemoved } from './content.js';
import { IstioCloudMap } from './istio-cloud-map.js';
import { viewObject } from './object-view.js';
import { simulate } from './simulate.js';

/** Endpoints that left a cluster although they were registered and healthy, and in how many runs. */
export interface Comparison {
  seeds: number;
  readonly ours: { runs: number; endpoints: number };
  readonly theirs: { runs: number; endpoints: number };
}

const quiet = (): void => undefined;
/** It has no second configuration, which would drop a service in earnest. */
const WITHOUT: ReadonlySet<Fault> = new Set(['two-configurations']);
const RESTARTS = ['hub-crashes', 'hub-restarted'] as const;

/** The same worlds and faults once with the hubs and once with istio-cloud-map's algorithm. */
export async function compare(
  range: { readonly from: number; readonly count: number },
  minutes: number,
): Promise<Comparison> {
  const result: Comparison = { seeds: 0, ours: { runs: 0, endpoints: 0 }, theirs: { runs: 0, endpoints: 0 } };
  for (let seed = range.from; seed < range.from + range.count; seed++) {
    const { wrongRemovals } = await simulate({ seed, faultMinutes: minutes, withoutFaults: WITHOUT });
    add(result.ours, wrongRemovals);
    add(result.theirs, await runTheirs(seed, minutes));
    result.seeds++;
  }
  return result;
}

function add(side: { runs: number; endpoints: number }, endpoints: number): void {
  side.endpoints += endpoints;
  if (endpoints > 0) side.runs++;
}

async function runTheirs(seed: number, minutes: number): Promise<number> {
  let wrong = 0;
  const accepted = ({ cluster, before, after, ...write }: AcceptedWrite): void => {
    if (write.sender.hub === 'others') return;
    const seen = { ...write, cluster, before: viewObject(before, cluster), after: viewObject(after, cluster) };
    wrong += wronglyRemoved(seen, world.estate.truth).length;
  };
  const logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  const metrics = { count: quiet, set: quiet, observe: quiet, forget: quiet };
  const witness = { accepted, unsafe: quiet, logger, metrics };
  const world: World = new World({ seed, isWithoutHubs: true, withoutFaults: WITHOUT }, witness);
  const processes = world.clusters.flatMap((cluster) =>
    REGIONS.filter((region) => cluster.name === 'alpha' || region === 'eu-west-1').map(
      (region) => new IstioCloudMap(world, region, cluster),
    ),
  );
  for (const kind of RESTARTS) {
    if (!world.menu.has(kind)) continue;
    world.time.every(
      () => world.menu.nextMs(kind),
      () => world.menu.dice(kind).pick(processes)?.restart(),
    );
  }
  await world.run(minutes * 60_000, quiet);
  return wrong;
}
