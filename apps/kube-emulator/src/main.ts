import { runKubeEmulator } from './command.js';

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(0));

try {
  await runKubeEmulator(process.argv.slice(2), (text) => process.stdout.write(text));
} catch (error) {
  process.stderr.write(`kube-emulator: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
