import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { interned } from './interned.js';
import { pooled } from './pooled.js';
import { remembered } from './remembered.js';

describe('interned', () => {
  it('makes one value for equal texts', () => {
    const list = interned((text) => [text]);
    expect(list('a')).toBe(list(['', 'a'].join('')));
    expect(list('a')).not.toBe(list('b'));
  });

  it('makes no value twice of a text that has none', () => {
    let made = 0;
    const none = interned(() => {
      made += 1;
      return undefined;
    });
    expect([none('a'), none('a'), made]).toEqual([undefined, undefined, 2]);
  });

  it('keeps no value that nobody holds', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    let made = 0;
    const list = interned((text) => {
      made += 1;
      return [text];
    });
    for (let i = 0; i < 5_000; i++) list(`text ${i}`);
    // A weak reference holds what was made in the same job.
    await new Promise(setImmediate);
    collect();
    list('text 7');
    expect(made).toBe(5_001);
  });
});

describe('remembered', () => {
  it('makes the answer for an object once, and for an equal one again', () => {
    let made = 0;
    const countOf = remembered((list: readonly number[]) => ({ count: list.length, made: ++made }));
    const list = [1, 2];
    expect(countOf(list)).toBe(countOf(list));
    expect(countOf([1, 2])).toEqual({ count: 2, made: 2 });
  });
});

describe('pooled', () => {
  it('gives back the same text, whatever was asked for in between', () => {
    for (let i = 0; i < 120_000; i++) {
      if (pooled(`text ${i % 70_000}`) !== `text ${i % 70_000}`) throw new Error('another text came back');
    }
    expect(pooled('text 1')).toBe('text 1');
  });
});
