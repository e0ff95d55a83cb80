import type { JsonObject } from './json.js';
import { isList, isObject, objectAt, textAt } from './json.js';
import type { Answer } from './api-server.spec-rig.js';
import { ENTRIES_PATH, PARTIAL, PARTIAL_LIST, Rig } from './api-server.spec-rig.js';

function rigWith(...names: readonly string[]): Rig {
  const rig = new Rig();
  for (const name of names) rig.create(name, { metadata: { labels: { app: name } } });
  return rig;
}

function names(answer: Answer): readonly string[] {
  const items = answer.json['items'];
  return (isList(items) ? items : []).filter(isObject).map((item) => textAt(objectAt(item, 'metadata'), 'name') ?? '');
}

const metadata = (answer: Answer): JsonObject => objectAt(answer.json, 'metadata');

describe('LIST of ServiceEntries', () => {
  it('answers all of the namespace by name, with the revision of the list', () => {
    const rig = rigWith('b', 'a');
    const answer = rig.call(`GET ${ENTRIES_PATH}`);
    expect(answer.json).toMatchObject({ kind: 'ServiceEntryList', metadata: { resourceVersion: '4' } });
    expect(names(answer)).toEqual(['a', 'b']);
  });

  it('answers metadata alone as PartialObjectMetadataList, and the singular form with 406', () => {
    const rig = rigWith('a');
    const answer = rig.call(`GET ${ENTRIES_PATH}`, undefined, { accept: PARTIAL_LIST });
    expect(answer.json).toMatchObject({ kind: 'PartialObjectMetadataList', items: [{ metadata: { name: 'a' } }] });
    expect(answer.text).not.toContain('"spec"');
    expect(rig.call(`GET ${ENTRIES_PATH}`, undefined, { accept: PARTIAL }).json['reason']).toBe('NotAcceptable');
  });

  it('selects by label', () => {
    const rig = rigWith('a', 'b', 'c');
    const selected = (selector: string) =>
      names(rig.call(`GET ${ENTRIES_PATH}?labelSelector=${encodeURIComponent(selector)}`));
    expect(selected('app=b')).toEqual(['b']);
    expect(selected('app!=b,app')).toEqual(['a', 'c']);
    expect(selected('!app')).toEqual([]);
    expect(rig.call(`GET ${ENTRIES_PATH}?labelSelector=app%20in%20(a)`).status).toBe(400);
  });

  it('pages at one revision, whatever is written meanwhile', () => {
    const rig = rigWith('a', 'b', 'c');
    const first = rig.call(`GET ${ENTRIES_PATH}?limit=2`);
    expect(metadata(first)).toMatchObject({ remainingItemCount: 1 });
    rig.create('d');
    rig.call(`DELETE ${ENTRIES_PATH}/c`);
    const second = rig.call(`GET ${ENTRIES_PATH}?limit=2&continue=${textAt(metadata(first), 'continue') ?? ''}`);
    expect([names(first), names(second)]).toEqual([['a', 'b'], ['c']]);
    expect(metadata(second)).toMatchObject({ continue: '' });
  });

  it('answers a list of metadata without items with none at all, a full one with an empty list', () => {
    const rig = rigWith();
    expect(rig.call(`GET ${ENTRIES_PATH}`, undefined, { accept: PARTIAL_LIST }).json['items']).toBeNull();
    expect(rig.call(`GET ${ENTRIES_PATH}`).json['items']).toEqual([]);
  });

  it('answers an expired position with 410 and a token that goes on inconsistently', () => {
    const rig = rigWith('a', 'b');
    const first = rig.call(`GET ${ENTRIES_PATH}?limit=1`);
    rig.model.world.compact();
    const answer = rig.call(`GET ${ENTRIES_PATH}?limit=1&continue=${textAt(metadata(first), 'continue') ?? ''}`);
    expect([answer.status, answer.json['reason']]).toEqual([410, 'Expired']);
    const inconsistent = textAt(metadata(answer), 'continue') ?? '';
    expect(names(rig.call(`GET ${ENTRIES_PATH}?continue=${inconsistent}`))).toEqual(['b']);
  });

  it('refuses a position that it did not give', () => {
    expect(rigWith('a').call(`GET ${ENTRIES_PATH}?continue=bogus`).status).toBe(400);
  });

  it('ignores the limit on reads from the watch cache', () => {
    const rig = rigWith('a', 'b');
    expect(names(rig.call(`GET ${ENTRIES_PATH}?limit=1&resourceVersion=0`))).toEqual(['a', 'b']);
    const query = 'limit=1&resourceVersion=3&resourceVersionMatch=NotOlderThan';
    expect(names(rig.call(`GET ${ENTRIES_PATH}?${query}`))).toEqual(['a', 'b']);
  });

  it('answers 504 ResourceVersionTooLarge for a revision that it has not reached', () => {
    const rig = rigWith('a');
    const query = 'resourceVersion=99&resourceVersionMatch=NotOlderThan';
    expect(rig.call(`GET ${ENTRIES_PATH}?${query}`)).toMatchObject({
      status: 504,
      headers: { 'retry-after': '1' },
      json: {
        reason: 'Timeout',
        message: 'Too large resource version: 99, current: 3',
        details: { causes: [{ reason: 'ResourceVersionTooLarge' }], retryAfterSeconds: 1 },
      },
    });
  });

  it('answers old state from a frozen watch cache, and new state past it', () => {
    const rig = rigWith('a');
    rig.model.world.freezeCache();
    rig.create('b');
    expect(names(rig.call(`GET ${ENTRIES_PATH}?resourceVersion=0`))).toEqual(['a']);
    expect(names(rig.call(`GET ${ENTRIES_PATH}`))).toEqual(['a', 'b']);
  });

  it('wants a resourceVersion beside resourceVersionMatch', () => {
    expect(rigWith('a').call(`GET ${ENTRIES_PATH}?resourceVersionMatch=NotOlderThan`).status).toBe(422);
  });

  it('refuses to watch rather than to answer something else', () => {
    expect(rigWith('a').call(`GET ${ENTRIES_PATH}?watch=true`).status).toBe(400);
  });
});
