import type { ProblemCode } from './problem-codes.js';
import { PROBLEM_CODES } from './problem-codes.js';

/** Field names and list positions that lead to a value: `['clusters', 0, 'role']`. */
export type ConfigPath = readonly (string | number)[];

/** A position in the file; line and column count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Something in the file that is wrong, or probably not meant, with its place. */
export interface ConfigProblem extends Place {
  readonly file: string;
  readonly code: ProblemCode;
  readonly severity: 'error' | 'warning';
  /** `clusters[0].role`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** A problem before it has its place. */
export interface Finding {
  readonly code: ProblemCode;
  readonly path: ConfigPath;
  readonly message: string;
  /** Instead of the remedy of the code. */
  readonly remedy?: string;
  /** The field's name, not its value, is meant. */
  readonly at?: 'name' | 'value';
  /** Instead of the place of the path. */
  readonly place?: Place;
}

/** One line for people and editors: `isthmus.yaml:12:5 CFG012 message → what to do`. */
export function formatProblem(problem: ConfigProblem): string {
  const { file, line, column, code, severity, path, message, remedy } = problem;
  const subject = path === '' ? message : `${path}: ${message}`;
  return `${file}:${line}:${column} ${code} ${severity === 'warning' ? 'warning: ' : ''}${subject} → ${remedy}`;
}

/** A path as people write it: `clusters[0].role`. Names that are no plain words are quoted, control characters escaped. */
export function formatPath(path: ConfigPath): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (/^[\w-]{1,60}$/.test(step)) text += text === '' ? step : `.${step}`;
    else text += `[${quote(step)}]`;
  }
  return text;
}

/** A value as it may stand in a message: quoted, on one line, cut after 60 characters. */
export function quote(value: unknown): string {
  const text = typeof value === 'string' ? value : String(value);
  const cut = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return JSON.stringify(cut).replaceAll(/[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, escapeCharacter);
}

/** The finding with its place, its severity and the remedy of its code. */
export function toProblem(finding: Finding, file: string, place: Place): ConfigProblem {
  const { severity, remedy } = PROBLEM_CODES[finding.code];
  return {
    file,
    line: place.line,
    column: place.column,
    code: finding.code,
    severity,
    path: formatPath(finding.path),
    message: finding.message,
    remedy: finding.remedy ?? remedy,
  };
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
