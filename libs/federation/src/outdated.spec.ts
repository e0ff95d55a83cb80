import { cluster, configuration, EU, hub, route, snapshot, US } from '@isthmus/testing';

import { isOutdated } from './outdated.js';

describe('isOutdated', () => {
  const eks = cluster({ routes: [route({ regions: ['us-east-1'] })] });
  const settings = configuration({ hub: hub(), sources: [US, EU], clusters: [eks] });
  const [us, eu] = [snapshot(US, []), snapshot(EU, [])];
  const decided = { cluster: eks, hub: settings.hub, snapshots: [us, eu] };
  const now = { configuration: settings, cluster: eks };
  const newer = (one: typeof us) => ({ ...one, version: one.version + 1 });

  it.each([
    ['nothing has changed', now, [us, eu], false],
    ['a source that its routes do not name was read anew', now, [us, newer(eu)], false],
    ['a snapshot was renewed and says the same', now, [{ ...us }, eu], false],
    ['a source that its routes name was read anew', now, [newer(us), eu], true],
    ['its configuration was loaded anew', { ...now, cluster: cluster({ routes: eks.routes }) }, [us, eu], true],
    ['that of the hub was', { ...now, configuration: { ...settings, hub: hub() } }, [us, eu], true],
  ])('when %s', (_, present, snapshots, expected) => {
    expect(isOutdated(decided, present, snapshots)).toBe(expected);
  });

  it('when a source that its routes name was unread then', () => {
    expect(isOutdated({ ...decided, snapshots: [eu] }, now, [us, eu])).toBe(true);
  });
});
