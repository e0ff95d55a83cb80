import { settle } from '@isthmus/testing';

import { SerialJob } from './serial-job.js';

describe('SerialJob', () => {
  it('never overlaps itself, and answers each ask with a run that began after it', async () => {
    const ends: (() => void)[] = [];
    const job = new SerialJob(() => new Promise((resolve) => ends.push(resolve)));
    const answered: string[] = [];
    const ask = (name: string): void => void job.run().then(() => answered.push(name));
    ask('first');
    await settle();
    ask('second');
    ask('third');
    await settle();
    expect([ends.length, answered]).toEqual([1, []]);
    ends[0]?.();
    await settle();
    expect([ends.length, answered]).toEqual([2, ['first']]);
    ends[1]?.();
    await settle();
    expect([ends.length, answered]).toEqual([2, ['first', 'second', 'third']]);
  });
});
