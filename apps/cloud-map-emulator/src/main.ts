import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { parseArguments } from './arguments.js';
import { startCloudMapEmulator } from './server.js';

async function main(): Promise<void> {
  const { port, seedFile, limits, randomSeed } = parseArguments(process.argv.slice(2));
  const seed: unknown = seedFile === undefined ? undefined : parse(await readFile(seedFile, 'utf8'));
  const emulator = await startCloudMapEmulator({ port, limits, randomSeed, seed: seed ?? undefined });
  process.stdout.write(`${JSON.stringify({ listening: emulator.url })}\n`);
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(0));

try {
  await main();
} catch (error) {
  process.stderr.write(`cloud-map-emulator: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
