import type { EntryName, ObservedEntry, ObservedMetadata, Precondition } from '@isthmus/model';
import { IsthmusError } from '@isthmus/model';
import type { ClusterClient, Clock, EntryList, EntryManifest, WrittenEntry } from '@isthmus/ports';

/** One call that reached the fake. */
export interface FakeCall {
  readonly verb: 'list-metadata' | 'list' | 'get' | 'create' | 'update' | 'delete' | 'probe' | 'create-namespace';
  readonly name: string | undefined;
  readonly atMs: number;
}

/** What a planned fault does to a call. `after`: the write happens and its answer is lost. */
export interface FakeFault {
  readonly verb: FakeCall['verb'] | 'any';
  readonly name?: string;
  readonly error: IsthmusError | 'hang';
  readonly times?: number;
  readonly after?: boolean;
}

/** A cluster in memory with the conditions of a real API server: uid, resourceVersion, generation. */
export class FakeClusterClient implements ClusterClient {
  readonly calls: FakeCall[] = [];
  isClosed = false;
  /** False: creates end with `namespace-missing`. */
  hasNamespace = true;
  readonly #clock: Clock;
  readonly #namespace: string;
  readonly #others = new Map<string, FakeClusterClient>();
  readonly #entries = new Map<EntryName, ObservedEntry>();
  #faults: (FakeFault & { left: number })[] = [];
  #revision = 1;

  constructor(clock: Clock, namespace = 'isthmus') {
    this.#clock = clock;
    this.#namespace = namespace;
  }

  /** Calls that changed something or tried to. */
  get writes(): readonly FakeCall[] {
    return this.calls.filter(({ verb }) => verb === 'create' || verb === 'update' || verb === 'delete');
  }

  callsOf(verb: FakeCall['verb']): readonly FakeCall[] {
    return this.calls.filter((call) => call.verb === verb);
  }

  fail(fault: FakeFault): void {
    this.#faults.push({ ...fault, left: fault.times ?? Number.POSITIVE_INFINITY });
  }

  heal(): void {
    this.#faults = [];
  }

  entry(name: string): ObservedEntry | undefined {
    return this.#entries.get(name as EntryName);
  }

