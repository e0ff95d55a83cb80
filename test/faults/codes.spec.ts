import { CODES } from '@isthmus/model';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const PAGES = join(ROOT, 'docs/reference/codes');

/** What tests are made of: specs, the contract suites that they run, and what golden cases expect. */
const SOURCES = [
  '{apps,libs,test}/**/*.spec.ts',
  'libs/testing/src/*-contract*.ts',
  'test/golden/cases/*/expected.yaml',
].flatMap((pattern) => globSync(pattern, { cwd: ROOT, exclude: (name) => name.includes('node_modules') }));

const texts = SOURCES.map((file) => join(ROOT, file))
  .filter((file) => relative(import.meta.dirname, file) !== 'codes.spec.ts')
  .map((file) => readFileSync(file, 'utf8'));

/** Whether a test names a code as a word of its own: quoted in a spec, bare behind a colon or comma in YAML. */
function isNamed(code: string): boolean {
  const word = new RegExp(`['"\`]${code}['"\`]|[:,|(] ?\\b${code}(?=['",|)\\s])`, 'm');
  return texts.some((text) => word.test(text));
}

describe('the catalogue of codes', () => {
  it.each(Object.keys(CODES))('%s is produced by a test', (code) => {
    expect(isNamed(code)).toBe(true);
  });

  it.each(Object.entries(CODES))(
    '%s has a page that says what it means and what to do',
    (code, { meaning, remedy }) => {
      const page = join(PAGES, `${code}.md`);
      expect(existsSync(page)).toBe(true);
      const text = readFileSync(page, 'utf8');
      expect(text).toContain(meaning);
      expect(text).toContain(remedy);
    },
  );

  it('has no page of a code that does not exist', () => {
    const pages = globSync('*.md', { cwd: PAGES }).map((file) => file.replace(/\.md$/, ''));
    expect(pages.filter((page) => page !== 'README' && !(page in CODES))).toEqual([]);
  });
});
