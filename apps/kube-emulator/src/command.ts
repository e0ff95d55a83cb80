import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { JsonObject } from '@isthmus/emulation';
import { parseAllDocuments } from 'yaml';
import type { KubeEmulator } from './server.js';
import { startKubeEmulator } from './server.js';

const USAGE =
  'usage: kube-emulator [--name NAME] [--port PORT] [--namespace NAMESPACE]... [--seed FILE] [--kubeconfig-out FILE] [--admin-kubeconfig-out FILE]\n';

/**
 * Starts one emulated cluster as the arguments say, writes its kubeconfigs (mode 0600) and prints one JSON line when it
 * is ready. Undefined when only the usage was asked for.
 */
export async function runKubeEmulator(
  args: readonly string[],
  print: (text: string) => void,
): Promise<KubeEmulator | undefined> {
  const options = readOptions(args);
  if (options.help) {
    print(USAGE);
    return undefined;
  }
  const port = Number(options.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('--port is a number from 0 to 65535');
  const emulator = await startKubeEmulator({
    name: options.name,
    port,
    namespaces: options.namespace,
    manifests: options.seed === undefined ? [] : readManifests(options.seed),
  });
  const kubeconfig = options['kubeconfig-out'];
  const adminKubeconfig = options['admin-kubeconfig-out'];
  if (kubeconfig !== undefined) writePrivate(kubeconfig, emulator.kubeconfig());
  if (adminKubeconfig !== undefined) writePrivate(adminKubeconfig, emulator.kubeconfig('admin'));
  print(`${JSON.stringify({ listening: emulator.url, ...(kubeconfig === undefined ? {} : { kubeconfig }) })}\n`);
  return emulator;
}

function readOptions(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: {
      name: { type: 'string', default: 'emulated' },
      port: { type: 'string', default: '0' },
      namespace: { type: 'string', multiple: true, default: ['isthmus'] },
      seed: { type: 'string' },
      'kubeconfig-out': { type: 'string' },
      'admin-kubeconfig-out': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  }).values;
}

/** Writes a file that holds a credential: readable by its owner only, whatever was there before. */
function writePrivate(file: string, text: string): void {
  writeFileSync(file, text, { mode: 0o600 });
  chmodSync(file, 0o600);
}

function readManifests(file: string): readonly JsonObject[] {
  return parseAllDocuments(readFileSync(file, 'utf8')).map((document) => {
    const problem = document.errors[0];
    if (problem !== undefined) throw new Error(`${file}: ${problem.message}`);
    return document.toJS() as JsonObject;
  });
}
