import type { Code, ErrorReport, Snapshot, SourceStateName } from '@isthmus/model';
import { isListed } from './absence.js';
import type { PollLog } from './polls.js';

/** Ages of the last complete read at which a source counts as stale and as frozen. */
export interface StaleLimits {
  readonly staleAfterMs: number;
  readonly frozenAfterMs: number;
}

/** A source in numbers. */
export interface SourceSummary {
  readonly services: number;
  readonly instances: number;
  /** Of the plane that is behind; undefined: one of them was never read completely. */
  readonly lastCompleteReadAtMs: number | undefined;
  /** Why the source is not read as it should: a denial before anything else, the catalogue before the services. */
  readonly error: ErrorReport | undefined;
}

/** What stands between a plane and its data, and when it was last read completely. */
interface Plane {
  readonly completeAtMs: number | undefined;
  readonly error: ErrorReport | undefined;
}

const DENIED_CODES: ReadonlySet<Code> = new Set<Code>(['access-denied', 'credentials-missing', 'wrong-account']);

/** Counts a source and says how far behind it is. */
export function sourceSummary(snapshot: Snapshot, log: PollLog): SourceSummary {
  const control = controlPlane(snapshot);
  const data = dataPlane(snapshot, log);
  let instances = 0;
  for (const { reading } of snapshot.services.values()) instances += reading?.instances.length ?? 0;
  return {
    services: snapshot.services.size,
    instances,
    lastCompleteReadAtMs: lastCompleteReadAtMs(control, data),
    error: worst([control.error, data?.error]),
  };
}

/** The state of a source in one word. Nothing is ever removed because of its age. */
export function sourceState(
  snapshot: Snapshot,
  log: PollLog,
  at: { readonly nowMs: number; readonly limits: StaleLimits },
): SourceStateName {
  const { error, lastCompleteReadAtMs } = sourceSummary(snapshot, log);
  if (isDenial(error)) return 'denied';
  if (error?.code === 'throttled') return 'throttled';
  if (lastCompleteReadAtMs === undefined) return 'unread';
  const { staleAfterMs, frozenAfterMs } = at.limits;
  const ageMs = at.nowMs - lastCompleteReadAtMs;
  if (ageMs > frozenAfterMs) return 'frozen';
  return ageMs > staleAfterMs ? 'stale' : 'fresh';
}

/**
 * Both planes must have been read once. Then a plane in trouble counts by its own last complete read; without
 * trouble the newer of the two counts, because a long catalogue pass or a rarely polled service is not stale.
 */
function lastCompleteReadAtMs(control: Plane, data: Plane | undefined): number | undefined {
  const planes = data === undefined ? [control] : [control, data];
  const times = planes.flatMap(({ completeAtMs }) => completeAtMs ?? []);
  if (times.length < planes.length) return undefined;
  const troubled = planes.filter(({ error }) => error !== undefined).flatMap(({ completeAtMs }) => completeAtMs ?? []);
  return troubled.length > 0 ? Math.min(...troubled) : Math.max(...times);
}

function worst(errors: readonly (ErrorReport | undefined)[]): ErrorReport | undefined {
  return errors.find(isDenial) ?? errors.find((error) => error !== undefined);
}

function isDenial(error: ErrorReport | undefined): boolean {
  return error !== undefined && DENIED_CODES.has(error.code);
}

function controlPlane({ catalogue }: Snapshot): Plane {
  return { completeAtMs: catalogue.lastCompleteAtMs, error: catalogue.error };
}

/**
 * The polls of all listed services together; undefined: there is nothing to poll. An error is the plane's when no
 * service was read completely since it began: one service that alone is denied does not make the source denied.
 */
function dataPlane(snapshot: Snapshot, log: PollLog): Plane | undefined {
  let completeAtMs: number | undefined;
  let latest: { readonly atMs: number; readonly error: ErrorReport } | undefined;
  let count = 0;
  for (const [key, state] of snapshot.services) {
    if (!isListed(state)) continue;
    count++;
    const record = log.get(key);
    if (record?.completeAtMs !== undefined) completeAtMs = Math.max(completeAtMs ?? -Infinity, record.completeAtMs);
    if (record?.error !== undefined && record.polledAtMs > (latest?.atMs ?? -Infinity)) {
      latest = { atMs: record.polledAtMs, error: record.error };
    }
  }
  if (count === 0) return undefined;
  const isTrouble = latest !== undefined && latest.error.sinceMs >= (completeAtMs ?? -Infinity);
  return { completeAtMs, error: isTrouble ? latest?.error : undefined };
}
