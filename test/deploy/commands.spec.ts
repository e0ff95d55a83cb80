import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describeOn, ROOT } from './on-tools.js';
import { blocksOf, commandsOf } from './page-blocks.js';
import { PageWorld } from './page-world.js';

/** Pages all of whose commands are run: here, or up to the first word of a cluster that is not there. */
const PAGES = [
  'docs/how-to/first-cluster.md',
  'docs/how-to/install.md',
  'docs/tutorials/from-istio-cloud-map.md',
  'docs/explanation/security.md',
  ...globSync('docs/runbooks/*.md', { cwd: ROOT }).toSorted(),
];

/** What no test runs (`run=no`), and why. */
const NOT_RUN: ReadonlyMap<RegExp, string> = new Map([
  [/^docker (build|push) /, 'needs Docker and a registry; the steps of the Dockerfile are run by image.spec.ts'],
  [/^aws iam /, 'needs an AWS account; the policies are checked by test/docs/iam.spec.ts'],
]);

/** Exit codes that are an answer, beside 0: `status` found a fault, nothing is held, no line matched. */
const ANSWERS: readonly (readonly [RegExp, readonly number[]])[] = [
  [/^isthmus (status|doctor) /, [3]],
  [/^isthmus approve /, [1]],
  [/grep /, [1]],
];

const textOf = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

describe('the commands in the documentation', () => {
  it.each(PAGES)('%s says of each block of commands how it is tested', (page) => {
    const shells = blocksOf(textOf(page)).filter(({ language }) => language === 'sh' || language === '');
    expect(shells.filter(({ marks }) => !['here', 'cluster', 'no'].includes(marks.get('run') ?? ''))).toEqual([]);
  });

  it('are run but for a short list', () => {
    const not = PAGES.flatMap((page) => blocksOf(textOf(page)))
      .filter(({ marks }) => marks.get('run') === 'no')
      .flatMap(commandsOf);
    expect(not.filter((command) => ![...NOT_RUN.keys()].some((known) => known.test(command)))).toEqual([]);
    expect(not.length).toBeLessThan(6);
  });
});

describeOn(['helm', 'kubectl', 'jq', 'curl'], 'the commands of', () => {
  let world: PageWorld;
  beforeEach(async () => {
    world = await PageWorld.start();
  }, 60_000);
  afterEach(() => world.close(), 60_000);

  it.each(PAGES.filter((page) => blocksOf(textOf(page)).some(({ marks }) => marks.has('run'))))(
    '%s do what they say',
    async (page) => {
      if (page.startsWith('docs/runbooks/')) await world.startUsualHub();
      const failures: string[] = [];
      for (const block of blocksOf(textOf(page))) {
        const file = block.marks.get('file');
        if (file !== undefined) world.write(file, block.text);
        const mode = block.marks.get('run');
        for (const command of mode === undefined || mode === 'no' ? [] : commandsOf(block)) {
          const failure = mode === 'here' ? await runHere(command) : tryInVain(command);
          if (failure !== undefined) failures.push(`${command}\n${failure}`);
        }
      }
      expect(failures).toEqual([]);
    },
    120_000,
  );

  async function runHere(command: string): Promise<string | undefined> {
    const { status, stdout, stderr } = await world.run(command);
    const answers = ANSWERS.flatMap(([pattern, codes]) => (pattern.test(command) ? codes : []));
    return status === 0 || answers.includes(status ?? -1) ? undefined : `${status}: ${stdout}${stderr}`;
  }

  /** The command is right when all that is wrong is that nobody answers. */
  function tryInVain(command: string): string | undefined {
    const { status, stdout, stderr } = world.tryInVain(command);
    // isthmus looks at the address first: one of this machine is no use to a hub.
    const isNobody = /refused|unreachable|is this machine for whoever uses it/i.test(stderr + stdout);
    return status !== 0 && isNobody ? undefined : `${status}: ${stdout}${stderr}`;
  }
});
