import { cruise } from 'dependency-cruiser';
import type { ICruiseResult, IForbiddenRuleType } from 'dependency-cruiser';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const config = createRequire(import.meta.url)(join(ROOT, '.dependency-cruiser.cjs')) as {
  readonly forbidden: readonly (IForbiddenRuleType & { readonly name: string })[];
  readonly options: Record<string, unknown>;
};

async function brokenRules(baseDir: string, folders: readonly string[]): Promise<readonly string[]> {
  const { output } = await cruise([...folders], {
    ...config.options,
    ruleSet: { forbidden: [...config.forbidden] },
    validate: true,
    baseDir,
  });
  const { violations } = (output as ICruiseResult).summary;
  return [...new Set(violations.map(({ rule }) => rule.name))].toSorted();
}

describe('the layering rules', () => {
  it('each notice the violation that is planted for them', async () => {
    const broken = await brokenRules(join(import.meta.dirname, 'violations'), ['apps', 'libs']);
    expect(broken).toEqual(config.forbidden.map(({ name }) => name).toSorted());
  }, 30_000);
});
