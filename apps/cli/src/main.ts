import { resolveConfigFile } from './config-file.js';
import { EXIT } from './exit-codes.js';
import type { Commands } from './program.js';
import { runCommandLine } from './program.js';
import { systemTerminal } from './terminal.js';
import { readVersion } from './version.js';

const site = { cwd: process.cwd(), initCwd: process.env['INIT_CWD'] };

const commands: Commands = {
  validate: async ({ config, output }) => {
    const { runValidate } = await import('./commands/validate.js');
    const { systemFiles } = await import('./commands/files.js');
    const { checkKubeconfig } = await import('./commands/kubeconfig-check.js');
    const path = resolveConfigFile(config, site);
    return runValidate(
      { shown: config, path, output },
      { terminal: systemTerminal, files: systemFiles, checkKubeconfig },
    );
  },
  serve: async ({ config }) => {
    const { serve } = await import('../../hub/src/serve.js');
    await serve({ configFile: resolveConfigFile(config, site) });
    return EXIT.ok;
  },
  demo: async ({ once }) => {
    const { runDemo } = await import('./demo/demo.js');
    return runDemo({ once });
  },
};

const exitCode = await runCommandLine(process.argv.slice(2), commands, {
  version: readVersion(import.meta.dirname),
  terminal: systemTerminal,
});
// Only ever set to a failure: a command that goes on in the background may set its own.
if (exitCode !== EXIT.ok) process.exitCode = exitCode;
