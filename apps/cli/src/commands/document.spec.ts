import { columns, printable } from './document.js';

describe('columns', () => {
  it('makes each column as wide as its widest cell, and leaves nothing at the end of a line', () => {
    expect(columns([['a', 'bbb', ''], ['aaa', 'b', 'c'], ['aa']])).toEqual(['a    bbb', 'aaa  b    c', 'aa']);
  });
});

describe('printable', () => {
  it.each([
    ['escape sequences', 'a\u001b[2Jb', 'a?[2Jb'],
    ['line breaks', 'a\nb\u2028c', 'a?b?c'],
    ['marks that turn the direction', 'a\u202eb', 'a?b'],
    ['nothing of other scripts', 'größe 日本', 'größe 日本'],
  ])('replaces %s', (_what, text, expected) => {
    expect(printable(text)).toBe(expected);
  });
});
