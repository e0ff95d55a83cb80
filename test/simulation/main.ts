import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { compare } from './compare.js';
import { FAULT_RUNS, tryFault } from './fault-runs.js';
import { findCatches } from './find-guards.js';
import type { Summary } from './report.js';
import { mergeSummaries, printSummary } from './report.js';
import { replayKnown } from './replay.js';
import { runSeeds } from './run-seeds.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '300' },
    from: { type: 'string', default: '1' },
    /** For how long things go wrong in each run. */
    minutes: { type: 'string', default: '5' },
    /** Both hubs lead all the time. */
    forced: { type: 'boolean', default: false },
    jobs: { type: 'string', default: '1' },
    /** Looks for seeds that notice the absence of each guard. */
    guards: { type: 'boolean', default: false },
    /** The same worlds with istio-cloud-map's algorithm. */
    compare: { type: 'boolean', default: false },
    /** One fault at a time, with its guard and without. */
    faults: { type: 'boolean', default: false },
    /** Replays what is known. */
    replay: { type: 'boolean', default: false },
  },
});

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const [count, from, faultMinutes, jobs] = [values.seeds, values.from, values.minutes, values.jobs].map(Number) as [
  number,
  number,
  number,
  number,
];
if (![count, from, faultMinutes, jobs].every((number) => number > 0)) {
  print('--seeds, --from, --minutes and --jobs are numbers above 0');
  process.exitCode = 2;
} else if (values.guards) {
  await findCatches({ from, to: from + count - 1, wanted: 3 }, (found) => print(JSON.stringify(found)));
} else if (values.compare) {
  print(JSON.stringify(await compare({ from, count }, faultMinutes)));
} else if (values.faults) {
  for (const run of FAULT_RUNS) print(JSON.stringify(await tryFault(run)));
} else if (values.replay) {
  const wrong = await replayKnown();
  for (const line of wrong) print(line);
  process.exitCode = wrong.length > 0 ? 1 : 0;
} else {
  const summary = jobs > 1 ? mergeSummaries(await runInJobs()) : await runHere();
  process.send?.(summary);
  if (process.send === undefined) print(printSummary(summary));
  process.exitCode = summary.failures.length > 0 ? 1 : 0;
}

function runHere(): Promise<Summary> {
  return runSeeds({ from, count }, { faultMinutes, isLeadingForced: values.forced });
}

/** One process per job, each with a stretch of the seeds. */
function runInJobs(): Promise<readonly Summary[]> {
  const size = Math.ceil(count / jobs);
  const starts = Array.from({ length: Math.ceil(count / size) }, (_, job) => job * size);
  return Promise.all(starts.map((start) => runJob(from + start, Math.min(size, count - start))));
}

function runJob(first: number, seeds: number): Promise<Summary> {
  const mode = [...(values.forced ? ['--forced'] : []), '--minutes', String(faultMinutes)];
  const job = fork(fileURLToPath(import.meta.url), ['--from', String(first), '--seeds', String(seeds), ...mode]);
  return new Promise((resolve, reject) => {
    job.once('message', (summary) => resolve(summary as Summary));
    job.once('exit', (code) => reject(new Error(`the job of seed ${first} ended with ${code}`)));
  });
}
