import { emptySnapshot, sourceName } from '@isthmus/model';
import { source } from '@isthmus/testing';
import { restoreSnapshot } from './restore-snapshot.js';

describe('restoreSnapshot', () => {
  const stored = { ...emptySnapshot(sourceName('us'), 'us-east-1', ['a', 'b']), account: '111122223333', version: 7 };
  const restored = (changes: Parameters<typeof source>[0], keptAttributes = ['a', 'b']) =>
    restoreSnapshot(stored, { settings: source(changes), keptAttributes });

  it('takes a snapshot of the same region and account with every attribute that is needed', () => {
    expect(restored({})).toBe(stored);
    expect(restored({ account: '111122223333' })).toBe(stored);
  });

  it.each([
    ['of another region', { region: 'eu-west-1' }, ['a']],
    ['of another account', { account: '444455556666' }, ['a']],
    ['without an attribute that is needed now', {}, ['a', 'c']],
  ])('takes nothing of one %s', (_, changes, kept) => {
    expect(restored(changes, kept)).toBeUndefined();
  });

  it('no longer claims attributes that are not kept from now on', () => {
    expect(restored({}, ['a'])?.keptAttributes).toEqual(['a']);
  });
});
