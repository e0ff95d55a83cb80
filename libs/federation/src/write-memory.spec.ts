import { createOf, deleteOf, desiredEntry, fixedRandom, liveEntry } from '@isthmus/testing';

import { WriteMemory } from './write-memory.js';

describe('WriteMemory', () => {
  const change = createOf(desiredEntry('a'));

  it('lets a change be tried that it knows nothing about', () => {
    const memory = new WriteMemory(fixedRandom());
    expect(memory.mayTry(change, 0)).toBe(true);
    expect(memory.nextTryMs([change], 0)).toBeUndefined();
  });

  it('holds back refused content for ever, and other content of the same object not at all', () => {
    const memory = new WriteMemory(fixedRandom());
    memory.refused(change);
    expect(memory.mayTry(change, Number.MAX_SAFE_INTEGER)).toBe(false);
    expect(memory.mayTry(createOf(desiredEntry('a', 'h2')), 0)).toBe(true);
    expect(memory.nextTryMs([change], 0)).toBeUndefined();
  });

  it('forgets failures after a success', () => {
    const memory = new WriteMemory(fixedRandom());
    for (let failure = 0; failure < 5; failure++) memory.failed(change, 0);
    memory.succeeded(change, 0);
    memory.failed(change, 0);
    expect(memory.nextTryMs([change], 0)).toBe(250);
  });

  it('slows the third write of the same content within an hour, and not that of new content', () => {
    const memory = new WriteMemory(fixedRandom());
    for (let write = 0; write < 3; write++) memory.succeeded(change, write);
    expect(memory.mayTry(change, 3)).toBe(false);
    for (let write = 0; write < 3; write++) memory.succeeded(createOf(desiredEntry('b', `h${write}`)), write);
    expect(memory.mayTry(createOf(desiredEntry('b', 'h2')), 3)).toBe(true);
  });

  it('forgets successes after an hour, but neither a refusal nor a failure', () => {
    const memory = new WriteMemory(fixedRandom());
    const [refused, failing] = [createOf(desiredEntry('refused')), createOf(desiredEntry('failing'))];
    for (let write = 0; write < 2; write++) memory.succeeded(change, write);
    memory.refused(refused);
    for (let failure = 0; failure < 30; failure++) memory.failed(failing, 0);
    memory.succeeded(createOf(desiredEntry('other')), 3_700_000);
    expect(memory.isRefused(refused)).toBe(true);
    memory.failed(failing, 3_700_000);
    expect(memory.nextTryMs([failing], 3_700_000)).toBe(3_850_000);
    memory.succeeded(change, 3_700_001);
    expect(memory.mayTry(change, 3_700_002)).toBe(true);
  });

  it('forgets the trouble with objects that are not planned any more, and keeps that with the others', () => {
    const memory = new WriteMemory(fixedRandom());
    const [refused, failing, stays] = ['refused', 'failing', 'stays'].map((name) => createOf(desiredEntry(name)));
    if (refused === undefined || failing === undefined || stays === undefined) throw new Error('there are three');
    for (const one of [refused, stays]) memory.refused(one);
    memory.failed(failing, 0);
    memory.planned([stays]);
    expect([refused, failing, stays].map((one) => memory.mayTry(one, 0))).toEqual([true, true, false]);
  });

  it('takes an object that was made anew under the same name for another one', () => {
    const memory = new WriteMemory(fixedRandom());
    memory.refused(deleteOf(liveEntry('a')));
    expect(memory.mayTry(deleteOf(liveEntry('a')), 0)).toBe(false);
    expect(memory.mayTry(deleteOf(liveEntry('a', { uid: 'new' })), 0)).toBe(true);
  });
});
