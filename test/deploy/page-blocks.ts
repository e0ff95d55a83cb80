/** A fenced block of a page: what it is, what it says about itself, and its lines without the indentation of its list. */
export interface Block {
  readonly language: string;
  /** `run=here` → `here`; `file=values.yaml` → `values.yaml`. */
  readonly marks: ReadonlyMap<string, string>;
  readonly text: string;
}

/** The fenced blocks of a page of Markdown, in order. */
export function blocksOf(page: string): readonly Block[] {
  return [...page.matchAll(/^( *)```(\w*)([^\n]*)\n([\s\S]*?)^ *```$/gm)].map(
    ([, indent = '', language = '', info = '', body = '']) => ({
      language,
      marks: new Map([...info.matchAll(/(\w+)=(\S+)/g)].map(([, mark = '', value = '']) => [mark, value])),
      text: body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    }),
  );
}

/** The commands of a block, one per line. */
export function commandsOf({ text }: Block): readonly string[] {
  return text
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** A command with what the page shows of its answer. */
export interface Call {
  readonly command: string;
  readonly shown: readonly string[];
}

/** The commands of a block; where one begins with `$ `, the others are what they print. */
export function callsOf(block: Block): readonly Call[] {
  if (!/^\$ /m.test(block.text)) return commandsOf(block).map((command) => ({ command, shown: [] }));
  return block.text.split(/^\$ /m).flatMap((part) => {
    const [command = '', ...shown] = part.split('\n');
    return command === '' ? [] : [{ command, shown: shown.map((line) => line.trimEnd()) }];
  });
}
