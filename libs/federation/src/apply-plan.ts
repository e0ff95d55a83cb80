import type { Change, Code, DesiredEntry, EntryName, ObservedEntry } from '@isthmus/model';
import { IsthmusError, toIsthmusError } from '@isthmus/model';
import { hostOf, nameOf } from '@isthmus/plan';
import type { ClusterClient, Clock, EntryManifest, WrittenEntry } from '@isthmus/ports';

import type { Breaker } from './breaker.js';
import { isTransportFailure } from './breaker.js';
import type { BurstPacer } from './burst-pacer.js';
import type { WriteMemory } from './write-memory.js';

/** What applying needs of the cluster's own things; nothing is shared between clusters. */
export interface ApplyTools {
  readonly client: ClusterClient;
  readonly clock: Clock;
  readonly pacer: BurstPacer;
  readonly breaker: Breaker;
  readonly memory: WriteMemory;
  readonly inFlight: number;
  readonly epoch: number;
  readonly manifestOf: (entry: DesiredEntry, epoch: number) => EntryManifest;
  /** Asked immediately before each write; false ends the run. */
  readonly mayWrite: (change: Change) => boolean;
  /** Asked between bursts: whether a newer plan should take over. */
  readonly isOutdated: () => boolean;
  readonly onWritten: (write: AcknowledgedWrite) => void;
  /** The object's state is unknown after a write: it must be read before anything is decided about it. */
  readonly onDoubt: (name: EntryName) => void;
  readonly onResult: (change: Change, code: 'ok' | Code, seconds: number) => void;
  readonly onQueue: (depth: number) => void;
}

/** A write that the API server confirmed. */
export type AcknowledgedWrite =
  | {
      readonly kind: 'stored';
      readonly change: Change;
      readonly manifest: EntryManifest;
      readonly answer: WrittenEntry;
    }
  | { readonly kind: 'deleted'; readonly change: Change };

/** What became of one run. */
export interface ApplyResult {
  readonly written: readonly Change[];
  /** The first error of the run. */
  readonly error: IsthmusError | undefined;
  /** Set when the whole cluster asked for a pause. */
  readonly pause: IsthmusError | undefined;
}

/**
 * Sends the changes of a plan in its order, in bursts. One object's failure never stops the others; only the cluster
 * as a whole does (a pause it asked for, an open breaker), or the hub (read-only, a newer plan, a stop).
 */
export function applyPlan(changes: readonly Change[], tools: ApplyTools, signal: AbortSignal): Promise<ApplyResult> {
  return new ApplyRun(tools, signal).run(changes);
}

/** Codes after which the object is surely as it was before the write; after any other failure it is unknown. */
const SURELY_UNCHANGED: ReadonlySet<Code> = new Set<Code>([
  'throttled',
  'unauthorized',
  'token-unavailable',
  'forbidden',
  'api-missing',
  'namespace-missing',
  'namespace-terminating',
  'invalid-object',
  'too-large',
  'webhook-failed',
]);

class ApplyRun {
  readonly #tools: ApplyTools;
  readonly #signal: AbortSignal;
  readonly #written: Change[] = [];
  /** Operations that the cluster refused as such (a missing right, say): not tried again in this run. */
  readonly #closedKinds = new Set<Change['kind']>();
  /** Last write per host, so that a later change of a host waits for the earlier one, and is left out if that failed. */
  readonly #lastOfHost = new Map<string, Promise<boolean>>();
  #error: IsthmusError | undefined;
  #pause: IsthmusError | undefined;
  #isStopped = false;

  constructor(tools: ApplyTools, signal: AbortSignal) {
    this.#tools = tools;
    this.#signal = signal;
  }

