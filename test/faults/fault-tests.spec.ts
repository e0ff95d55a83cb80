import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { FAULT_TESTS } from './fault-tests.js';

const ROOT = join(import.meta.dirname, '../..');

describe('the table of faults', () => {
  it('has all twenty', () => {
    expect(FAULT_TESTS.map(({ number }) => number)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });

  it.each(FAULT_TESTS.flatMap(({ number, tests }) => tests.map(([file, name]) => [number, file, name] as const)))(
    'names tests that there are: fault %i in %s: “%s”',
    (_number, file, name) => {
      expect(readFileSync(join(ROOT, file), 'utf8')).toContain(`'${name}'`);
    },
  );
});