  /** Puts an object there by another hand: a new one, or the old one changed. */
  put(
    entry: Partial<ObservedEntry> & { readonly name: EntryName },
    grows: 'generation' | 'status' = 'generation',
  ): void {
    const old = this.#entries.get(entry.name);
    const revision = ++this.#revision;
    this.#entries.set(entry.name, {
      uid: old?.uid ?? `uid-${revision}`,
      labels: {},
      annotations: {},
      owners: [],
      isTerminating: false,
      spec: { hosts: [], raw: {} },
      ...old,
      ...entry,
      generation: (old?.generation ?? 0) + (grows === 'generation' ? 1 : 0),
      resourceVersion: String(revision),
    });
  }

  /** Takes an object away by another hand. */
  remove(name: string): void {
    this.#entries.delete(name as EntryName);
  }

  listMetadata(signal: AbortSignal): Promise<EntryList<ObservedMetadata>> {
    return this.#answer({ verb: 'list-metadata', signal }, () => this.#list());
  }

  listEntries(signal: AbortSignal): Promise<EntryList<ObservedEntry>> {
    return this.#answer({ verb: 'list', signal }, () => this.#list());
  }

  getEntry(name: EntryName, signal: AbortSignal): Promise<ObservedEntry | undefined> {
    return this.#answer({ verb: 'get', name, signal }, () => this.#entries.get(name));
  }

  create(manifest: EntryManifest, signal: AbortSignal): Promise<WrittenEntry> {
    return this.#answer({ verb: 'create', name: manifest.name, signal }, () => {
      if (!this.hasNamespace) throw new IsthmusError('namespace-missing', 'no such namespace');
      if (this.#entries.has(manifest.name)) throw new IsthmusError('already-exists', 'exists');
      return this.#write(manifest);
    });
  }

  update(manifest: EntryManifest, precondition: Precondition, signal: AbortSignal): Promise<WrittenEntry> {
    return this.#answer({ verb: 'update', name: manifest.name, signal }, () => {
      this.#check(manifest.name, precondition);
      return this.#write(manifest);
    });
  }

  delete(name: EntryName, precondition: Precondition, signal: AbortSignal): Promise<void> {
    return this.#answer({ verb: 'delete', name, signal }, () => {
      if (this.#entries.has(name)) this.#check(name, precondition);
      this.#entries.delete(name);
    });
  }

  createNamespace(signal: AbortSignal): Promise<void> {
    return this.#answer({ verb: 'create-namespace', signal }, () => {
      this.hasNamespace = true;
    });
  }

  /** Another world, as another namespace is. */
  inNamespace(namespace: string): FakeClusterClient {
    if (namespace === this.#namespace) return this;
    const other = this.#others.get(namespace) ?? new FakeClusterClient(this.#clock, namespace);
    this.#others.set(namespace, other);
    return other;
  }

  probe(signal: AbortSignal): Promise<void> {
    return this.#answer({ verb: 'probe', signal }, () => undefined);
  }

  retire(): Promise<void> {
    return this.close();
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }

  async #answer<T>(
    call: { readonly verb: FakeCall['verb']; readonly name?: EntryName; readonly signal: AbortSignal },
    work: () => T,
  ): Promise<T> {
    this.calls.push({ verb: call.verb, name: call.name, atMs: this.#clock.monotonicMs() });
    const fault = this.#takeFault(call.verb, call.name);
    if (fault?.after) work();
    if (fault?.error === 'hang') return hang(call.signal);
    if (fault) throw fault.error;
    await Promise.resolve();
    return work();
  }

  #takeFault(verb: FakeCall['verb'], name: string | undefined): FakeFault | undefined {
    const fault = this.#faults.find(
      (one) => one.left > 0 && (one.verb === 'any' || one.verb === verb) && (one.name ?? name) === name,
    );
    if (fault) fault.left--;
    return fault;
  }

  #check(name: EntryName, { uid, resourceVersion }: Precondition): void {
    const live = this.#entries.get(name);
    if (!live) throw new IsthmusError('not-found', 'no such object');
    if (live.uid !== uid || live.resourceVersion !== resourceVersion) throw new IsthmusError('conflict', 'changed');
  }

  #write(manifest: EntryManifest): WrittenEntry {
    const old = this.#entries.get(manifest.name);
    const labels = { ...old?.labels, ...manifest.labels };
    for (const key of manifest.absentLabels) delete labels[key];
    const annotations = { ...old?.annotations, ...manifest.annotations };
    for (const key of manifest.absentAnnotations) delete annotations[key];
    const isSpecSame = JSON.stringify(old?.spec.raw) === JSON.stringify(manifest.spec);
    if (old && isSpecSame && isEqual(old.labels, labels) && isEqual(old.annotations, annotations)) {
      return { metadata: old, serverTimeMs: this.#clock.nowMs() };
    }
    this.put(
      {
        name: manifest.name,
        labels,
        annotations,
        spec: { hosts: manifest.spec.hosts, raw: manifest.spec },
      },
      isSpecSame ? 'status' : 'generation',
    );
    const metadata = this.#entries.get(manifest.name);
    if (!metadata) throw new Error('the fake lost an object that it just wrote');
    return { metadata, serverTimeMs: this.#clock.nowMs() };
  }

  #list(): EntryList<ObservedEntry> {
    return { items: [...this.#entries.values()], serverTimeMs: this.#clock.nowMs() };
  }
}

/** Whether a write would change nothing: an API server leaves the resourceVersion then. */
function isEqual(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

/** Never answers; rejects as an adapter does when the caller gives up. */
function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(new IsthmusError('aborted', 'the caller gave up'));
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
  });
}
