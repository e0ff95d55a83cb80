/** One stage of a Dockerfile. */
export interface Stage {
  readonly base: string;
  readonly name: string | undefined;
  readonly steps: readonly { readonly instruction: string; readonly args: readonly string[] }[];
}

/** The stages of a Dockerfile, without comments; lines that end in a backslash go on. */
export function parseDockerfile(text: string): readonly Stage[] {
  const lines = text
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const stages: { base: string; name: string | undefined; steps: { instruction: string; args: string[] }[] }[] = [];
  for (const line of lines) {
    const [instruction = '', ...args] = line.split(/\s+/);
    if (instruction === 'FROM') stages.push({ base: args[0] ?? '', name: args[2], steps: [] });
    else stages.at(-1)?.steps.push({ instruction, args });
  }
  return stages;
}
