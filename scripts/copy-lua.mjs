// Copies the Lua scripts beside the built code, which reads them from there: `nest build` takes TypeScript only.
import { cpSync, globSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

for (const file of globSync('libs/*/src/lua/*.lua')) {
  const target = join('dist', file);
  mkdirSync(dirname(target), { recursive: true });
  cpSync(file, target);
}
