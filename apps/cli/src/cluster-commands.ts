import type { ClusterCommands, HubClusterWords } from './command-words.js';
import type { ConfigPlace } from './commands/cluster/configured.js';
import { systemTerminal } from './terminal.js';

/** How long a command may take: a person waits for it. */
const TIMEOUT_MS = 120_000;

/** `isthmus cluster …` on this machine: each loads what it needs when it is called. */
export function clusterCommands(fileOf: (shown: string) => ConfigPlace): ClusterCommands {
  return {
    add: async (name, { context, role, server, dryRun, output, namespace, ...words }) => {
      const { runClusterAdd } = await import('./commands/cluster/add.js');
      const { kubeconfig: kubeconfigFile, secretsNamespace } = words;
      const target = { kubeconfigFile, context };
      const place = { namespace, secretsNamespace, hub: hubOf(words), target };
      return runClusterAdd({ name, ...place, role, server, isDryRun: dryRun, output }, await surroundings());
    },
    list: async ({ config, output, ...words }) => {
      const { runClusterList } = await import('./commands/cluster/list.js');
      const { secretsNamespace } = words;
      const options = { config: fileOf(config), hub: hubOf(words), secretsNamespace, output };
      return runClusterList(options, await surroundings());
    },
    remove: async (name, { config, context, namespace, policy, dryRun, ...words }) => {
      const { runClusterRemove } = await import('./commands/cluster/remove.js');
      const { kubeconfig: kubeconfigFile, secretsNamespace } = words;
      const target = context === undefined ? undefined : { kubeconfigFile, context };
      const place = { config: fileOf(config), namespace, secretsNamespace, hub: hubOf(words), target };
      return runClusterRemove({ name, ...place, policy, isDryRun: dryRun }, await surroundings());
    },
    test: async (name, { config, namespace, output, ...words }) => {
      const { runClusterTest } = await import('./commands/cluster/test.js');
      const { checkTarget } = await import('./commands/doctor-probes.js');
      const { secretsNamespace } = words;
      const options = { name, config: fileOf(config), hub: hubOf(words), secretsNamespace, namespace, output };
      return runClusterTest(options, { ...(await surroundings()), checkTarget });
    },
  };
}

function hubOf({ kubeconfig, hubContext }: HubClusterWords) {
  return { kubeconfigFile: kubeconfig, context: hubContext };
}

async function surroundings() {
  const { openAdministrator: open } = await import('../../../libs/kubernetes/src/index.js');
  const { systemFiles: files } = await import('./commands/files.js');
  return { terminal: systemTerminal, open, files, signal: AbortSignal.timeout(TIMEOUT_MS) };
}