  async run(changes: readonly Change[]): Promise<ApplyResult> {
    const { clock, memory, pacer, onQueue } = this.#tools;
    const nowMs = clock.monotonicMs();
    const queue = changes.filter((change) => memory.mayTry(change, nowMs));
    while (queue.length > 0 && !this.#mustStop()) {
      onQueue(queue.length);
      const size = await pacer.nextBurst(queue.length, this.#signal);
      await this.#sendBurst(queue.splice(0, size));
      pacer.endBurst();
      if (queue.length > 0 && this.#tools.isOutdated()) this.#isStopped = true;
    }
    onQueue(queue.length);
    return { written: this.#written, error: this.#error, pause: this.#pause };
  }

  #mustStop(): boolean {
    return this.#isStopped || this.#signal.aborted;
  }

  /** Sends the changes back to back, a few at a time, started in order. */
  async #sendBurst(burst: readonly Change[]): Promise<void> {
    const pending = burst.values();
    const worker = async (): Promise<void> => {
      for (const change of pending) await this.#sendInHostOrder(change);
    };
    await Promise.all(Array.from({ length: Math.min(this.#tools.inFlight, burst.length) }, worker));
  }

  async #sendInHostOrder(change: Change): Promise<void> {
    const host = hostOf(change);
    const earlier = this.#lastOfHost.get(host) ?? Promise.resolve(true);
    const sent = earlier.then((succeeded) => succeeded && this.#send(change));
    this.#lastOfHost.set(host, sent);
    await sent;
  }

  async #send(change: Change): Promise<boolean> {
    if (this.#mustStop() || this.#closedKinds.has(change.kind)) return false;
    if (!this.#tools.mayWrite(change)) {
      this.#isStopped = true;
      return false;
    }
    const startMs = this.#tools.clock.monotonicMs();
    try {
      this.#tools.onWritten(await this.#write(change));
      this.#succeed(change, startMs);
      return true;
    } catch (error) {
      this.#fail(change, toIsthmusError(error, `writing ${nameOf(change)}`), startMs);
      return false;
    }
  }

  async #write(change: Change): Promise<AcknowledgedWrite> {
    const { client, manifestOf, epoch } = this.#tools;
    if (change.kind === 'delete') {
      await client.delete(change.name, preconditionOf(change.observed), this.#signal);
      return { kind: 'deleted', change };
    }
    const manifest = manifestOf(change.desired, epoch);
    const answer =
      change.kind === 'create'
        ? await client.create(manifest, this.#signal)
        : await client.update(manifest, preconditionOf(change.observed), this.#signal);
    return { kind: 'stored', change, manifest, answer };
  }

  #succeed(change: Change, startMs: number): void {
    const nowMs = this.#tools.clock.monotonicMs();
    this.#written.push(change);
    this.#tools.breaker.succeed();
    this.#tools.memory.succeeded(change, nowMs);
    this.#tools.onResult(change, 'ok', (nowMs - startMs) / 1000);
  }

  #fail(change: Change, error: IsthmusError, startMs: number): void {
    const { clock, memory, onDoubt, onResult } = this.#tools;
    const nowMs = clock.monotonicMs();
    this.#error ??= error;
    if (!SURELY_UNCHANGED.has(error.code)) onDoubt(nameOf(change));
    onResult(change, error.code, (nowMs - startMs) / 1000);
    this.#countForBreaker(error, nowMs);
    if (error.code === 'throttled' || error.retryAfterMs !== undefined) {
      this.#pause ??= error;
      this.#isStopped = true;
      return;
    }
    if (error.disposition === 'abort' || error.disposition === 'fatal') this.#isStopped = true;
    else if (error.disposition === 'hold') this.#closedKinds.add(change.kind);
    else if (error.disposition === 'reject') memory.refused(change);
    else memory.failed(change, nowMs);
  }

  #countForBreaker(error: IsthmusError, nowMs: number): void {
    const { breaker } = this.#tools;
    if (error.code === 'aborted') return;
    if (!isTransportFailure(error.code)) breaker.succeed();
    else if (breaker.fail(nowMs)) this.#isStopped = true;
  }
}

function preconditionOf({ uid, resourceVersion }: ObservedEntry): { uid: string; resourceVersion: string } {
  return { uid, resourceVersion };
}
