import type { Configuration, WritesStopped } from '@isthmus/model';
import { IsthmusError, OBJECT } from '@isthmus/model';
import {
  cluster,
  configuration,
  EPOCH_MS,
  EU,
  FederationWorld,
  hub,
  instance,
  route,
  source,
  US,
} from '@isthmus/testing';
import type { PlanInput } from './plan-input.js';
import type { PlannedClusters } from './plan-once.js';
import { planOnce } from './plan-once.js';
import { viewPlan } from './plan-view.js';
import { readClusterOnce, readSourceOnce, referencedBy } from './read-once.js';

const READ_ONLY = hub({ readOnly: true });
const until = { reason: 'maintenance', untilMs: EPOCH_MS + 3_600_000 };

/** A cluster that a hub has filled from two regions; since then a service came, and an instance. */
async function filled(): Promise<FederationWorld> {
  const world = new FederationWorld({ sources: [US, EU] });
  world.region('us').register('cart.shop', [instance('10.1.0.1'), instance('10.1.0.2')]);
  world.region('us').register('pay.shop', [instance('10.1.0.3')]);
  world.region('eu').register('cart.shop', [instance('10.2.0.1')]);
  world.start();
  await world.pass(5_000);
  await world.stop();
  world.region('us').register('cart.shop', [instance('10.1.0.1'), instance('10.1.0.9')]);
  world.region('eu').register('mail.shop', [instance('10.2.0.4')]);
  return world;
}

/** As if the hub had filled another namespace. */
function moveAll(world: FederationWorld, namespace: string): void {
  for (const name of ['cloudmap-cart.shop', 'cloudmap-pay.shop']) {
    const entry = world.client().entry(name);
    if (entry !== undefined) world.client().inNamespace(namespace).put(entry);
    world.client().remove(name);
  }
}

/** What `isthmus plan` reads of the same world: it polls what is not paused, as the command does. */
async function readAll(world: FederationWorld, config: Configuration): Promise<PlanInput> {
  const signal = new AbortController().signal;
  const { clock } = world;
  const clusters = await Promise.all(
    config.clusters.map((settings) => readClusterOnce(settings, world.client(settings.name), { signal, clock })),
  );
  const references = referencedBy(config, clusters);
  const around = { configuration: config, references, clock, onProgress: () => undefined };
  const read = config.sources.map((settings) =>
    readSourceOnce({ ...around, settings, source: world.region(settings.name) }, signal),
  );
  return { readAtMs: clock.nowMs(), sources: await Promise.all(read), clusters };
}

async function plannedOnce(world: FederationWorld, config: Configuration): Promise<PlannedClusters> {
  return planOnce(config, await readAll(world, config));
}

/** The plan of a hub that starts with this configuration and writes nothing. */
async function plannedByHub(world: FederationWorld, config: Configuration) {
  await world.restart({ ...config, hub: { ...config.hub, readOnly: true } });
  const plan = world.federation.plan('eks');
  const { warnings = [], error } = world.status ?? {};
  await world.stop();
  return { plan: plan.ok ? viewPlan(plan.value) : null, warnings, code: error?.code };
}

