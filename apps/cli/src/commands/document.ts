import { stringify } from 'yaml';
import type { Terminal, Tone } from '../terminal.js';

/** The forms in which a machine reads an answer. */
export type DocumentForm = 'json' | 'yaml';

/** One line of a text for people. */
export interface Line {
  readonly text: string;
  readonly tone?: Tone;
}

/** Prints a value as one document. */
export function printDocument(value: unknown, form: DocumentForm, terminal: Terminal): void {
  terminal.print(form === 'json' ? JSON.stringify(value, undefined, 2) : stringify(value).trimEnd());
}

/** Prints lines; what Cloud Map or a cluster put into them cannot steer the terminal. */
export function printLines(lines: readonly Line[], terminal: Terminal): void {
  for (const { text, tone } of lines) terminal.print(printable(text).trimEnd(), tone);
}

/** The text without control characters and marks that turn its direction. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '?');
}

/** Rows as columns, each as wide as its widest cell, two spaces apart. */
export function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, n) => (widths[n] = Math.max(widths[n] ?? 0, cell.length)));
  return rows.map((row) =>
    row
      .map((cell, n) => cell.padEnd(widths[n] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
