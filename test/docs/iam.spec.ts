import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'deploy/iam');

interface Policy {
  readonly Version: string;
  readonly Statement: readonly {
    readonly Effect: string;
    readonly Action: string | readonly string[];
    readonly Resource?: string | readonly string[];
    readonly Principal?: unknown;
    readonly Condition?: object;
  }[];
}

const policies = new Map(
  readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .map((file) => [file, JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Policy]),
);

function actionsOf(file: string): readonly string[] {
  return (policies.get(file)?.Statement ?? []).flatMap(({ Action }) => Action).toSorted();
}

/** Every command of the SDK that the adapter makes, as an action. */
function calledActions(): readonly string[] {
  const folder = join(ROOT, 'libs/cloudmap/src');
  const sources = readdirSync(folder).filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'));
  const text = sources.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n');
  const commands = [...text.matchAll(/new (\w+)Command\(/g)].map(([, name = '']) => `servicediscovery:${name}`);
  return [...new Set(commands)].toSorted();
}

describe('the policies for AWS', () => {
  it.each(['reader.json', 'reader-of-namespaces.json'])('%s allows what is called, and nothing else', (file) => {
    expect(calledActions().length).toBeGreaterThan(4);
    expect(actionsOf(file)).toEqual(calledActions().filter((action) => !action.endsWith(':GetCallerIdentity')));
  });

  it.each([...policies.keys()])(
    '%s is a policy of the present version that denies nothing and writes nothing',
    (file) => {
      const { Version, Statement } = policies.get(file) ?? { Version: '', Statement: [] };
      expect(Version).toBe('2012-10-17');
      expect(Statement.length).toBeGreaterThan(0);
      for (const { Effect, Resource, Principal } of Statement) {
        expect(Effect).toBe('Allow');
        expect((Resource === undefined) === (Principal === undefined)).toBe(false);
      }
      expect(
        actionsOf(file).filter((action) => !/^(servicediscovery:(List|Get|Discover)\w+|sts:\w+)$/.test(action)),
      ).toEqual([]);
    },
  );

  it('trust nobody without a condition', () => {
    const trusts = [...policies].filter(([file]) => file.startsWith('trust-'));
    expect(trusts.length).toBe(3);
    for (const [, { Statement }] of trusts) for (const { Condition } of Statement) expect(Condition).toBeDefined();
  });
});
