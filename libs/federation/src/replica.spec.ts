import type { Configuration, ErrorReport, Snapshot } from '@isthmus/model';
import { ok } from '@isthmus/model';
import type { LeaderElector, LeaderView, Term } from '@isthmus/ports';
import {
  cluster,
  configuration,
  FakeCloudMap,
  FakeClusterClient,
  fixedRandom,
  instance,
  ManualClock,
  recordingLogger,
  recordingMetrics,
  source,
} from '@isthmus/testing';

import { MemorySnapshotStore } from './memory-snapshot-store.js';
import { Replica } from './replica.js';

/** An elector that a test lets begin and end terms. */
class FakeElector implements LeaderElector {
  leader: LeaderView = { isLeader: false, holder: 'other', epoch: 4 };
  isRunning = false;
  #lead: (term: Term) => Promise<void> = () => Promise.resolve();
  #term: AbortController | undefined;
  #ended: Promise<void> = Promise.resolve();

  async run(lead: (term: Term) => Promise<void>, signal: AbortSignal): Promise<void> {
    this.#lead = lead;
    this.isRunning = true;
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    await this.end();
    this.isRunning = false;
  }

  begin(epoch: number): void {
    this.leader = { isLeader: true, holder: 'me', epoch };
    this.#term = new AbortController();
    this.#ended = this.#lead({ epoch, signal: this.#term.signal });
  }

  async end(): Promise<void> {
    this.leader = { ...this.leader, isLeader: false, holder: '' };
    this.#term?.abort();
    await this.#ended;
  }

  isSafe(): boolean {
    return this.leader.isLeader;
  }

  raiseEpoch(floor: number): void {
    this.leader = { ...this.leader, epoch: floor + 1 };
  }

  view(): LeaderView {
    return this.leader;
  }
}

function rig(elector?: FakeElector, holdsLease = true) {
  const clock = new ManualClock();
  const cloudMap = new FakeCloudMap({ clock });
  const client = new FakeClusterClient(clock);
  const store = new MemorySnapshotStore();
  const metrics = recordingMetrics();
  const world: { storeError?: ErrorReport; leaseError?: ErrorReport; readonly holdsLease: boolean } = { holdsLease };
  const settings: Configuration = configuration({ sources: [source()], clusters: [cluster()] });
  cloudMap.register('cart.shop', [instance('10.0.0.1')]);
  const replica = new Replica(settings, {
    ports: {
      clock,
      random: fixedRandom(),
      logger: recordingLogger(),
      metrics,
      store,
      createSource: () => cloudMap,
      connection: () => ok(client),
      replica: 'me',
    },
    elector,
    store: {
      kind: 'redis',
      holdsLease: world.holdsLease,
      error: () => world.storeError,
      leaseError: () => world.leaseError,
      probe: () => Promise.resolve(),
    },
  });
  return { clock, cloudMap, client, store, metrics, world, replica, elector, settings };
}

describe('Replica without an election', () => {
  it('leads from its start', async () => {
    const { clock, client, replica, metrics } = rig();
    await clock.advance(3_000);
    expect(client.writes).toHaveLength(1);
    replica.report();
    expect(replica.leader()).toEqual({ isLeader: true, holder: 'me', epoch: 1 });
    expect([metrics.value('isthmus_leader_is_leader'), metrics.value('isthmus_leader_epoch')]).toEqual([1, 1]);
    await replica.stop();
  });
});

