import { readYaml } from './yaml-document.js';

const faultsOf = (text: string): readonly string[] =>
  readYaml(text).findings.map(({ code, place }) => `${code} ${place?.line}:${place?.column}`);

describe('readYaml', () => {
  it('expands aliases, and finds the place of what they stand for', () => {
    const yaml = readYaml('a: &x\n  - one\nb: *x\n');
    expect(yaml.value).toEqual({ a: ['one'], b: ['one'] });
    expect(yaml.locate(['b', 0])).toEqual({ line: 2, column: 5 });
  });

  it('finds a name, a value, and for what does not exist the nearest thing around it', () => {
    const yaml = readYaml('a:\n  b: 1\n  c: 2\n');
    expect(yaml.locate(['a', 'c'])).toEqual({ line: 3, column: 6 });
    expect(yaml.locate(['a', 'c'], 'name')).toEqual({ line: 3, column: 3 });
    expect(yaml.locate(['a', 'd', 'e'])).toEqual({ line: 2, column: 3 });
    expect(yaml.locate([])).toEqual({ line: 1, column: 1 });
  });

  it.each([
    ['broken flow', 'a: [1, 2\nb: 3', 'CFG001'],
    ['two documents', 'a: 1\n---\nb: 2\n', 'CFG001'],
    ['an own tag', 'a: !danger x\n', 'CFG001'],
    ['binary data', 'a: !!binary aGVsbG8=\n', 'CFG001'],
    ['a field name that is no text', '? [a]\n: 1\n', 'CFG001'],
    ['an alias before its anchor', 'a: *x\nb: &x 1\n', 'CFG001'],
    ['a field twice', 'a: 1\na: 2\n', 'CFG002'],
    ['an anchor inside itself', 'a: &x [*x]\n', 'CFG003'],
    ['ten thousand levels', '['.repeat(10_000), 'CFG003'],
    ['forty levels', `${'{a: '.repeat(40)}1${'}'.repeat(40)}`, 'CFG003'],
    ['more than a mebibyte', ' '.repeat(1_048_577), 'CFG003'],
  ])('refuses %s', (_what, text, code) => {
    expect(faultsOf(text).map((fault) => fault.split(' ')[0])).toContain(code);
  });

  it('refuses a file whose aliases multiply, before it fills the memory', () => {
    const levels = Array.from({ length: 9 }, (_, level) => {
      const inner = level === 0 ? '"x"' : `*l${level - 1}`;
      return `l${level}: &l${level} [${Array.from({ length: 9 }, () => inner).join(', ')}]`;
    });
    const yaml = readYaml(levels.join('\n'));
    expect(yaml.value).toBeUndefined();
    expect(yaml.findings.map(({ code }) => code)).toEqual(['CFG003']);
  });

  it('reads YAML 1.2 only, whatever a directive says: no is text, merge keys are fields', () => {
    expect(readYaml('%YAML 1.1\n---\na: no\n<<: { b: 1 }\n').value).toEqual({ a: 'no', '<<': { b: 1 } });
  });

  it('keeps __proto__ a field like any other', () => {
    const { value } = readYaml('__proto__: { polluted: true }\n');
    expect(Object.keys(value as object)).toEqual(['__proto__']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
