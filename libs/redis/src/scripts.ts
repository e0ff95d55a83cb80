import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** A step that Redis carries out as a whole. */
export interface Script {
  readonly lua: string;
  /** SHA-1 of the text, by which Redis knows it. */
  readonly sha: string;
  readonly keyCount: number;
}

const FOLDER = join(import.meta.dirname, 'lua');

/** The scripts of `lua/`, by verb and noun; the number in a file's name says how many keys it takes. */
const SCRIPTS: ReadonlyMap<string, Script> = new Map(
  globSync('*.lua', { cwd: FOLDER }).map((file) => {
    const [name = '', keyCount] = basename(file, '.lua').split('-');
    const lua = readFileSync(join(FOLDER, file), 'utf8');
    return [name, { lua, sha: createHash('sha1').update(lua).digest('hex'), keyCount: Number(keyCount) }];
  }),
);

export type ScriptName =
  | 'saveSnapshot'
  | 'sweepDocuments'
  | 'nameSources'
  | 'removeSource'
  | 'observeLease'
  | 'acquireLease'
  | 'renewLease'
  | 'releaseLease';

/** Throws when the file is missing, which only a broken build can bring about. */
export function scriptOf(name: ScriptName): Script {
  const script = SCRIPTS.get(name);
  if (script === undefined) throw new Error(`the script ${name} is missing in ${FOLDER}: build again`);
  return script;
}
