import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The repository, found from here whether this was built or not. */
export const ROOT = findRoot(import.meta.dirname);
/** The folder with what the servers are made from. */
export const SERVERS = join(ROOT, 'test', 'e2e', 'servers');

function findRoot(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error('this is not in the repository');
  return findRoot(parent);
}
