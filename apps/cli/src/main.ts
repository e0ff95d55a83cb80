import { resolveConfigFile } from './config-file.js';
import { EXIT } from './exit-codes.js';
import type { Commands } from './program.js';
import { runCommandLine } from './program.js';
import { systemTerminal } from './terminal.js';
import { readVersion } from './version.js';

const site = { cwd: process.cwd(), initCwd: process.env['INIT_CWD'] };

const commands: Commands = {
  validate: async ({ config, against, server, output }) => {
    const { runValidate } = await import('./commands/validate.js');
    const { systemFiles } = await import('./commands/files.js');
    const { checkKubeconfig } = await import('./commands/kubeconfig-check.js');
    const { askHub } = await import('./commands/ask-hub.js');
    const file = (shown: string) => ({ shown, path: resolveConfigFile(shown, site) });
    return runValidate(
      { ...file(config), against: against === undefined ? undefined : file(against), server, output },
      { terminal: systemTerminal, files: systemFiles, checkKubeconfig, askHub, nowMs: Date.now() },
    );
  },
  plan: async ({ config, offline, saveSnapshot, ...options }) => {
    const { runPlan } = await import('./commands/plan.js');
    const { systemFiles: files } = await import('./commands/files.js');
    const file = (shown: string) => ({ shown, path: resolveConfigFile(shown, site) });
    return runPlan(
      {
        config: file(config),
        cluster: options.cluster,
        output: options.output,
        hasDetailedExitCode: options.detailedExitcode,
        offline: offline === undefined ? undefined : file(offline),
        saveSnapshot: saveSnapshot === undefined ? undefined : file(saveSnapshot),
        timeoutMs: options.timeout * 1000,
      },
      {
        terminal: systemTerminal,
        files,
        readWorld: async (configuration, request) => {
          const { readWorld } = await import('./commands/read-world.js');
          return readWorld(configuration, request, { terminal: systemTerminal, files });
        },
      },
    );
  },
  explain: async (host, { config, cluster, server, output }) => {
    const { runExplain } = await import('./commands/explain.js');
    const { askHub } = await import('./commands/ask-hub.js');
    const { systemFiles: files } = await import('./commands/files.js');
    const hints = {
      server,
      environment: process.env['ISTHMUS_SERVER'],
      config: { shown: config, path: resolveConfigFile(config, site) },
    };
    return runExplain({ host, cluster, hints, output }, { terminal: systemTerminal, files, askHub });
  },
  serve: async ({ config }) => {
    const { serve } = await import('../../hub/src/serve.js');
    await serve({ configFile: resolveConfigFile(config, site) });
    return EXIT.ok;
  },
  demo: async ({ once, ha }) => {
    const { runDemo, runPairDemo } = await import('./demo/demo.js');
    return ha ? runPairDemo() : runDemo({ once });
  },
};

const exitCode = await runCommandLine(process.argv.slice(2), commands, {
  version: readVersion(import.meta.dirname),
  terminal: systemTerminal,
});
// Only ever set to a failure: a command that goes on in the background may set its own.
if (exitCode !== EXIT.ok) process.exitCode = exitCode;
