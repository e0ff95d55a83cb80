import { styleText } from 'node:util';

/** What a piece of text means; how it looks is the terminal's affair. */
export type Tone = 'plain' | 'good' | 'warning' | 'bad';

/** Where a command prints. */
export interface Terminal {
  /** One line of the result, on stdout. */
  print(line: string, tone?: Tone): void;
  /** One line of progress or failure, on stderr. */
  tell(line: string, tone?: Tone): void;
}

const COLOURS = { plain: 'reset', good: 'green', warning: 'yellow', bad: 'red' } as const;

/** The process's own stdout and stderr, each in colour only where it is a terminal and `NO_COLOR` is not set. */
export const systemTerminal: Terminal = {
  print: (line, tone = 'plain') => write(process.stdout, line, tone),
  tell: (line, tone = 'plain') => write(process.stderr, line, tone),
};

function write(stream: NodeJS.WriteStream, line: string, tone: Tone): void {
  stream.write(`${tone === 'plain' ? line : styleText(COLOURS[tone], line, { stream })}\n`);
}

/** What a terminal can that a file cannot. */
export interface Screen {
  readonly isTerminal: boolean;
  /** Empties it. */
  clear(): void;
}

/** Stdout, if a person looks at it. Source: ECMA-48, ED and CUP. */
export const systemScreen: Screen = {
  isTerminal: process.stdout.isTTY,
  clear: () => void process.stdout.write('\u001b[H\u001b[2J\u001b[3J'),
};
