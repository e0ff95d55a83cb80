import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import type { Benchmark, Row } from './measure.js';

/** Runs benchmarks by name, prints their rows, and fails the process when a budget that is no time is missed. */
export async function report(
  benchmarks: Readonly<Record<string, Benchmark>>,
  options: { readonly chosen: readonly string[]; readonly json: string | undefined },
): Promise<void> {
  const chosen = options.chosen.length === 0 ? Object.keys(benchmarks) : options.chosen;
  const rows: (Row & { readonly benchmark: string })[] = [];
  const load = loadavg()[0]?.toFixed(1) ?? '?';
  process.stdout.write(
    `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, load ${load}\n`,
  );
  for (const name of chosen) {
    const benchmark = benchmarks[name];
    if (benchmark === undefined) throw new Error(`no benchmark “${name}”: ${Object.keys(benchmarks).join(', ')}`);
    process.stdout.write(`\n${benchmark.title}\n`);
    for (const row of await benchmark.run()) {
      rows.push({ ...row, benchmark: name });
      const beside = row.budget.startsWith('≤') ? `budget ${row.budget}` : row.budget;
      process.stdout.write(
        `  ${row.isKept ? '✓' : '✗'} ${row.name.padEnd(72)} ${row.measured.padStart(17)}   ${beside}\n`,
      );
    }
  }
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(rows, undefined, 2)}\n`);
  // A time depends on the machine; a count does not.
  if (rows.some(({ isKept, isTime }) => !isKept && !isTime)) process.exitCode = 1;
}
