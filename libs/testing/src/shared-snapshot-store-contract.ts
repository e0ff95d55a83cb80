import { KEEP_UNNAMED_MS, NAME_SOURCES_EVERY_MS, sourceName, WATCH_UNNAMED_MS } from '@isthmus/model';
import type { SourceName } from '@isthmus/model';
import type { SnapshotStore } from '@isthmus/ports';

import { snapshot, source } from './builders.js';

/** An empty store that two processes share. */
export interface SharedStoreRig {
  /** As the leader sees it, which removes what nobody works with. */
  readonly store: SnapshotStore;
  readonly other: SnapshotStore;
  /** Another process names a source, and the store hears of it before anything that is asked later. */
  nameFirst(source: SourceName): void;
  /** Moves all clocks on. */
  advance(ms: number): Promise<void>;
  /** Moves the wall clock of the leader alone. */
  jumpWallClock(ms: number): void;
  close(): Promise<void>;
}

const [US, EU] = [sourceName('us'), sourceName('eu')];
const always = (): boolean => true;

/** What every SnapshotStore does that several processes share, of the sources that were taken out of a configuration. */
export function sharedSnapshotStoreContract(name: string, open: () => Promise<SharedStoreRig>): void {
  describe(`${name} as a SnapshotStore that processes share`, () => {
    let rig: SharedStoreRig;
    beforeEach(async () => {
      rig = await open();
      await rig.store.save(snapshot(source({ name: 'us' }), []), 0);
      await rig.store.save(snapshot(source({ name: 'eu' }), []), 0);
    });
    afterEach(() => rig.close());

    leaving(() => rig);
    staying(() => rig);
  });
}

function leaving(rigOf: () => SharedStoreRig): void {
  /** The leader works with `us` alone, and looks twice: once a week later, and once when it has watched for an hour. */
  const afterAWeek = async (mayRemove = always): Promise<readonly (readonly SourceName[])[]> => {
    await rigOf().advance(KEEP_UNNAMED_MS);
    const first = await rigOf().store.nameSources([US], mayRemove);
    await rigOf().advance(WATCH_UNNAMED_MS);
    return [first, await rigOf().store.nameSources([US], mayRemove)];
  };

  it('removes everything of a source that nobody has named for a week, and of no other', async () => {
    expect(await afterAWeek()).toEqual([[], [EU]]);
    expect([await isThere(rigOf(), US), await isThere(rigOf(), EU)]).toEqual([true, false]);
    expect(await rigOf().other.save(snapshot(source({ name: 'eu' }), []), 0)).toEqual({ kind: 'saved' });
    expect(await isThere(rigOf(), EU)).toBe(true);
  });

  it('removes nothing for who may not, and never what is its own', async () => {
    expect(await afterAWeek(() => false)).toEqual([[], []]);
    await rigOf().advance(KEEP_UNNAMED_MS + WATCH_UNNAMED_MS);
    expect(await rigOf().other.nameSources([US, EU], always)).toEqual([]);
    expect([await isThere(rigOf(), US), await isThere(rigOf(), EU)]).toEqual([true, true]);
  });
}

function staying(rigOf: () => SharedStoreRig): void {
  it('keeps what another replica names, whose configuration is an older one', async () => {
    await rigOf().advance(KEEP_UNNAMED_MS);
    for (let passedMs = 0; passedMs <= 2 * WATCH_UNNAMED_MS; passedMs += NAME_SOURCES_EVERY_MS) {
      await rigOf().other.nameSources([US, EU], () => false);
      expect(await rigOf().store.nameSources([US], always)).toEqual([]);
      await rigOf().advance(NAME_SOURCES_EVERY_MS);
    }
    expect(await isThere(rigOf(), EU)).toBe(true);
  });

  it('keeps what another replica names, although the wall clock of the leader jumps by a month', async () => {
    await rigOf().store.nameSources([US], always);
    rigOf().jumpWallClock(4 * KEEP_UNNAMED_MS);
    for (let passedMs = 0; passedMs <= 2 * WATCH_UNNAMED_MS; passedMs += NAME_SOURCES_EVERY_MS) {
      await rigOf().other.nameSources([US, EU], () => false);
      expect(await rigOf().store.nameSources([US], always)).toEqual([]);
      await rigOf().advance(NAME_SOURCES_EVERY_MS);
    }
    expect(await isThere(rigOf(), EU)).toBe(true);
  });

  it('keeps what is saved by another replica meanwhile', async () => {
    await rigOf().advance(KEEP_UNNAMED_MS);
    await rigOf().store.nameSources([US], always);
    await rigOf().advance(WATCH_UNNAMED_MS);
    await rigOf().other.save({ ...snapshot(source({ name: 'eu' }), []), version: 2 }, 1);
    expect(await rigOf().store.nameSources([US], always)).toEqual([]);
    expect(await isThere(rigOf(), EU)).toBe(true);
  });

  it('keeps what is named between the look and the removal', async () => {
    await rigOf().advance(KEEP_UNNAMED_MS);
    await rigOf().store.nameSources([US], always);
    await rigOf().advance(WATCH_UNNAMED_MS);
    // Asked after the look: the other replica is quicker than the removal.
    const removed = rigOf().store.nameSources([US], () => {
      rigOf().nameFirst(EU);
      return true;
    });
    expect(await removed).toEqual([]);
    expect(await isThere(rigOf(), EU)).toBe(true);
  });
}

async function isThere({ store, other }: SharedStoreRig, wanted: SourceName): Promise<boolean> {
  return (await other.load(wanted)).kind !== 'none' && (await store.load(wanted)).kind !== 'none';
}
