import { parseConfig } from '@isthmus/config';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const PAGES = ['README.md', ...readdirSync(join(ROOT, 'docs/how-to')).map((file) => join('docs/how-to', file))];

/** Every YAML block of a page that is a whole `isthmus.yaml`, without the indentation of its list. */
function configurations(page: string): readonly string[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(/^( *)```yaml\n([\s\S]*?)^ *```$/gm)]
    .map(([, indent = '', body = '']) => body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''))
    .filter((body) => body.startsWith('apiVersion: isthmus.dev/v1'));
}

describe('the examples in the documentation', () => {
  it.each(PAGES.filter((page) => configurations(page).length > 0))(
    '%s are configurations that this version accepts',
    (page) => {
      const problems = configurations(page).flatMap((text) => {
        const parsed = parseConfig(text, { file: 'isthmus.yaml', folder: '/' });
        return parsed.ok ? [] : parsed.error.map(({ line, message }) => `${line}: ${message}`);
      });
      expect(problems).toEqual([]);
    },
  );

  it('are found', () => {
    expect(PAGES.flatMap(configurations).length).toBeGreaterThanOrEqual(2);
  });
});
