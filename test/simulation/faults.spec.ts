import type { FaultTrial } from './fault-runs.js';
import { FAULT_RUNS } from './fault-runs.js';
import { runMain } from './run-main.js';

const LIMIT_MS = 120_000;

describe('a world in which one thing goes wrong', () => {
  let trials: readonly FaultTrial[] = [];
  beforeAll(async () => {
    const { output } = await runMain('--faults');
    trials = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as FaultTrial);
  }, LIMIT_MS);

  it.each(FAULT_RUNS.map((run) => [run.fault, run.what, run] as const))('fault %i: %s', (_fault, what, run) => {
    const trial = trials.find((one) => one.what === what);
    expect(trial?.kinds).not.toEqual([]);
    expect(trial?.withGuard).toEqual([]);
    expect(trial?.withoutGuard).toContain(run.invariant);
  });
});
