import { Command, CommanderError, Option } from 'commander';
import { addCluster } from './cluster-program.js';
import { configOption, outputOption, parseDuration, parseSeconds, serverOption } from './command-options.js';
import type {
  ApproveWords,
  Commands,
  DoctorWords,
  ExplainWords,
  PlanWords,
  StatusWords,
  ValidateWords,
} from './command-words.js';
import { EXIT } from './exit-codes.js';
import type { Terminal } from './terminal.js';

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
    .option('--against <file>', 'list what it would stop mapping, compared with this older configuration')
    .option('--server <url>', 'list what it would remove of what this running hub holds')
    .addOption(outputOption('text', 'json'))
    .action(async (options: ValidateWords) => done(await commands.validate(options)));
  addPlan(program, commands, done);
  addExplain(program, commands, done);
  addStatus(program, commands, done);
  addApprove(program, commands, done);
  addDoctor(program, commands, done);
  addCluster(program, commands.cluster, done);
  program
    .command('serve')
    .description('run the hub')
    .addOption(configOption())
    .action(async (options: Parameters<Commands['serve']>[0]) => done(await commands.serve(options)));
  program
    .command('demo')
    .description('show the hub at work on an emulated Cloud Map and two emulated clusters')
    .option('--once', 'end by itself; exit code 0 only if everything happened that was shown', false)
    .option('--ha', 'two replicas on a real redis-server, whose leader is killed; ends by itself', false)
    .action(async (options: Parameters<Commands['demo']>[0]) => done(await commands.demo(options)));
  return program;
}

function addPlan(program: Command, commands: Commands, done: (exitCode: number) => void): void {
  program
    .command('plan')
    .description(
      'show what a configuration would change in each cluster; reads AWS and the clusters once, never writes',
    )
    .addOption(configOption())
    .option('--cluster <name>', 'only this cluster')
    .addOption(outputOption('text', 'json', 'yaml', 'markdown'))
    .option('--detailed-exitcode', 'exit code 2 when there are changes', false)
    .addOption(new Option('--offline <file>', 'plan from a saved reading alone').conflicts('saveSnapshot'))
    .option('--save-snapshot <file>', 'keep what was read, for --offline')
    .addOption(new Option('--timeout <seconds>', 'how long reading may take').default(300).argParser(parseSeconds))
    .action(async (options: PlanWords) => done(await commands.plan(options)));
}

function addExplain(program: Command, commands: Commands, done: (exitCode: number) => void): void {
  program
    .command('explain')
    .description('show why a host is what it is in each cluster, from Cloud Map to the live object; asks a hub')
    .argument('<host>', 'host of a ServiceEntry')
    .addOption(configOption())
    .option('--cluster <name>', 'only this cluster')
    .addOption(serverOption())
    .addOption(outputOption('text', 'json', 'yaml'))
    .action(async (host: string, options: ExplainWords) => done(await commands.explain(host, options)));
}

function addStatus(program: Command, commands: Commands, done: (exitCode: number) => void): void {
  program
    .command('status')
    .description('show whether everything is applied everywhere, and if not, why; asks a hub; exit code 3 on a fault')
    .addOption(configOption())
    .addOption(serverOption())
    .addOption(outputOption('text', 'wide', 'json', 'yaml'))
    .option('-w, --watch', 'ask again and again', false)
    .addOption(new Option('--interval <seconds>', 'with --watch: how often').default(2).argParser(parseSeconds))
    .action(async (options: StatusWords) => done(await commands.status(options)));
}

function addApprove(program: Command, commands: Commands, done: (exitCode: number) => void): void {
  program
    .command('approve')
    .description('show which removals are held in a cluster, and the approval that lets them go; asks a hub')
    .argument('<cluster>', 'name of the cluster')
    .addOption(configOption())
    .addOption(serverOption())
    .option('--hash <hash>', 'approve this and nothing else: what was shown as held')
    .addOption(new Option('--for <duration>', 'how long it holds').default(3_600_000, '1h').argParser(parseDuration))
    .option('--write', 'put it into the configuration, which -c names', false)
    .action(async (cluster: string, options: ApproveWords) => done(await commands.approve(cluster, options)));
}

function addDoctor(program: Command, commands: Commands, done: (exitCode: number) => void): void {
  program
    .command('doctor')
    .description(
      'look at everything that a hub would use, and say how to mend it; never writes; exit code 3 on a fault',
    )
    .addOption(configOption())
    .option('--cluster <name>', 'only this cluster')
    .option('--offline', 'look at files only', false)
    .addOption(outputOption('text', 'json'))
    .addOption(new Option('--timeout <seconds>', 'how long one look may take').default(45).argParser(parseSeconds))
    .action(async (options: DoctorWords) => done(await commands.doctor(options)));
}

/** An error of Isthmus says all there is to say; anything else is a defect, whose stack is needed. */
function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === 'IsthmusError' ? error.message : (error.stack ?? error.message);
}
