import { setFlagsFromString } from 'node:v8';
import { refuseNode } from './node-version.js';

export interface ServeOptions {
  /** Absolute path of `isthmus.yaml`. */
  readonly configFile: string;
}

/**
 * The heap may grow by this share of what lives in it before it is collected. V8 would let it double: a hub keeps much
 * for long and allocates little, so memory is worth more than the time of its collector.
 */
const HEAP_GROWTH_PERCENT = 10;

/** `sysexits(3)`: the configuration is wrong. */
const EXIT_BAD_CONFIGURATION = 65;
const EXIT_ERROR = 1;
/** A stop that has not ended by then is cut off, so that the process is gone within 5 s. */
const STOP_WITHIN_MS = 4_500;

/**
 * Runs the hub until SIGTERM or SIGINT, after which the process exits with 0 within 5 s. Resolves when the hub has
 * started; when it cannot, it says why on stderr and sets the exit code.
 */
export async function serve({ configFile }: ServeOptions): Promise<void> {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH_PERCENT}`);
  // Pages of the heap that are half empty are put together at every collection, not only when memory runs out.
  setFlagsFromString('--optimize-for-size');
  const refusal = refuseNode(process.versions.node);
  if (refusal !== undefined) return fail([refusal], EXIT_ERROR);
  // Loaded late: on a Node.js that is too old, loading them fails without saying why.
  const { openRuntime } = await import('./open-runtime.js');
  const { startHub } = await import('./start-hub.js');

  const runtime = await openRuntime({ configFile }).catch((error: unknown) => messageOf(error));
  if (typeof runtime === 'string') {
    return fail([`isthmus: cannot read ${configFile}: ${runtime} → name the configuration with -c`], EXIT_ERROR);
  }
  if (!runtime.ok) return fail(runtime.error, EXIT_BAD_CONFIGURATION);
  const hub = await startHub(runtime.value);
  stopOnSignals(() => hub.close());
}

function stopOnSignals(stop: () => Promise<void>): void {
  let isStopping = false;
  const onSignal = (): void => {
    if (isStopping) return;
    isStopping = true;
    setTimeout(() => process.exit(EXIT_ERROR), STOP_WITHIN_MS).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        fail([`isthmus: stopping failed: ${messageOf(error)}`], EXIT_ERROR);
        process.exit();
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

function fail(lines: readonly string[], exitCode: number): void {
  for (const line of lines) process.stderr.write(`${line}\n`);
  process.exitCode = exitCode;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
