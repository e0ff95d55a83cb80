import type { Command } from 'commander';
import { Option } from 'commander';
import { configOption, outputOption } from './command-options.js';
import type {
  ClusterAddWords,
  ClusterCommands,
  ClusterListWords,
  ClusterRemoveWords,
  ClusterTestWords,
} from './command-words.js';

/** `isthmus cluster …`: which clusters a hub writes to. */
export function addCluster(program: Command, commands: ClusterCommands, done: (exitCode: number) => void): void {
  const cluster = program
    .command('cluster')
    .description('give a hub access to clusters, try it, list it, take it away');
  withHub(cluster.command('add'))
    .description(
      'make the account of the hub in a cluster, and the Secret with its kubeconfig in the cluster of the hub',
    )
    .argument('<name>', 'what the cluster is called in isthmus.yaml')
    .option('--context <name>', 'context of the cluster to add (default: the current one)')
    .addOption(namespaceOption())
    .addOption(
      new Option('--role <role>', 'for isthmus.yaml')
        .choices(['primary', 'remote', 'external-config'])
        .default('primary'),
    )
    .option('--server <url>', 'its API server as the hub reaches it (default: as your kubeconfig says)')
    .option('--dry-run', 'show what would be made, and ask nobody', false)
    .addOption(outputOption('text', 'yaml'))
    .action(async (name: string, options: ClusterAddWords) => done(await commands.add(name, options)));
  withHub(cluster.command('list'))
    .description('list clusters by their Secrets and by the configuration')
    .addOption(configOption())
    .addOption(outputOption('text', 'json', 'yaml'))
    .action(async (options: ClusterListWords) => done(await commands.list(options)));
  withHub(cluster.command('test'))
    .description('try a cluster as the hub would use it, up to a write as a dry run; exit code 3 on a fault')
    .argument('<name>', 'name of the cluster')
    .addOption(configOption())
    .addOption(namespaceOption())
    .addOption(outputOption('text', 'json', 'yaml'))
    .action(async (name: string, options: ClusterTestWords) => done(await commands.test(name, options)));
  withHub(cluster.command('remove'))
    .description('take a cluster from a hub: its objects as --policy says, then its Secret, then the account in it')
    .argument('<name>', 'name of the cluster')
    .addOption(configOption())
    .option('--context <name>', 'context of the cluster itself, to take the account of the hub away there')
    .addOption(namespaceOption())
    .addOption(
      new Option('--policy <policy>', 'orphan: its objects stay; delete: those of this hub go')
        .choices(['orphan', 'delete'])
        .makeOptionMandatory(),
    )
    .option('--dry-run', 'show what would be deleted, and delete nothing', false)
    .action(async (name: string, options: ClusterRemoveWords) => done(await commands.remove(name, options)));
}

/** The options that say where the hub's own cluster is. */
function withHub(command: Command): Command {
  return command
    .option('--kubeconfig <file>', 'your kubeconfig (default: KUBECONFIG, else ~/.kube/config)')
    .option('--hub-context <name>', 'context of the cluster of the hub (default: the current one)')
    .option('--secrets-namespace <name>', 'namespace of the Secrets there', 'isthmus-clusters');
}

function namespaceOption(): Option {
  return new Option('--namespace <name>', 'namespace of the entries in the cluster').default('isthmus');
}
