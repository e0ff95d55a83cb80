/** One request as it was dealt with. */
export interface KubernetesCall {
  /** Counts from 1 and never starts again. */
  readonly seq: number;
  readonly atMs: number;
  /** The verb of the access rules; `none` for a method that no API has. */
  readonly verb: string;
  /** `serviceentries`, `namespaces`, or the path of what is neither. */
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  /** The status that was sent, or what happened instead. */
  readonly status: number | 'hang' | 'reset';
  readonly isDryRun: boolean;
  readonly user: string;
  readonly requestBytes: number;
  readonly responseBytes: number;
}

const WRITES: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/** The latest calls, up to a limit, and exact counts of all of them since the last reset. */
export class CallLog {
  readonly #limit: number;
  #calls: KubernetesCall[] = [];
  #counts = new Map<string, number>();
  #writeCount = 0;
  #lastSeq = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  record(call: Omit<KubernetesCall, 'seq'>): void {
    this.#lastSeq += 1;
    this.#calls.push({ seq: this.#lastSeq, ...call });
    if (this.#calls.length > this.#limit) this.#calls = this.#calls.slice(-Math.ceil(this.#limit / 2));
    const key = `${call.verb} ${call.status}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    if (WRITES.has(call.verb) && !call.isDryRun) this.#writeCount += 1;
  }

  /** Oldest first. */
  calls(): readonly KubernetesCall[] {
    return this.#calls;
  }

  /** Calls by `<verb> <status>`. */
  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  /** Calls that asked to change something, whatever the answer was; dry runs not counted. */
  writeCount(): number {
    return this.#writeCount;
  }

  /** Forgets calls and counts; `seq` goes on. */
  reset(): void {
    this.#calls = [];
    this.#counts = new Map();
    this.#writeCount = 0;
  }
}
