import { fieldRows, parseConfig } from '@isthmus/config';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const ROOT = join(import.meta.dirname, '../..');
const PAGES = [
  'README.md',
  ...['docs/how-to', 'docs/tutorials'].flatMap((folder) =>
    readdirSync(join(ROOT, folder)).map((file) => join(folder, file)),
  ),
];

/** Every YAML block of a page that is a whole `isthmus.yaml`, without the indentation of its list. */
function configurations(page: string): readonly string[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(/^( *)```yaml[^\n]*\n([\s\S]*?)^ *```$/gm)]
    .map(([, indent = '', body = '']) => body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''))
    .filter((body) => body.startsWith('apiVersion: isthmus.dev/v1'));
}

describe('the examples in the documentation', () => {
  it.each(PAGES.filter((page) => configurations(page).length > 0))(
    '%s are configurations that this version accepts without a warning',
    (page) => {
      const problems = configurations(page).flatMap((text) => {
        const parsed = parseConfig(text, { file: 'isthmus.yaml', folder: '/' });
        const found = parsed.ok ? parsed.value.warnings : parsed.error;
        return found.map(({ line, message }) => `${line}: ${message}`);
      });
      expect(problems).toEqual([]);
    },
  );

  it('are found', () => {
    expect(PAGES.flatMap(configurations).length).toBeGreaterThanOrEqual(2);
  });
});

describe('the annotated examples', () => {
  const files = ['isthmus', 'isthmus.sentinel', 'isthmus.memory'].map((name) => `docs/reference/${name}.example.yaml`);
  const texts = new Map(files.map((file) => [file, readFileSync(join(ROOT, file), 'utf8')]));

  it.each([...texts])('%s is a configuration that this version accepts', (file, text) => {
    const parsed = parseConfig(text, { file, folder: '/' });
    expect(parsed.ok ? [] : parsed.error.map(({ line, message }) => `${line}: ${message}`)).toEqual([]);
  });

  it('show every field, in an entry or among the defaults', () => {
    const fields = [...texts.values()].flatMap((text) => fieldsOf(parse(text), ''));
    const shown = new Set([...fields, ...fields.map(inEntry)]);
    expect(fieldRows().flatMap(({ path }) => (shown.has(path) ? [] : [path]))).toEqual([]);
  });
});

/** The path of each field of a document, `[]` for any entry of a list. */
function fieldsOf(value: unknown, path: string): readonly string[] {
  if (typeof value !== 'object' || value === null) return [path];
  if (Array.isArray(value)) return [path, ...value.flatMap((entry) => fieldsOf(entry, `${path}[]`))];
  const prefix = path === '' ? '' : `${path}.`;
  return [path, ...Object.entries(value).flatMap(([name, inner]) => fieldsOf(inner, prefix + name))];
}

/** Where a field stands that was shown among the defaults. */
function inEntry(path: string): string {
  return path
    .replace(/^defaults\.source\./, 'sources[].')
    .replace(/^defaults\.cluster\./, 'clusters[].')
    .replace(/^defaults\.to\./, 'clusters[].routes[].to.');
}
