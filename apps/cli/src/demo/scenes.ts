import type { Cluster } from './estate.js';
import type { Stage } from './stage.js';
import type { ClusterWatch } from './watch.js';
import type { DemoWorld } from './world.js';

/** Who plays. */
export interface Cast {
  readonly world: DemoWorld;
  readonly watch: ClusterWatch;
  readonly stage: Stage;
}

/** How long anything may take before it counts as not having happened. */
const PATIENCE_MS = 20_000;
/** How long nothing must be removed in the dark. */
const DARKNESS_MS = 12_000;

/** The demo, scene by scene; every claim is read from the clusters themselves, not from the hub. */
export async function playScenes(cast: Cast): Promise<void> {
  await servicesAppear(cast);
  await instanceComes(cast);
  await instanceFails(cast);
  await regionGoesDark(cast);
  await regionReturns(cast);
  await nothingIsWrittenForNothing(cast);
}

async function servicesAppear({ world, watch, stage }: Cast): Promise<void> {
  stage.scene(1, 'The hub starts and reads Cloud Map; ServiceEntries appear.');
  world.startHub();
  const isDone = await stage.watchUntil(() => watch.isConverged(), PATIENCE_MS);
  for (const source of (await world.status())?.sources ?? []) {
    stage.say(`${source.name}: ${source.services} services, ${source.instances} instances, ${source.state}`);
  }
  stage.claim(`every cluster holds exactly what its routes take: ${held(watch)}`, isDone);
}

async function instanceComes({ world, watch, stage }: Cast): Promise<void> {
  stage.scene(2, 'orders gets an instance in us-east-1 (10.1.0.9). Only eks-us takes that region.');
  await world.register('us-east-1', 'orders', '10.1.0.9');
  const isThere = await stage.watchUntil(() => watch.isConverged(), PATIENCE_MS);
  stage.claim('it is in eks-us, and aks-west was left alone', isThere);
}

async function instanceFails({ world, watch, stage }: Cast): Promise<void> {
  const place = { region: 'eu-west-1', service: 'payments', address: '10.2.1.1' } as const;
  stage.scene(3, 'payments loses an instance in eu-west-1 to its health check, then gets it back.');
  await world.setHealth(place, false);
  const isGone = await stage.watchUntil(() => watch.isConverged(), PATIENCE_MS);
  stage.claim('the unhealthy instance gets no traffic from any cluster', isGone);
  await world.setHealth(place, true);
  stage.claim(
    'and it is back as soon as it is healthy',
    await stage.watchUntil(() => watch.isConverged(), PATIENCE_MS),
  );
}

async function regionGoesDark({ world, watch, stage }: Cast): Promise<void> {
  stage.scene(
    4,
    'eu-west-1 goes dark: AWS accepts every request and answers none. The hub is restarted in the dark, too.',
  );
  const before = endpoints(watch);
  await world.darken('eu-west-1');
  const early = [...(await stage.watchFor(DARKNESS_MS / 2))];
  let error: string | undefined;
  for (let looks = 0; error === undefined && looks < 10; looks++) {
    early.push(...(await stage.watchFor(1_000)));
    error = (await world.status())?.sources.find(({ name }) => name === 'eu-west-1')?.error?.code;
  }
  stage.claim(`the status of eu-west-1 says why: ${error ?? 'nothing'}`, error === 'timeout');
  const exitCode = await world.restartHub();
  stage.say('the hub was stopped and started again; it remembers nothing');
  await world.register('us-east-1', 'orders', '10.1.0.10');
  const late = await stage.watchFor(DARKNESS_MS / 2);
  const isAdded = await stage.watchUntil(() => watch.isConverged(), PATIENCE_MS);
  const removed = [...early, ...late].filter(({ kind }) => kind === 'removed');
  stage.claim('the hub ended its work in time when it was asked to', exitCode === 0);
  stage.claim(`not one of ${before} endpoints was removed`, removed.length === 0 && endpoints(watch) >= before);
  stage.claim('meanwhile us-east-1 went on: 10.1.0.10 was added to the same ServiceEntry', isAdded);
}

async function regionReturns({ world, watch, stage }: Cast): Promise<void> {
  stage.scene(5, 'eu-west-1 returns. In the dark an instance of orders was replaced there (10.2.0.1 by 10.2.0.7).');
  await world.register('eu-west-1', 'orders', '10.2.0.7');
  await world.deregister('eu-west-1', 'orders', '10.2.0.1');
  await world.brighten();
  stage.claim('every cluster has caught up', await stage.watchUntil(() => watch.isConverged(), PATIENCE_MS));
}

async function nothingIsWrittenForNothing({ world, watch, stage }: Cast): Promise<void> {
  stage.scene(6, 'Nothing changes for three seconds.');
  const before = await world.writes();
  const moved = await stage.watchFor(3_000);
  const writes = (await world.writes()) - before;
  stage.claim(
    'Cloud Map was polled, in random order, and nothing was written to any cluster',
    writes === 0 && moved.length === 0,
  );
  stage.claim(`at the end: ${held(watch)}`, watch.isConverged() && world.isAlive());
}

function endpoints(watch: ClusterWatch): number {
  return watch.endpointsOf('eks-us') + watch.endpointsOf('aks-west');
}

function held(watch: ClusterWatch): string {
  const one = (cluster: Cluster): string =>
    `${cluster} ${watch.entriesOf(cluster)} entries, ${watch.endpointsOf(cluster)} endpoints`;
  return `${one('eks-us')}; ${one('aks-west')}`;
}
