import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
/** Libraries that decide: time, randomness and the process reach them as arguments only. */
const PURE = ['model', 'ports', 'discovery', 'desired', 'plan', 'election', 'emulation'];
const IMPURE =
  /\bDate\.now\b|\bnew Date\(\)|\bperformance\.|\bset(?:Timeout|Interval|Immediate)\(|\bMath\.random\b|\brandomUUID\b|\brandomBytes\b|\bprocess\.[a-z]|\bconsole\.[a-z]/;

function sources(lib: string): readonly string[] {
  return readdirSync(join(ROOT, 'libs', lib, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/\.spec(-rig)?\.ts$/.test(file))
    .map((file) => join('libs', lib, 'src', file));
}

describe('the libraries that decide', () => {
  it.each(PURE)('%s takes time and randomness as arguments', (lib) => {
    const impure = sources(lib).filter((file) => IMPURE.test(readFileSync(join(ROOT, file), 'utf8')));
    expect(impure).toEqual([]);
  });

  it('are recognised as impure when they are', () => {
    expect(['Date.now()', 'setTimeout(f)', 'Math.random()', 'new Date()'].every((text) => IMPURE.test(text))).toBe(
      true,
    );
    expect(IMPURE.test('new Date(ms).toISOString()')).toBe(false);
  });
});
