import type { Check } from '@isthmus/model';
import { EXIT } from '../exit-codes.js';
import type { Tone } from '../terminal.js';
import type { Line } from './document.js';

/** Everything that was found about one thing: `source us`, `cluster eks`. */
export interface Checkup {
  readonly subject: string;
  readonly checks: readonly Check[];
}

const SIGNS: Readonly<Record<Check['outcome'], { readonly sign: string; readonly tone: Tone }>> = {
  ok: { sign: '✓', tone: 'good' },
  warning: { sign: '‼', tone: 'warning' },
  failed: { sign: '✗', tone: 'bad' },
  unknown: { sign: '?', tone: 'plain' },
};
const NAME_WIDTH = 18;

/** Checkups as a person reads them: a line per check, what to paste below it, and a sum. */
export function checkupLines(checkups: readonly Checkup[]): readonly Line[] {
  return [...checkups.flatMap((checkup) => [...subjectLines(checkup), { text: '' }]), sumLine(checkups)];
}

/** 3 when something does not work, else 0. */
export function exitCodeOf(checkups: readonly Checkup[]): number {
  return count(checkups, 'failed') > 0 ? EXIT.unhealthy : EXIT.ok;
}

/** How many checks ended how. */
export function sumOf(checkups: readonly Checkup[]): Readonly<Record<Check['outcome'], number>> {
  return {
    ok: count(checkups, 'ok'),
    warning: count(checkups, 'warning'),
    failed: count(checkups, 'failed'),
    unknown: count(checkups, 'unknown'),
  };
}

function subjectLines({ subject, checks }: Checkup): readonly Line[] {
  return [{ text: subject }, ...checks.flatMap(checkLines)];
}

function checkLines({ name, outcome, message, fix }: Check): readonly Line[] {
  const { sign, tone } = SIGNS[outcome];
  return [
    { text: `  ${sign} ${name.padEnd(NAME_WIDTH)} ${message}`, tone },
    ...(fix === null
      ? []
      : fix.split('\n').map((line, n): Line => ({ text: `      ${n === 0 ? '→ ' : '  '}${line}` }))),
  ];
}

function sumLine(checkups: readonly Checkup[]): Line {
  const { ok, warning, failed, unknown } = sumOf(checkups);
  const tone = failed > 0 ? 'bad' : warning > 0 ? 'warning' : 'good';
  return { text: `${ok} ✓  ${warning} ‼  ${failed} ✗  ${unknown} not to be seen`, tone };
}

function count(checkups: readonly Checkup[], outcome: Check['outcome']): number {
  return checkups.flatMap(({ checks }) => checks).filter((check) => check.outcome === outcome).length;
}
