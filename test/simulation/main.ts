import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import type { Summary } from './report.js';
import { mergeSummaries, printSummary } from './report.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '300' },
    from: { type: 'string', default: '1' },
    /** For how long things go wrong in each run. */
    minutes: { type: 'string', default: '5' },
    /** Both hubs lead all the time. */
    forced: { type: 'boolean', default: false },
    /** In the seeds from this one on both hubs lead all the time. */
    'forced-from': { type: 'string', default: 'Infinity' },
    jobs: { type: 'string', default: '1' },
    /** Of a job: the first run that is its own. */
    part: { type: 'string', default: '1' },
    /** Of a job: every how many runs one is its own. */
    parts: { type: 'string', default: '1' },
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
const numbers = [values.seeds, values.from, values.minutes, values.jobs, values['forced-from']].map(Number);
const [count = 0, from = 0, faultMinutes = 0, jobs = 0, forcedFrom = 0] = numbers;
const part = { first: Number(values.part) - 1, every: Number(values.parts) };

// What a mode needs is loaded with it: a process that only starts others needs no world.
if (!numbers.every((number) => number > 0)) {
  print('--seeds, --from, --forced-from, --minutes and --jobs are numbers above 0');
  process.exitCode = 2;
} else if (values.guards) {
  const { findCatches } = await import('./find-guards.js');
  await findCatches({ from, to: from + count - 1, wanted: 3 }, (found) => print(JSON.stringify(found)));
} else if (values.compare) {
  const { compare } = await import('./compare.js');
  print(JSON.stringify(await compare({ from, count }, faultMinutes)));
} else if (values.faults) {
  const { FAULT_RUNS, tryFault } = await import('./fault-runs.js');
  for (const run of FAULT_RUNS) print(JSON.stringify(await tryFault(run)));
} else if (values.replay) {
  const wrong = jobs > 1 ? (await runJobs<readonly string[]>()).flat() : await replayHere();
  answer(wrong, wrong.join('\n'), wrong.length);
} else {
  const summary = jobs > 1 ? mergeSummaries(await runJobs<Summary>()) : await runHere();
  answer(summary, printSummary(summary), summary.failures.length);
}

async function replayHere(): Promise<readonly string[]> {
  const { replayKnown } = await import('./replay.js');
  return replayKnown(part);
}

async function runHere(): Promise<Summary> {
  const { runSeeds } = await import('./run-seeds.js');
  const isForced = (seed: number): boolean => values.forced || seed >= forcedFrom;
  return runSeeds({ from, count, part }, (seed) => ({ faultMinutes, isLeadingForced: isForced(seed) }));
}

/** Tells a job's parent, or a person. */
function answer(result: unknown, text: string, wrongCount: number): void {
  if (process.send !== undefined) process.send(result);
  else if (text !== '') print(text);
  process.exitCode = wrongCount > 0 ? 1 : 0;
}

/** One process per job, which does every so manyth run. */
function runJobs<Result>(): Promise<readonly Result[]> {
  const share = ['--jobs', '1', '--parts', String(jobs), '--part'];
  const options = process.argv.slice(2);
  return Promise.all(Array.from({ length: jobs }, (_, job) => runJob<Result>([...options, ...share, String(job + 1)])));
}

function runJob<Result>(options: readonly string[]): Promise<Result> {
  const job = fork(fileURLToPath(import.meta.url), options);
  return new Promise((resolve, reject) => {
    job.once('message', (result) => resolve(result as Result));
    job.once('exit', (code) => reject(new Error(`the job ${options.join(' ')} ended with ${code}`)));
  });
}
