import { attributesOf } from '@isthmus/model';
import { decodeNameLists, decodeRows, NameLists } from './instance-table.js';

const NAMES = [['a', 'b'], []];

describe('NameLists', () => {
  it('holds each list of names once, and a row for each instance', () => {
    const names = new NameLists();
    const of = (id: string, pairs: readonly (readonly [string, string])[]) =>
      names.rowOf({ id, health: 'HEALTHY', attributes: attributesOf(pairs) });
    const b2 = ['b', '2'] as const;
    expect([of('i-1', [['a', '1'], b2]), of('i-2', []), of('i-3', [b2, ['a', '3']])]).toEqual([
      ['i-1', 'HEALTHY', 0, '1', '2'],
      ['i-2', 'HEALTHY', 1],
      ['i-3', 'HEALTHY', 0, '3', '2'],
    ]);
    expect(names.lists).toEqual(NAMES);
  });

  it('takes attributes that are kept in another form and order', () => {
    const names = new NameLists();
    const attributes = new Map([
      ['b', '2'],
      ['a', '1'],
    ]);
    expect(names.rowOf({ id: 'i-1', health: 'UNKNOWN', attributes })).toEqual(['i-1', 'UNKNOWN', 0, '1', '2']);
  });
});

describe('decodeRows', () => {
  it('gives back what was written', () => {
    const rows = [
      ['i-1', 'HEALTHY', 0, '1', '2'],
      ['i-2', 'UNKNOWN', 1],
    ];
    expect(decodeRows(rows, NAMES)).toEqual({
      ok: true,
      value: [
        {
          id: 'i-1',
          health: 'HEALTHY',
          attributes: attributesOf([
            ['a', '1'],
            ['b', '2'],
          ]),
        },
        { id: 'i-2', health: 'UNKNOWN', attributes: attributesOf([]) },
      ],
    });
  });

  it.each<[string, unknown]>([
    ['no list', { 0: ['i-1', 'HEALTHY', 1] }],
    ['nothing', [null]],
    ['an instance that is no row', [{ id: 'i-1', health: 'HEALTHY', attributes: [] }]],
    ['no id', [[undefined, 'HEALTHY', 1]]],
    ['an unknown health', [['i-1', 'FINE', 1]]],
    ['names that are not there', [['i-1', 'HEALTHY', 2]]],
    ['names before the first', [['i-1', 'HEALTHY', -1]]],
    ['names that are no number', [['i-1', 'HEALTHY', '1']]],
    ['fewer values than names', [['i-1', 'HEALTHY', 0, '1']]],
    ['more values than names', [['i-1', 'HEALTHY', 0, '1', '2', '3']]],
    ['a value that is no text', [['i-1', 'HEALTHY', 0, '1', 2]]],
    ['a text that no attribute can be', [['i-1', 'HEALTHY', 0, '1', 'x'.repeat(4097)]]],
  ])('refuses %s', (_, value) => {
    expect(decodeRows(value, NAMES).ok).toBe(false);
  });
});

describe('decodeNameLists', () => {
  it('gives back what was written', () => {
    expect(decodeNameLists(NAMES)).toEqual({ ok: true, value: NAMES });
  });

  it.each<[string, unknown]>([
    ['no list', {}],
    ['a list of texts', ['a']],
    ['a name that is no text', [['a', 1]]],
    ['a name twice', [['a', 'a']]],
    ['names in another order, by which equal instances would differ', [['b', 'a']]],
  ])('refuses %s', (_, value) => {
    expect(decodeNameLists(value).ok).toBe(false);
  });
});
