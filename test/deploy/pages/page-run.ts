import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from '../on-tools.js';
import { blocksOf, callsOf } from '../page-blocks.js';
import type { PageFolder } from './page-folder.js';

/** Exit codes that are an answer, beside 0: `status` found a fault, nothing is held, no line matched. */
const ANSWERS: readonly (readonly [RegExp, readonly number[]])[] = [
  [/^isthmus (status|doctor|cluster test) /, [3]],
  [/^isthmus approve /, [1]],
  [/grep /, [1]],
  [/^timeout /, [124, 130]],
];

/** Commands that come as far as a kubelet, which would have to speak SPDY: all before that must be right. */
const TO_THE_KUBELET = /^kubectl .*(port-forward|exec) /;
const REFUSED_BY_KUBELET = /error upgrading connection|unable to upgrade connection/;

/** What a command must have printed, beside ending well: what the page says of it. */
export type Outcomes = readonly (readonly [command: RegExp, printed: RegExp])[];

export interface PageRun {
  readonly page: string;
  readonly outcomes?: Outcomes;
  /** Only the part of the page after this heading. */
  readonly from?: string;
  /** Only the part before this heading. */
  readonly to?: string;
  /** Called before each block that has a mark, for what a person does between the commands. */
  readonly before?: (text: string) => Promise<void> | void;
  /** What is run in place of a command, where the page shows a value of its own. */
  readonly instead?: (command: string) => string;
}

/** Runs the commands of a page in its order and writes its files; answers what did not go as the page says. */
export async function runPage(folder: PageFolder, run: PageRun): Promise<readonly string[]> {
  const failures: string[] = [];
  let due = run.outcomes ?? [];
  for (const block of blocksOf(partOf(run))) {
    if (block.marks.size > 0) await run.before?.(block.text);
    const file = block.marks.get('file');
    if (file !== undefined) folder.write(file, block.text);
    if (block.marks.get('run') !== 'here') continue;
    for (const { command: written, shown } of callsOf(block)) {
      const command = run.instead?.(written) ?? written;
      const { status, stdout, stderr } = await folder.run(command);
      const said = `${command}\n${status}: ${stdout}${stderr}`;
      const form = block.marks.get('shows') === 'form' ? kindOf : formOf;
      if (!isAnswer(command, status, stderr)) failures.push(said);
      else failures.push(...unlike(shown, stdout + stderr, form).map((line) => `${line}\nnot in ${said}`));
      const told = outcomesOf(command, due);
      due = due.filter((outcome) => !told.includes(outcome));
      failures.push(...told.flatMap(([, wanted]) => (wanted.test(said) ? [] : [`no ${String(wanted)} in ${said}`])));
    }
  }
  return [...failures, ...[...due].map(([command]) => `${String(command)} is no command of this page`)];
}

const outcomesOf = (command: string, due: Outcomes): Outcomes => due.filter(([pattern]) => pattern.test(command));

function isAnswer(command: string, status: number | null, stderr: string): boolean {
  if (TO_THE_KUBELET.test(command)) return REFUSED_BY_KUBELET.test(stderr);
  const codes = ANSWERS.flatMap(([pattern, answers]) => (pattern.test(command) ? answers : []));
  return status === 0 || codes.includes(status ?? -1);
}

function partOf({ page, from, to }: PageRun): string {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const start = from === undefined ? 0 : text.indexOf(`\n${from}\n`);
  const end = to === undefined ? text.length : text.indexOf(`\n${to}\n`);
  if (start < 0 || end < 0) throw new Error(`${page} has no ${from ?? ''} ${to ?? ''}`);
  return text.slice(start, end);
}

/** The lines of a page that are not printed like that. */
function unlike(shown: readonly string[], printed: string, form: (line: string) => string): readonly string[] {
  const lines = new Set(printed.split('\n').map(form));
  return shown.filter((line) => form(line) !== '' && !lines.has(form(line)));
}

/** A line, whatever its numbers, its hashes and the width of its columns. */
function formOf(line: string): string {
  return line
    .replaceAll(/'[0-9a-f]{16}'/g, 'HASH')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/\d+/g, 'N')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** What kind of line it is, where the page shows more than one world has: a heading, the name of a check, a label. */
function kindOf(line: string): string {
  if (/^[A-Z]+( {2,}[A-Z]+)+$/.test(line)) return formOf(line);
  const [, name, label, head] =
    /^ +[✓✗‼?] ([a-z-]+) {2}|^ (Cloud Map|Route|Object) {2}|^(held in|approvals:|Removals need proof|hub prod|eks-us \()/.exec(
      line,
    ) ?? [];
  return name ?? label ?? head ?? '';
}
