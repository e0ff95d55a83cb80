import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import type { ScriptName } from './scripts.js';
import { scriptOf } from './scripts.js';

const FOLDER = join(import.meta.dirname, 'lua');
const FILES = globSync('*.lua', { cwd: FOLDER }).toSorted();

describe.each(FILES)('%s', (file) => {
  const [name = '', keys = ''] = basename(file, '.lua').split('-');
  const lua = readFileSync(join(FOLDER, file), 'utf8');
  const code = lua.replaceAll(/^\s*--.*$/gm, '');

  it('has a header that says what it does, its keys, arguments and results', () => {
    const header = lua.slice(0, lua.search(/^[^-]/m));
    expect(header).toMatch(/^-- [A-Z].*\.\n(--.*\n)*-- KEYS .*\n(--.*\n)*-- ARGV .*\n(--.*\n)*-- Result /);
  });

  it('uses exactly the keys that its name declares, and builds none itself', () => {
    const used = new Set([...code.matchAll(/KEYS\[(\d)\]/g)].map(([, number]) => Number(number)));
    expect([...used].toSorted((a, b) => a - b)).toEqual(Array.from({ length: Number(keys) }, (_, index) => index + 1));
    const calls = [...code.matchAll(/redis\.call\('(\w+)',? ?([^,)]*)/g)];
    expect(calls.filter(([, command, key]) => command !== 'INFO' && !/^KEYS\[\d\]$/.test(key ?? ''))).toEqual([]);
  });

  it('is found under its name', () => {
    expect(scriptOf(name as ScriptName)).toMatchObject({ lua, keyCount: Number(keys) });
  });
});

it('there are scripts', () => {
  expect(FILES).toHaveLength(8);
});
