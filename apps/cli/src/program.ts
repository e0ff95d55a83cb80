import { Command, CommanderError, Option } from 'commander';
import { EXIT } from './exit-codes.js';
import type { Terminal } from './terminal.js';

/** What the commands do; each gives its exit code. */
export interface Commands {
  validate(options: { readonly config: string; readonly output: 'text' | 'json' }): Promise<number>;
  serve(options: { readonly config: string }): Promise<number>;
  demo(options: { readonly once: boolean }): Promise<number>;
}

/** Runs one command line (without node and script) and gives the exit code. */
export async function runCommandLine(
  words: readonly string[],
  commands: Commands,
  io: { readonly version: string; readonly terminal: Terminal },
): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = describeProgram(commands, io, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(words, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    io.terminal.tell(`isthmus: ${describeFailure(error)}`, 'bad');
    return EXIT.error;
  }
}

function describeProgram(
  commands: Commands,
  io: { readonly version: string; readonly terminal: Terminal },
  done: (exitCode: number) => void,
): Command {
  const program = new Command('isthmus')
    .description('Keeps the services of AWS Cloud Map as Istio ServiceEntries in many clusters.')
    .version(io.version)
    .showHelpAfterError('(isthmus --help shows the commands)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.terminal.print(text.trimEnd()),
      writeErr: (text) => io.terminal.tell(text.trimEnd()),
    });
  program
    .command('validate')
    .description('check a configuration and the kubeconfigs that it names; exit code 65 when it cannot be used')
    .addOption(configOption())
    .addOption(new Option('-o, --output <form>', 'form of the answer').choices(['text', 'json']).default('text'))
    .action(async (options: Parameters<Commands['validate']>[0]) => done(await commands.validate(options)));
  program
    .command('serve')
    .description('run the hub')
    .addOption(configOption())
    .action(async (options: Parameters<Commands['serve']>[0]) => done(await commands.serve(options)));
  program
    .command('demo')
    .description('show the hub at work on an emulated Cloud Map and two emulated clusters')
    .option('--once', 'end by itself; exit code 0 only if everything happened that was shown', false)
    .action(async (options: Parameters<Commands['demo']>[0]) => done(await commands.demo(options)));
  return program;
}

function configOption(): Option {
  return new Option('-c, --config <file>', 'the configuration').default('isthmus.yaml');
}

/** An error of Isthmus says all there is to say; anything else is a defect, whose stack is needed. */
function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === 'IsthmusError' ? error.message : (error.stack ?? error.message);
}