describe('Replica', () => {
  let r: ReturnType<typeof rig>;
  beforeEach(() => {
    r = rig(new FakeElector());
  });
  afterEach(async () => {
    const stopped = r.replica.stop();
    await r.clock.advance(1_000);
    await stopped;
  });

  /** A snapshot in the store, as another leader left it. */
  const leftBehind = async (): Promise<Snapshot> => {
    r.elector?.begin(5);
    await r.clock.advance(3_000);
    await r.elector?.end();
    const stored = await r.store.load(source().name);
    if (stored.kind !== 'snapshot') throw new Error('nothing was saved');
    return stored.snapshot;
  };

  it('reads nothing of AWS and no cluster, and writes nothing, while it stands by', async () => {
    await r.clock.advance(600_000);
    expect(r.cloudMap.calls).toEqual([]);
    expect(r.client.calls).toEqual([]);
    expect(r.replica.federation).toBeUndefined();
    expect(r.replica.status()).toMatchObject({
      leader: { isLeader: false, holder: 'other', epoch: 4 },
      store: { kind: 'redis', error: null },
      sources: [{ name: 'us', state: 'unread', services: 0 }],
      clusters: [{ name: 'eks', connection: 'unknown', sync: 'unknown' }],
    });
  });

  it('keeps the snapshots of the store at hand', async () => {
    await leftBehind();
    await r.clock.advance(1_000);
    expect(r.replica.status().sources).toMatchObject([{ name: 'us', services: 1, instances: 1 }]);
  });

  it('is not ready while the lease cannot be used, and says so', async () => {
    await r.clock.advance(100);
    expect(r.replica.status().leader.error).toBeNull();
    r.world.leaseError = { code: 'forbidden', message: 'no right', sinceMs: 0 };
    expect(r.replica.unreadyReasons()).toEqual(['lease: forbidden: no right']);
    expect(r.replica.status().leader.error).toMatchObject({ code: 'forbidden' });
    r.world.storeError = { code: 'timeout', message: 'no answer', sinceMs: 0 };
    expect(r.replica.unreadyReasons()).toEqual(['store: timeout: no answer', 'lease: forbidden: no right']);
  });

  it('is ready to take over once it has read the store, and not while the store is down', async () => {
    expect(rig(new FakeElector()).replica.unreadyReasons()).toEqual(['store: the snapshots were not read yet']);
    await r.clock.advance(100);
    expect(r.replica.unreadyReasons()).toEqual([]);
    r.world.storeError = { code: 'timeout', message: 'no answer', sinceMs: 0 };
    expect(r.replica.unreadyReasons()).toEqual(['store: timeout: no answer']);
    expect(r.replica.status().store.error).toMatchObject({ code: 'timeout' });
  });

  it('works from the start of a term to its end, and stamps what it writes with the epoch of the term', async () => {
    r.elector?.begin(5);
    await r.clock.advance(3_000);
    expect(r.client.writes.map(({ verb, name }) => `${verb} ${name}`)).toEqual(['create cloudmap-cart.shop']);
    expect(r.client.entry('cloudmap-cart.shop')?.annotations['isthmus.dev/epoch']).toBe('5');
    const ended = r.elector?.end();
    expect(r.replica.federation).toBeUndefined();
    await r.clock.advance(1_000);
    await ended;
    const calls = [r.cloudMap.calls.length, r.client.calls.length];
    await r.clock.advance(600_000);
    expect([r.cloudMap.calls.length, r.client.calls.length]).toEqual(calls);
  });

  it('takes over what another leader left without a single write, and proves nothing by it', async () => {
    await leftBehind();
    const writes = r.client.writes.length;
    r.cloudMap.fail('listNamespaces', 'hang');
    r.elector?.begin(6);
    await r.clock.advance(60_000);
    expect(r.replica.federation?.unreadyReasons()).toEqual([]);
    expect(r.replica.status().sources).toMatchObject([{ services: 1, instances: 1, state: 'unread' }]);
    expect(r.client.writes).toHaveLength(writes);
    r.cloudMap.heal();
    await r.clock.advance(120_000);
    expect(r.client.writes).toHaveLength(writes);
  });

  it('saves snapshots above the version that another leader left', async () => {
    const { version } = await leftBehind();
    r.elector?.begin(6);
    await r.clock.advance(3_000);
    r.cloudMap.register('cart.shop', [instance('10.0.0.1'), instance('10.0.0.2')]);
    await r.clock.advance(120_000);
    const stored = await r.store.load(source().name);
    expect(stored).toMatchObject({ kind: 'snapshot' });
    expect(stored.kind === 'snapshot' && stored.snapshot.version).toBeGreaterThan(version);
  });

  it('takes up a new configuration, also for its next term', async () => {
    r.replica.configure({ ...r.settings, clusters: [] });
    r.elector?.begin(5);
    await r.clock.advance(10_000);
    expect(r.client.writes).toEqual([]);
    r.replica.configure(r.settings);
    await r.clock.advance(10_000);
    expect(r.client.writes).toHaveLength(1);
  });

  it('ends its term before it has stopped', async () => {
    r.elector?.begin(5);
    await r.clock.advance(3_000);
    const stopped = r.replica.stop();
    await r.clock.advance(1_000);
    await stopped;
    expect(r.elector?.isRunning).toBe(false);
    expect(r.replica.federation).toBeUndefined();
  });
});

describe('Replica whose store is away', () => {
  const AWAY: ErrorReport = { code: 'network', message: 'no Redis', sinceMs: 0 };

  async function leading(holdsLease: boolean) {
    const r = rig(new FakeElector(), holdsLease);
    r.cloudMap.register('cart.shop', [instance('10.0.0.1'), instance('10.0.0.2')]);
    r.elector?.begin(5);
    await r.clock.advance(60_000);
    const stop = async (): Promise<void> => {
      const stopped = r.replica.stop();
      await r.clock.advance(1_000);
      await stopped;
    };
    /** What `FixedJobs` does, for some minutes. */
    const passMinutes = async (minutes: number): Promise<void> => {
      for (let tick = 0; tick < minutes * 30; tick++) {
        await r.clock.advance(2_000);
        r.replica.federation?.wakeDueSweeps();
        await r.replica.tendStore();
      }
    };
    const addresses = (): readonly string[] => {
      const spec = r.client.entry('cloudmap-cart.shop')?.spec.raw as { endpoints?: { address: string }[] } | undefined;
      return (spec?.endpoints ?? []).map(({ address }) => address);
    };
    return { ...r, stop, passMinutes, addresses };
  }

  it('goes on without removals where the lease is elsewhere, says so, and removes when the store is back', async () => {
    const r = await leading(false);
    r.world.storeError = AWAY;
    r.cloudMap.register('cart.shop', [instance('10.0.0.1'), instance('10.0.0.3')]);
    await r.passMinutes(3);
    expect(r.addresses()).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3']);
    expect(r.replica.status()).toMatchObject({
      leader: { isLeader: true },
      store: { error: { code: 'network' } },
      clusters: [{ warnings: ['nothing is removed, because this replica leads while the store is away'] }],
    });
    expect(r.replica.unreadyReasons()).toEqual(['store: network: no Redis']);
    delete r.world.storeError;
    await r.passMinutes(1);
    expect(r.addresses()).toEqual(['10.0.0.1', '10.0.0.3']);
    expect(r.replica.status().clusters).toMatchObject([{ warnings: [] }]);
    await r.stop();
  });

  it('holds nothing back where the store decides who leads: the term is what ends then', async () => {
    const r = await leading(true);
    r.world.storeError = AWAY;
    r.cloudMap.register('cart.shop', [instance('10.0.0.1'), instance('10.0.0.3')]);
    await r.passMinutes(3);
    expect(r.addresses()).toEqual(['10.0.0.1', '10.0.0.3']);
    await r.stop();
  });
});
