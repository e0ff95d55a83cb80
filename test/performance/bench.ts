import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { decision } from './decision.js';
import { federation } from './federation.js';
import type { Benchmark, Row } from './measure.js';
import { memory } from './memory.js';
import { polling } from './polling.js';

const BENCHMARKS: Readonly<Record<string, Benchmark>> = { decision, polling, federation, memory };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' } },
});
const chosen = positionals.length === 0 ? Object.keys(BENCHMARKS) : positionals;
const rows: (Row & { readonly benchmark: string })[] = [];
process.stdout.write(`Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}\n`);
for (const name of chosen) {
  const benchmark = BENCHMARKS[name];
  if (benchmark === undefined) throw new Error(`no benchmark “${name}”: ${Object.keys(BENCHMARKS).join(', ')}`);
  process.stdout.write(`\n${benchmark.title}\n`);
  for (const row of await benchmark.run()) {
    rows.push({ ...row, benchmark: name });
    process.stdout.write(
      `  ${row.isKept ? '✓' : '✗'} ${row.name.padEnd(72)} ${row.measured.padStart(14)}   budget ${row.budget}\n`,
    );
  }
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, undefined, 2)}\n`);
// A time depends on the machine; a count does not.
if (rows.some(({ isKept, isTime }) => !isKept && !isTime)) process.exitCode = 1;
