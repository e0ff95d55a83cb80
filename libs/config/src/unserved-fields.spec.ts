import { stringify } from 'yaml';
import { UNSERVED_FIELDS, parseConfig } from './index.js';

/** A document that has nothing but the field, at `hub.formerNames` or in the first entry of each list on the way. */
function documentWith(path: string): string {
  const value = path
    .split('.')
    .toReversed()
    .reduce<unknown>(
      (inner, step) => (step.endsWith('[]') ? { [step.slice(0, -2)]: [inner] } : { [step]: inner }),
      'secret-value',
    );
  return stringify(value);
}

describe('a field that is not built yet', () => {
  it.each(UNSERVED_FIELDS.map(({ path }) => path))('is refused by its name and not as unknown: %s', (path) => {
    const parsed = parseConfig(documentWith(path), { file: 'isthmus.yaml', folder: '/' });
    const problems = parsed.ok ? [] : parsed.error;
    const name = path.split('.').at(-1);
    const line =
      documentWith(path)
        .split('\n')
        .findIndex((text) => text.includes(`${name}: `)) + 1;
    expect(problems.filter(({ code }) => code === 'CFG004')).toEqual([]);
    expect(problems.filter(({ code }) => code === 'CFG005')).toMatchObject([
      { path: path.replaceAll('[]', '[0]'), message: 'is not served by this version', line },
    ]);
    expect(JSON.stringify(problems)).not.toContain('secret-value');
  });
});
