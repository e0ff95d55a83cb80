import type { ConfigPath, ConfigProblem, Finding, ParsedConfig, SharedTarget, Target } from '@isthmus/config';
import { findSharedTargets } from '@isthmus/config';
import type { Result } from '@isthmus/model';
import type { Files } from './files.js';

/** One thing that is wrong with a kubeconfig. */
export interface KubeconfigFault {
  /** With its place in the kubeconfig. */
  readonly message: string;
  /** What to do about it; may be several lines of commands. */
  readonly remedy: string | undefined;
}

/** Checks one kubeconfig: the API server that it names, or everything that is wrong with it. */
export type KubeconfigCheck = (
  text: string,
  file: string,
  credential: 'kubeconfig' | 'elsewhere',
) => Promise<Result<{ readonly server: string }, readonly KubeconfigFault[]>>;

/** What is wrong with the kubeconfigs of a configuration, at the places in the configuration that name them. */
export async function checkKubeconfigs(
  parsed: ParsedConfig,
  around: { readonly files: Files; readonly checkKubeconfig: KubeconfigCheck },
): Promise<readonly ConfigProblem[]> {
  const problems: ConfigProblem[] = [];
  const targets: Target[] = [];
  for (const [index, cluster] of parsed.configuration.clusters.entries()) {
    // What is in a Secret is seen where the Secrets are: by the hub.
    if (cluster.kubeconfig.kind === 'secret') continue;
    const { file } = cluster.kubeconfig;
    const text = await around.files.read(file);
    if (!text.ok) {
      const message = `${file} cannot be read: ${text.error}`;
      problems.push(parsed.problemAt({ code: 'CFG070', path: pathOf(index), message }));
      continue;
    }
    const credential = cluster.auth.kind === 'kubeconfig' ? 'kubeconfig' : 'elsewhere';
    const checked = await around.checkKubeconfig(text.value, file, credential);
    if (checked.ok) {
      targets.push({ cluster: cluster.name, server: checked.value.server, namespace: cluster.namespace });
    } else {
      const findings = checked.error.map((fault) => refusal(fault, pathOf(index)));
      problems.push(...findings.map(parsed.problemAt));
    }
  }
  return [...problems, ...findSharedTargets(targets).map((shared) => sharedProblem(shared, parsed))];
}

function pathOf(index: number): ConfigPath {
  return ['clusters', index, 'kubeconfig', 'file'];
}

function refusal({ message, remedy }: KubeconfigFault, path: ConfigPath): Finding {
  const finding = { code: 'CFG071', path, message } as const;
  return remedy === undefined ? finding : { ...finding, remedy };
}

function sharedProblem({ clusters, server, namespace }: SharedTarget, parsed: ParsedConfig): ConfigProblem {
  const last = parsed.configuration.clusters.findLastIndex(({ name }) => clusters.includes(name));
  const message = `${clusters.join(' and ')} write to the namespace ${namespace} of ${server}`;
  return parsed.problemAt({ code: 'CFG033', path: pathOf(last), message });
}
