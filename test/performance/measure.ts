/** A row of the table of budgets. Times depend on the machine and only inform; the others are kept or the run fails. */
export interface Row {
  readonly name: string;
  readonly measured: string;
  readonly budget: string;
  readonly isKept: boolean;
  readonly isTime: boolean;
}

/** One part of the benchmark. */
export interface Benchmark {
  readonly title: string;
  run(): Promise<readonly Row[]>;
}

/** A row about a time in milliseconds. */
export function timeRow(name: string, ms: number, budgetMs: number): Row {
  return {
    name,
    measured: `${ms.toFixed(ms < 10 ? 1 : 0)} ms`,
    budget: `≤ ${budgetMs} ms`,
    isKept: ms <= budgetMs,
    isTime: true,
  };
}

/** A row about a number that must not be exceeded. */
export function countRow(name: string, count: number, budget: { readonly most: number; readonly unit: string }): Row {
  return {
    name,
    measured: `${round(count)} ${budget.unit}`,
    budget: `≤ ${budget.most} ${budget.unit}`,
    isKept: count <= budget.most,
    isTime: false,
  };
}

/** A row that only informs: what was measured, and beside it what somebody else needs. */
export function besideRow(name: string, measured: string, beside = '–'): Row {
  return { name, measured, budget: beside, isKept: true, isTime: true };
}

/** A time as people read it. */
export function seconds(ms: number): string {
  return Number.isFinite(ms) ? `${(ms / 1000).toFixed(1)} s` : 'never';
}

/** The middle of several runs: these machines are noisy. */
export function median(numbers: readonly number[]): number {
  return percentile(numbers, 0.5);
}

/** The value below which the share of the numbers lies. */
export function percentile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Milliseconds that a piece of work takes. */
export function timed(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function round(number: number): string {
  return Number.isInteger(number) ? String(number) : number.toFixed(1);
}
