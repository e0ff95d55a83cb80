import type { Clock } from '@isthmus/ports';

/** How long one piece of work keeps the process to itself at a time. */
const SLICE_MS = 20;

/** Takes steps to their end, with pauses in which everything else goes on. */
export async function inSlices<Value>(
  steps: Generator<void, Value>,
  clock: Pick<Clock, 'monotonicMs' | 'sleep'>,
): Promise<Value> {
  for (let sinceMs = clock.monotonicMs(); ;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (clock.monotonicMs() - sinceMs < SLICE_MS) continue;
    await clock.sleep(0);
    sinceMs = clock.monotonicMs();
  }
}

/** Takes steps to their end at once. */
export function atOnce<Value>(steps: Generator<void, Value>): Value {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Items between two chances to let others run: a few milliseconds. */
const SLICE = 25;

/** `map` over a list, in steps. */
export function* mapSteps<Item, Value>(
  items: readonly Item[],
  map: (item: Item) => Value,
): Generator<void, readonly Value[]> {
  const values: Value[] = [];
  for (const item of items) {
    values.push(map(item));
    if (values.length % SLICE === 0) yield;
  }
  return values;
}

/** A chance to let others run, every so many of what is counted. */
export function* letOthersRun(count: number): Generator<void, void> {
  if (count % SLICE === 0) yield;
}
