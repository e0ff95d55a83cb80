import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { METRICS } from '@isthmus/telemetry';

import { ROOT } from './on-tools.js';
import { blocksOf, commandsOf } from './page-blocks.js';

/** Pages with commands; `pages/pages.spec.ts` runs every one of them. */
const PAGES = globSync(['docs/how-to/*.md', 'docs/tutorials/*.md', 'docs/runbooks/*.md', 'docs/explanation/*.md'], {
  cwd: ROOT,
}).toSorted();

/** All that no test runs (`run=no`), why, and what is checked of it instead. */
const NOT_RUN: readonly (readonly [RegExp, string])[] = [
  [/^docker (build|push) /, 'needs Docker and a registry; image.spec.ts runs the steps of the Dockerfile one by one'],
  [/^aws iam /, 'needs an AWS account; test/docs/iam.spec.ts compares the policies with what is called'],
];

/** A program that a page tells a person to run. */
const COMMAND = /^(\$ )?(isthmus|kubectl|helm|aws|eksctl|az|gcloud|docker|curl|sed|export|npm) /m;

const blocks = PAGES.flatMap((page) =>
  blocksOf(readFileSync(join(ROOT, page), 'utf8')).map((block) => ({ page, ...block })),
);

describe('the commands in the documentation', () => {
  it.each(PAGES)('of %s say of each block whether it is run', (page) => {
    const shells = blocks.filter((block) => block.page === page && block.language !== 'text');
    const isCommand = (text: string): boolean => COMMAND.test(text);
    const marks = shells.flatMap(({ language, text, marks: found }) =>
      language === 'sh' || isCommand(text) ? [{ text, run: found.get('run') }] : [],
    );
    expect(marks.filter(({ run }) => run !== 'here' && run !== 'no')).toEqual([]);
  });

  it('are run but for a short list', () => {
    const not = blocks.filter(({ marks }) => marks.get('run') === 'no').flatMap(commandsOf);
    expect(not.filter((command) => !NOT_RUN.some(([known]) => known.test(command)))).toEqual([]);
    expect(not.length).toBeLessThan(6);
  });

  it('ask for metrics that there are', () => {
    const families = new Set(METRICS.map(({ name }) => name));
    const asked = blocks.flatMap(commandsOf).flatMap((command) => metricsIn(command));
    expect(asked.filter((name) => ![...families].some((family) => family.startsWith(name)))).toEqual([]);
    expect(asked.length).toBeGreaterThan(15);
  });
});

/** Names, and beginnings of names, as `isthmus_redis_(up|errors_total)` has two. */
function metricsIn(command: string): readonly string[] {
  return [...command.matchAll(/\bisthmus_(\w*)(?:\(([^()]*)\))?/g)].flatMap(([, start = '', rest]) => {
    const names = (rest ?? '').split('|').map((end) => `isthmus_${start}${end}`);
    return names.map((name) => name.replace(/_(sum|count|bucket)$/, ''));
  });
}
