import { PROBLEM_CODES, formatPath, formatProblem, quote } from './index.js';

describe('formatProblem', () => {
  it('prints place, code, path, message and what to do', () => {
    const problem = { file: 'isthmus.yaml', line: 12, column: 5, code: 'CFG012', severity: 'error' } as const;
    const text = formatProblem({ ...problem, path: 'hub.name', message: '"A" is not a DNS label', remedy: 'use a' });
    expect(text).toBe('isthmus.yaml:12:5 CFG012 hub.name: "A" is not a DNS label → use a');
  });

  it('says when it is only a warning', () => {
    const problem = { file: 'a.yaml', line: 1, column: 1, code: 'CFG060', severity: 'warning' } as const;
    expect(formatProblem({ ...problem, path: '', message: 'none', remedy: 'add one' })).toBe(
      'a.yaml:1:1 CFG060 warning: none → add one',
    );
  });
});

describe('formatPath and quote', () => {
  it('quote names that are no plain words', () => {
    expect(formatPath(['clusters', 0, 'a b', 'x-y'])).toBe('clusters[0]["a b"].x-y');
  });

  it('keep control characters and long texts out of a terminal', () => {
    expect(quote('a\u001b[31m\n\u202e')).toBe(String.raw`"a\u001b[31m\n\u202e"`);
    expect(quote('x'.repeat(100))).toBe(`"${'x'.repeat(60)}…"`);
  });
});

describe('PROBLEM_CODES', () => {
  it('says of every code what it means, as a sentence, and what to do, as the end of a line', () => {
    for (const { meaning, remedy } of Object.values(PROBLEM_CODES)) {
      expect(meaning).toMatch(/^[A-Z].*\.$/);
      expect(remedy).toMatch(/[^.\n]$/);
    }
  });
});
