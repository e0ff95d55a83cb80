import * as fc from 'fast-check';
import { stringify } from 'yaml';
import { withDefaults } from './defaults.js';
import type { ConfigPath, Place } from './index.js';
import { formatProblem, parseConfig } from './index.js';

const WORDS = [
  'apiVersion',
  'isthmus.dev/v1',
  'hub',
  'name',
  'prod',
  'sources',
  'region',
  'us-east-1',
  'clusters',
  'role',
  'remote',
  'primary',
  'kubeconfig',
  'file',
  'routes',
  'from',
  'to',
  'ports',
  'number',
  'exportTo',
  'approvals',
  'until',
  'poll',
  '5s',
  '20%',
  '__proto__',
  'constructor',
  'store',
  'redis',
  'defaults',
  'endpoint',
  'http://x',
  'regions',
  'source',
  'cluster',
  'credentials',
  'assumeRole',
  'arn',
  'arn:aws:iam::111122223333:role/x',
  'static',
  'paused',
  'reason',
  'formerNames',
  'localities',
  'allowedCidrs',
  '10.0.0.0/8',
  'fe80::%1/64',
  'instances',
  'where',
  'preset',
  'istio-cloud-map',
  'endpointLabels',
  'istio.io/rev',
  '*',
  '~',
];

const PUNCTUATION = [
  ': ',
  '\n',
  '\n  ',
  '\n- ',
  '[',
  ']',
  '{',
  '}',
  ', ',
  '&a ',
  '*a',
  '!t ',
  '"',
  "'",
  '#',
  '|\n',
  '? ',
  '<<: ',
  '\t',
  '---\n',
  '%YAML 1.1\n',
  '\u0000',
  '\ud800',
  '1e999',
  '0x10',
];

const yamlLike = fc
  .array(fc.oneof(fc.constantFrom(...WORDS), fc.constantFrom(...PUNCTUATION)), { maxLength: 60 })
  .map((parts) => parts.join(''));

const jsonLike = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 6 },
    fc.constantFrom<unknown>(...WORDS, null, true, 0, -1, 80, 1e308, Number.MAX_SAFE_INTEGER, 15_001, ''),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...WORDS), tie('value'), { maxKeys: 8 }),
  ),
})).value;

const LEGAL = `apiVersion: isthmus.dev/v1
hub: { name: prod, formerNames: [old] }
defaults: { source: { poll: { warm: 9s } }, cluster: { role: primary }, to: { merge: none, endpointLabels: { a: b } } }
sources:
  - name: shop
    regions: [us-east-1]
    poll: { hot: 5s }
    paused: { reason: x, until: 2030-01-31T18:00:00Z }
  - { name: x, region: us-east-1, account: "111122223333", credentials: { assumeRole: { arn: "arn:aws:iam::111122223333:role/x" } } }
clusters:
  - name: east
    kubeconfig: { file: east.yaml }
    localities: { us-east-1: eastus }
    allowedCidrs: ["10.0.0.0/8", "fd00::/8"]
    routes: [{ from: { regions: [us-*], instances: { where: { a: b } } }, to: { ports: [{ number: 80, name: http, protocol: HTTP }] } }]
approvals: [{ cluster: east, removals: 0123456789abcdef, until: 2030-01-31T18:00:00Z }]
`;

/** A legal file in which a stretch was replaced. */
const damaged = fc
  .tuple(fc.nat(LEGAL.length), fc.nat(12), fc.oneof(fc.constantFrom(...WORDS, ...PUNCTUATION), fc.string()))
  .map(([from, length, text]) => LEGAL.slice(0, from) + text + LEGAL.slice(from + length));

/** Printed problems that break the rules: no place in the file, not one line, a refusal without a problem. */
function offencesOf(text: string): readonly string[] {
  const parsed = parseConfig(text, { file: 'isthmus.yaml', folder: '/etc/isthmus' });
  const problems = parsed.ok ? parsed.value.warnings : parsed.error;
  if (!parsed.ok && problems.length === 0) return ['refused without a problem'];
  const lineCount = text.split('\n').length;
  const isPlaced = ({ line, column }: Place) => line >= 1 && line <= lineCount && column >= 1;
  const isOneLine = (line: string) => /^isthmus\.yaml:\d+:\d+ CFG\d{3} [^\n]+ → [^\n]+$/.test(line);
  return problems.filter((problem) => !isPlaced(problem) || !isOneLine(formatProblem(problem))).map(formatProblem);
}

/** A text that breaks the rules, or makes parseConfig throw; undefined when none of `numRuns` does. */
function offender(texts: fc.Arbitrary<string>, numRuns: number): unknown {
  const { counterexample, errorInstance } = fc.check(
    fc.property(texts, (text) => offencesOf(text).length === 0),
    { numRuns },
  );
  return counterexample === null ? undefined : { counterexample, errorInstance };
}

describe('parseConfig, whatever it is given', () => {
  it('answers with placed problems on one line each, for any text', () => {
    expect(offender(fc.oneof(yamlLike, fc.string({ unit: 'binary' })), 500)).toBeUndefined();
  });

  it('answers with placed problems on one line each, for any shape of data', () => {
    expect(
      offender(
        jsonLike.map((value) => JSON.stringify(value)),
        500,
      ),
    ).toBeUndefined();
    expect(
      offender(
        jsonLike.map((value) => stringify(value)),
        200,
      ),
    ).toBeUndefined();
  });

  it('answers with placed problems on one line each, for a legal file that was damaged', () => {
    expect(offender(fc.constant(LEGAL), 1)).toBeUndefined();
    expect(offender(damaged, 1000)).toBeUndefined();
  });
});

/** The path of each scalar inside a value. */
function pathsOf(value: unknown, path: ConfigPath = []): readonly ConfigPath[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([name, inner]) =>
    pathsOf(inner, [...path, Array.isArray(value) ? Number(name) : name]),
  );
}

const valueAt = (value: unknown, path: ConfigPath): unknown =>
  path.reduce<unknown>((around, step) => (around as Readonly<Record<string, unknown>> | undefined)?.[step], value);

describe('withDefaults, whatever it is given', () => {
  const fields = fc.dictionary(fc.constantFrom('region', 'regions', 'poll', 'hot', 'a'), jsonLike, { maxKeys: 4 });
  const route = fc.record({ to: fields, preset: fc.constantFrom('istio-cloud-map', undefined) }, { requiredKeys: [] });
  const estate = fc.record({
    defaults: fc.record({ source: fields, cluster: fc.record({ routes: fc.array(route) }), to: fields }),
    sources: fc.array(fields, { maxLength: 3 }),
    clusters: fc.array(fc.record({ routes: fc.array(route, { maxLength: 3 }) }, { requiredKeys: [] }), {
      maxLength: 3,
    }),
  });

  it('knows for each value where it was written, and takes nothing from an entry', () => {
    const { counterexample } = fc.check(
      fc.property(estate, (document) => {
        const { value, originOf } = withDefaults(document);
        const isKept = pathsOf(document.sources, ['sources']).every(
          (path) => originOf(path)[0] === 'sources' && valueAt(value, path) === valueAt(document, path),
        );
        const isTrue = (path: ConfigPath): boolean =>
          JSON.stringify(valueAt(document, originOf(path))) === JSON.stringify(valueAt(value, path));
        return isKept && pathsOf(value).every(isTrue);
      }),
      { numRuns: 300 },
    );
    expect(counterexample).toBeNull();
  });
});
