import type { Part } from './processes.js';
import type { Stage } from './stage.js';
import type { ClusterWatch, Movement } from './watch.js';
import type { DemoStatus, DemoWorld } from './world.js';

/** Who plays. */
export interface PairCast {
  readonly world: DemoWorld;
  readonly watch: ClusterWatch;
  readonly stage: Stage;
  readonly redis: { kill(): Promise<void>; restart(): Promise<Part> };
}

export const PAIR = ['hub-a', 'hub-b'] as const;
type Name = (typeof PAIR)[number];

/** How long anything may take before it counts as not having happened. */
const PATIENCE_MS = 30_000;
/** A killed leader is followed after its lease of 6 s; one that is stopped hands over. */
const CRASH_MS = 12_000;
const HANDOVER_MS = 4_000;
const QUIET_MS = 3_000;

/** The demo of a pair, scene by scene; what is claimed of clusters is read from the clusters. */
export async function playPairScenes(cast: PairCast): Promise<void> {
  await oneLeads(cast);
  await theLeaderIsKilled(cast);
  await theLeaderIsStopped(cast);
  await redisIsKilled(cast);
}

async function oneLeads({ world, watch, stage }: PairCast): Promise<void> {
  stage.scene(1, 'Two replicas start on an empty Redis. The first lease is taken after it was nobody’s for 6 s.');
  for (const name of PAIR) world.startHub(name);
  const isDone = await stage.watchUntil(() => watch.isConverged(), PATIENCE_MS);
  const { leader, other } = await rolesOf(world);
  stage.say(`${leader ?? 'nobody'} leads, ${other ?? 'nobody'} stands by and keeps the snapshots at hand`);
  stage.claim('one of the two leads, and every cluster holds what its routes take', isDone && leader !== undefined);
}

async function theLeaderIsKilled(cast: PairCast): Promise<void> {
  const { world, watch, stage } = cast;
  const { leader, other } = await rolesOf(world);
  if (leader === undefined || other === undefined) return stage.claim('there is a leader to kill', false);
  stage.scene(2, `The leader, ${leader}, is killed (SIGKILL); meanwhile orders gets an instance (10.1.0.9).`);
  const before = watch.endpointsOf('eks-us');
  await world.killHub(leader);
  const startMs = performance.now();
  await world.register('us-east-1', 'orders', '10.1.0.9');
  const moved: Movement[] = [];
  const isDone = await untilConverged(cast, moved);
  const seconds = (performance.now() - startMs) / 1000;
  stage.claim(`${other} took over and wrote it after ${seconds.toFixed(1)} s`, isDone && seconds * 1000 < CRASH_MS);
  stage.claim('nothing was taken away, and nothing came but the new instance', isOnly(moved, '10.1.0.9'));
  stage.claim(`eks-us holds ${before + 1} endpoints, one more than before`, watch.endpointsOf('eks-us') === before + 1);
  world.startHub(leader);
  const standsBy = (): Promise<boolean> => isReady(world, leader);
  stage.claim(`${leader} is back and stands by`, await stage.watchUntil(standsBy, PATIENCE_MS));
}

async function theLeaderIsStopped(cast: PairCast): Promise<void> {
  const { world, watch, stage } = cast;
  const { leader, other } = await rolesOf(world);
  if (leader === undefined || other === undefined) return stage.claim('there is a leader to stop', false);
  stage.scene(
    3,
    `The leader, ${leader}, is restarted (SIGTERM), as an upgrade does; orders gets another instance (10.1.0.10).`,
  );
  const startMs = performance.now();
  const stopped = world.restartHub(leader);
  await world.register('us-east-1', 'orders', '10.1.0.10');
  const moved: Movement[] = [];
  const isDone = await untilConverged(cast, moved);
  const seconds = (performance.now() - startMs) / 1000;
  stage.claim(`${other} took over and wrote it after ${seconds.toFixed(1)} s`, isDone && seconds * 1000 < HANDOVER_MS);
  stage.claim(`${leader} gave the lease up and ended in time`, (await stopped) === 0);
  stage.claim('nothing was taken away', isOnly(moved, '10.1.0.10') && watch.isConverged());
}

async function redisIsKilled(cast: PairCast): Promise<void> {
  const { world, watch, stage, redis } = cast;
  stage.scene(4, 'Redis is killed. Nobody can renew the lease, so nobody writes; the clusters keep what they have.');
  await redis.kill();
  const nobodyLeads = async (): Promise<boolean> => (await rolesOf(world)).leader === undefined;
  stage.claim('the leader stepped down', await stage.watchUntil(nobodyLeads, PATIENCE_MS));
  const code = (await Promise.all(PAIR.map((name) => world.status(name)))).map((status) => status?.store.error?.code);
  stage.say(`status says why: ${code.map((word, index) => `${PAIR[index]} ${word ?? 'nothing'}`).join(', ')}`);
  await world.register('us-east-1', 'orders', '10.1.0.11');
  const dark = await stage.watchFor(QUIET_MS);
  stage.claim('not one endpoint came or went', dark.length === 0);
  await redis.restart();
  stage.say('Redis is back, and it has lost everything: the lease, and every snapshot');
  const moved: Movement[] = [];
  const isDone = await untilConverged(cast, moved);
  const { leader } = await rolesOf(world);
  stage.claim(
    `${leader ?? 'nobody'} leads again, and what happened meanwhile is there`,
    isDone && leader !== undefined,
  );
  stage.claim('the loss of all data took nothing away', isOnly(moved, '10.1.0.11'));
  const before = await world.writes();
  const quiet = await stage.watchFor(QUIET_MS);
  stage.claim(
    'then nothing is written for nothing',
    quiet.length === 0 && (await world.writes()) === before && watch.isConverged(),
  );
}

/** Watches until the clusters hold what is registered, and collects every movement. */
async function untilConverged({ watch, stage }: PairCast, moved: Movement[]): Promise<boolean> {
  for (const endMs = performance.now() + PATIENCE_MS; performance.now() < endMs;) {
    moved.push(...(await stage.watchFor(100)));
    if (watch.isConverged()) return true;
  }
  return false;
}

function isOnly(moved: readonly Movement[], address: string): boolean {
  return moved.length > 0 && moved.every((movement) => movement.kind === 'added' && movement.address === address);
}

async function rolesOf(
  world: DemoWorld,
): Promise<{ readonly leader: Name | undefined; readonly other: Name | undefined }> {
  const statuses = new Map<Name, DemoStatus | undefined>();
  for (const name of PAIR) statuses.set(name, await world.status(name));
  const leader = PAIR.find((name) => statuses.get(name)?.leader.isLeader === true);
  return { leader, other: PAIR.find((name) => name !== leader) };
}

/** Whether a replica answers and has read what the store holds. */
async function isReady(world: DemoWorld, name: Name): Promise<boolean> {
  const status = await world.status(name);
  return status !== undefined && status.store.error === null && status.sources.some(({ services }) => services > 0);
}
