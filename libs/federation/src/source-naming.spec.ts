import { IsthmusError, NAME_SOURCES_EVERY_MS, sourceName } from '@isthmus/model';
import type { SourceName } from '@isthmus/model';
import { ManualClock, recordingLogger } from '@isthmus/testing';

import { MemorySnapshotStore } from './memory-snapshot-store.js';
import { SourceNaming } from './source-naming.js';

const US = sourceName('us');

class NamedStore extends MemorySnapshotStore {
  readonly asked: (readonly SourceName[])[] = [];
  error: IsthmusError | undefined;
  removed: readonly SourceName[] = [];

  override nameSources(sources: readonly SourceName[], mayRemove: () => boolean): Promise<readonly SourceName[]> {
    this.asked.push(sources);
    if (this.error !== undefined) return Promise.reject(this.error);
    return Promise.resolve(mayRemove() ? this.removed : []);
  }
}

describe('SourceNaming', () => {
  const rig = () => {
    const world = { clock: new ManualClock(), logger: recordingLogger(), store: new NamedStore(), isLeading: true };
    const naming = new SourceNaming({ ...world, mayRemove: () => world.isLeading });
    return { world, naming };
  };

  it('names the sources at once, and again when it is time to', async () => {
    const { world, naming } = rig();
    await naming.nameWhenDue([US]);
    await world.clock.advance(NAME_SOURCES_EVERY_MS - 1);
    await naming.nameWhenDue([US]);
    expect(world.store.asked).toEqual([[US]]);
    await world.clock.advance(1);
    await naming.nameWhenDue([US]);
    expect(world.store.asked).toEqual([[US], [US]]);
  });

  it('repeats at the next call what failed', async () => {
    const { world, naming } = rig();
    world.store.error = new IsthmusError('timeout', 'no answer');
    await naming.nameWhenDue([US]);
    world.store.error = undefined;
    await naming.nameWhenDue([US]);
    await naming.nameWhenDue([US]);
    expect(world.store.asked).toHaveLength(2);
  });

  it('says what left the store, which only a leader removes', async () => {
    const { world, naming } = rig();
    world.store.removed = [sourceName('old')];
    world.isLeading = false;
    await naming.nameWhenDue([US]);
    expect(world.logger.lines).toEqual([]);
    world.isLeading = true;
    await world.clock.advance(NAME_SOURCES_EVERY_MS);
    await naming.nameWhenDue([US]);
    expect(world.logger.lines).toMatchObject([{ level: 'info', fields: { source: 'old' } }]);
  });
});