describe('planOnce', () => {
  it.each<[string, Partial<Configuration>, string]>([
    ['as it is', {}, 'isthmus'],
    ['under another name of the hub', { hub: hub({ name: 'other' }) }, 'isthmus'],
    [
      'under another name of the hub that knows the old one',
      { hub: hub({ name: 'other', formerNames: ['test'] }) },
      'isthmus',
    ],
    [
      'under another name of the cluster that knows the old one',
      { clusters: [cluster({ formerNames: ['older'] })] },
      'isthmus',
    ],
    ['with a paused cluster', { clusters: [cluster({ paused: until })] }, 'isthmus'],
    ['with a paused source', { sources: [US, source({ ...EU, paused: until })] }, 'isthmus'],
    ['with a cluster that is not pushed to', { clusters: [cluster({ push: false })] }, 'isthmus'],
    ['in mode observe', { clusters: [cluster({ mode: 'observe' })] }, 'isthmus'],
    ['in mode upsert-only', { clusters: [cluster({ mode: 'upsert-only' })] }, 'isthmus'],
    ['with routes that take less', { clusters: [cluster({ routes: [route({ services: ['mail'] })] })] }, 'isthmus'],
    ['of entries that move', { clusters: [cluster({ previousNamespaces: ['old'] })] }, 'old'],
    ['of entries that stand elsewhere', {}, 'old'],
  ])('plans what a hub would, %s', async (_, changes, namespace) => {
    const world = await filled();
    if (namespace === 'old') moveAll(world, namespace);
    const config = configuration({ sources: [US, EU], clusters: [cluster()], ...changes });
    const once = await plannedOnce(world, config);
    const byHub = await plannedByHub(world, config);
    expect(once.clusters[0]?.plan).toEqual(byHub.plan);
    expect(once.clusters[0]?.warnings).toEqual(byHub.warnings);
    expect(once.problems).toEqual([]);
  });

  it('plans removals that were approved, as a hub would', async () => {
    const world = await filled();
    const config = configuration({ sources: [US, EU], clusters: [cluster({ routes: [route({ services: ['x'] })] })] });
    const [held] = (await plannedOnce(world, config)).clusters;
    const removals = held?.plan?.removals ?? '';
    expect(held?.plan?.counts).toMatchObject({ remove: 0, held: 2 });
    const approved = { ...config, approvals: [{ cluster: cluster().name, removals, untilMs: until.untilMs }] };
    const once = await plannedOnce(world, approved);
    expect(once.clusters[0]?.plan?.counts).toMatchObject({ remove: 2 });
    expect(once.clusters[0]?.plan?.heldRemovals).toEqual([]);
    // A mark carries its time, and so does the hash.
    const { changes, holds } = (await plannedByHub(world, approved)).plan ?? {};
    expect({ changes, holds }).toMatchObject({
      changes: once.clusters[0]?.plan?.changes,
      holds: once.clusters[0]?.plan?.holds,
    });
  });

  it('plans nothing, as a hub would, where a previous namespace cannot be read', async () => {
    const world = await filled();
    world
      .client()
      .inNamespace('old')
      .fail({ verb: 'list', error: new IsthmusError('forbidden', 'no') });
    const config = configuration({ sources: [US, EU], clusters: [cluster({ previousNamespaces: ['old'] })] });
    const once = await plannedOnce(world, config);
    expect(once.clusters[0]?.plan).toBeNull();
    expect(once.problems).toEqual([
      { place: 'cluster eks', what: 'the namespace old', code: 'forbidden', message: 'no' },
    ]);
    expect(await plannedByHub(world, config)).toMatchObject({ plan: null, code: 'forbidden' });
  });

  it('reads a source whatever objects of another hub say of it', async () => {
    const world = await filled();
    const entry = world.client().entry('cloudmap-cart.shop');
    if (entry === undefined) throw new Error('the hub has written nothing');
    const components = entry.annotations[OBJECT.components]?.replaceAll('111122223333', '999988887777') ?? '';
    world.client().put({
      ...entry,
      labels: { ...entry.labels, [OBJECT.hub]: 'neighbour' },
      annotations: { ...entry.annotations, [OBJECT.components]: components },
    });
    world.client().remove('cloudmap-pay.shop');
    const config = configuration({ sources: [US, EU], clusters: [cluster()] });
    const once = await plannedOnce(world, config);
    expect(once.problems).toEqual([]);
    expect((await plannedByHub(world, config)).plan).toEqual(once.clusters[0]?.plan);
  });

  it.each<[string, WritesStopped, Parameters<typeof cluster>[0]]>([
    ['mode observe', 'observe', { mode: 'observe' }],
    ['a pause', 'paused', { paused: until }],
    ['push: false', 'push-off', { push: false }],
    ['no pause that is over', null, { paused: { ...until, untilMs: EPOCH_MS } }],
  ])('says what stops the writes: %s', async (_what, expected, changes) => {
    const world = new FederationWorld();
    const config = configuration({ sources: [US], clusters: [cluster(changes)] });
    expect((await plannedOnce(world, config)).clusters[0]?.writesStopped).toBe(expected);
    const readOnly = await plannedOnce(world, { ...config, hub: READ_ONLY });
    expect(readOnly.clusters[0]?.writesStopped).toBe('read-only');
  });
});
