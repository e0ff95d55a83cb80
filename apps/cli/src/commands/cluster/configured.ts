import { dirname } from 'node:path';
import { formatProblem, parseConfig } from '@isthmus/config';
import type { ClusterSettings, Configuration, Result } from '@isthmus/model';
import { err, ok } from '@isthmus/model';
import { EXIT } from '../../exit-codes.js';
import type { Files } from '../files.js';
import type { Failure } from '../find-hub.js';

/** A configuration as the person named it, and its absolute path. */
export interface ConfigPlace {
  readonly shown: string;
  readonly path: string;
}

/** The configuration of a file. */
export async function readConfiguration(
  { shown, path }: ConfigPlace,
  files: Files,
): Promise<Result<Configuration, Failure>> {
  const text = await files.read(path);
  if (!text.ok) {
    const line = `isthmus: cannot read ${shown}: ${text.error} → name the configuration with -c`;
    return err({ exitCode: EXIT.error, lines: [line] });
  }
  const parsed = parseConfig(text.value, { file: shown, folder: dirname(path) });
  if (parsed.ok) return ok(parsed.value.configuration);
  return err({ exitCode: EXIT.badConfiguration, lines: parsed.error.map(formatProblem) });
}

/** The file of a cluster's kubeconfig; undefined where it lies in a Secret. */
export function kubeconfigFileOf(cluster: ClusterSettings): string | undefined {
  return cluster.kubeconfig.kind === 'file' ? cluster.kubeconfig.file : undefined;
}
