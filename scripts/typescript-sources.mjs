// Lets a script import the libraries as they stand in the repository: Node strips the types, this finds the files.
import { registerHooks } from 'node:module';
import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = new URL('..', import.meta.url);

registerHooks({
  resolve(specifier, context, next) {
    const library = /^@isthmus\/([a-z-]+)$/.exec(specifier)?.[1];
    if (library !== undefined) return next(new URL(`libs/${library}/src/index.ts`, ROOT).href, context);
    if (specifier.startsWith('.') && specifier.endsWith('.js') && context.parentURL !== undefined) {
      const source = fileURLToPath(new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL));
      if (existsSync(source)) return next(pathToFileURL(source).href, context);
    }
    return next(specifier, context);
  },
});
