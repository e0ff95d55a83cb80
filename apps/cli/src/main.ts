import { clusterCommands } from './cluster-commands.js';
import type { Commands } from './command-words.js';
import { resolveConfigFile } from './config-file.js';
import { EXIT } from './exit-codes.js';
import { runCommandLine } from './program.js';
import { systemScreen, systemTerminal } from './terminal.js';
import { readVersion } from './version.js';

const site = { cwd: process.cwd(), initCwd: process.env['INIT_CWD'] };

const fileOf = (shown: string) => ({ shown, path: resolveConfigFile(shown, site) });
const hintsOf = (config: string, server: string | undefined) => ({
  server,
  environment: process.env['ISTHMUS_SERVER'],
  config: fileOf(config),
});

const commands: Commands = {
  validate: async ({ config, against, server, output }) => {
    const { runValidate } = await import('./commands/validate.js');
    const { systemFiles } = await import('./commands/files.js');
    const { checkKubeconfig } = await import('./commands/kubeconfig-check.js');
    const { askHub } = await import('./commands/ask-hub.js');
    return runValidate(
      { ...fileOf(config), against: against === undefined ? undefined : fileOf(against), server, output },
      { terminal: systemTerminal, files: systemFiles, checkKubeconfig, askHub, nowMs: Date.now() },
    );
  },
  plan: async ({ config, offline, saveSnapshot, ...options }) => {
    const { runPlan } = await import('./commands/plan.js');
    const { systemFiles: files } = await import('./commands/files.js');
    return runPlan(
      {
        config: fileOf(config),
        cluster: options.cluster,
        output: options.output,
        hasDetailedExitCode: options.detailedExitcode,
        offline: offline === undefined ? undefined : fileOf(offline),
        saveSnapshot: saveSnapshot === undefined ? undefined : fileOf(saveSnapshot),
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
    const hints = hintsOf(config, server);
    return runExplain({ host, cluster, hints, output }, { terminal: systemTerminal, files, askHub });
  },
  status: async ({ config, server, output, watch, interval }) => {
    const { runStatus } = await import('./commands/status.js');
    const { askHub } = await import('./commands/ask-hub.js');
    const { systemFiles: files } = await import('./commands/files.js');
    const { pauseUntilInterrupted } = await import('./commands/interruptible-pause.js');
    return runStatus(
      { hints: hintsOf(config, server), output, everyMs: watch ? interval * 1000 : undefined },
      {
        terminal: systemTerminal,
        screen: systemScreen,
        files,
        askHub,
        nowMs: () => Date.now(),
        pause: pauseUntilInterrupted,
      },
    );
  },
  approve: async (cluster, { config, server, hash, write, for: forMs }) => {
    const { runApprove } = await import('./commands/approve.js');
    const { askHub } = await import('./commands/ask-hub.js');
    const { systemFiles: files } = await import('./commands/files.js');
    return runApprove(
      { cluster, hints: hintsOf(config, server), hash, forMs, write },
      { terminal: systemTerminal, files, askHub, nowMs: Date.now() },
    );
  },
  doctor: async ({ config, cluster, offline, output, timeout }) => {
    const { runDoctor } = await import('./commands/doctor.js');
    const { systemProbes } = await import('./commands/doctor-probes.js');
    const { systemFiles: files } = await import('./commands/files.js');
    const { checkKubeconfig } = await import('./commands/kubeconfig-check.js');
    return runDoctor(
      { config: fileOf(config), cluster, isOffline: offline, output, timeoutMs: timeout * 1000 },
      { terminal: systemTerminal, files, checkKubeconfig, probes: systemProbes(files), nowMs: Date.now() },
    );
  },
  cluster: clusterCommands(fileOf),
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

// Whoever reads has had enough, as `head` has after its lines.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? EXIT.ok : EXIT.error));

const exitCode = await runCommandLine(process.argv.slice(2), commands, {
  version: readVersion(import.meta.dirname),
  terminal: systemTerminal,
});
// Only ever set to a failure: a command that goes on in the background may set its own.
if (exitCode !== EXIT.ok) process.exitCode = exitCode;
