import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Commands } from '../../apps/cli/src/command-words.js';
import { runCommandLine } from '../../apps/cli/src/program.js';

const ROOT = join(import.meta.dirname, '../..');
const PAGES = ['README.md', ...readdirSync(join(ROOT, 'docs/how-to')).map((file) => join('docs/how-to', file))];

/** Every call of the command in a block of a page, or between backquotes, without the prompt before it. */
function callsIn(page: string): readonly string[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const blocks = [...text.matchAll(/^ *```\w*\n([\s\S]*?)^ *```$/gm)].flatMap(([, body = '']) => body.split('\n'));
  const inline = [...text.matchAll(/`(isthmus [^`]+)`/g)].map(([, call = '']) => call);
  return [...blocks, ...inline].flatMap((line) => {
    const [, call] = /^ *(?:\$ )?(?:isthmus|npm run -s isthmus --) (.+)$/.exec(line) ?? [];
    // A place that a person fills in, and a heading, are no call.
    return call === undefined || call.includes('…') ? [] : [call.split(/ [|#>] /)[0]?.trim() ?? ''];
  });
}

/** The words of a shell line: quotes group, and go. */
function wordsOf(call: string): readonly string[] {
  return [...call.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '');
}

async function parse(call: string): Promise<{ readonly code: number; readonly told: string; readonly called: number }> {
  let called = 0;
  const told: string[] = [];
  const run = async (): Promise<number> => {
    called += 1;
    return 0;
  };
  const cluster = { add: run, list: run, remove: run, test: run };
  const commands: Commands = {
    validate: run,
    plan: run,
    explain: run,
    status: run,
    approve: run,
    doctor: run,
    cluster,
    serve: run,
    demo: run,
  };
  const terminal = { print: () => undefined, tell: (line: string) => void told.push(line) };
  const code = await runCommandLine(wordsOf(call), commands, { version: '0', terminal });
  return { code, told: told.join('\n'), called };
}

describe('the commands in the documentation', () => {
  const calls = PAGES.flatMap((page) => callsIn(page).map((call) => [page, call] as const));

  it.each(calls)('%s: isthmus %s is a command of this version', async (_page, call) => {
    // `isthmus plan` between backquotes names a command; one that needs a name has it in its blocks.
    const result = await parse(
      /^(explain|approve|cluster add|cluster test|cluster remove)$/.test(call) ? `${call} --help` : call,
    );
    expect(result).toMatchObject({ code: 0, told: '' });
  });

  it('are found on every page of a command', () => {
    const pages = new Set(calls.map(([page]) => page.replace('docs/how-to/', '')));
    const expected = ['README.md', 'add-a-cluster.md', 'approve-removals.md', 'doctor.md', 'status.md'];
    expect(expected.filter((page) => !pages.has(page))).toEqual([]);
    expect(calls.length).toBeGreaterThan(30);
  });

  it('are refused when they are wrong', async () => {
    expect(await parse('status --wach')).toMatchObject({ code: 64, called: 0 });
  });
});
