import type { KubeEmulator } from '../../../apps/kube-emulator/src/server.js';

/** An address that somebody wrote to the cluster although it was gone, or took away although it was there. */
export interface WrongWrite {
  readonly kind: 'stale-address' | 'lost-address' | 'epoch-went-back' | 'object-deleted';
  readonly entry: string;
  readonly detail: string;
}

/** A write that the API server accepted. */
export interface AcceptedWrite {
  readonly atMs: number;
  readonly entry: string;
  readonly epoch: number;
}

interface Stored {
  readonly epoch: number;
  readonly addresses: ReadonlySet<string>;
}

/** A removal that is newer than this may not have been read yet by whoever wrote. */
const READ_WITHIN_MS = 4_000;

/** What is registered, and the comparison of every write that a cluster accepts with it. Each address is used once. */
export class Truth {
  readonly accepted: AcceptedWrite[] = [];
  readonly wrong: WrongWrite[] = [];
  readonly #goneAtMs = new Map<string, number | undefined>();
  #stored: ReadonlyMap<string, Stored> = new Map();

  registered(address: string): void {
    this.#goneAtMs.set(address, undefined);
  }

  deregistered(address: string): void {
    this.#goneAtMs.set(address, performance.now());
  }

  /** Judges every write to the cluster from now on. */
  watch({ model }: KubeEmulator): void {
    const handle = model.handle.bind(model);
    model.handle = (request) => {
      const outcome = handle(request);
      if (request.method !== 'GET') this.#judge(storedIn(model.entries('isthmus')));
      return outcome;
    };
  }

  /** Every address that stands in the cluster now. */
  addresses(): ReadonlySet<string> {
    return new Set([...this.#stored.values()].flatMap(({ addresses }) => [...addresses]));
  }

  /** Throws with every wrong write so far. */
  assertNothingWrong(): void {
    if (this.wrong.length > 0) throw new Error(`wrong writes: ${JSON.stringify(this.wrong)}`);
  }

  #judge(now: ReadonlyMap<string, Stored>): void {
    for (const [entry, before] of this.#stored) {
      const after = now.get(entry);
      if (after === undefined) this.#blame('object-deleted', entry, '');
      else if (after.epoch < before.epoch) this.#blame('epoch-went-back', entry, `${before.epoch} → ${after.epoch}`);
      for (const address of before.addresses) {
        const isThere = this.#goneAtMs.has(address) && this.#goneAtMs.get(address) === undefined;
        if (isThere && after?.addresses.has(address) === false) this.#blame('lost-address', entry, address);
      }
    }
    for (const [entry, after] of now) {
      const before = this.#stored.get(entry);
      if (before !== undefined && isEqual(before, after)) continue;
      this.accepted.push({ atMs: performance.now(), entry, epoch: after.epoch });
      for (const address of after.addresses) {
        const goneAtMs = this.#goneAtMs.get(address);
        const isStale = goneAtMs !== undefined && performance.now() - goneAtMs > READ_WITHIN_MS;
        if (isStale && before?.addresses.has(address) !== true) this.#blame('stale-address', entry, address);
      }
    }
    this.#stored = now;
  }

  #blame(kind: WrongWrite['kind'], entry: string, detail: string): void {
    this.wrong.push({ kind, entry, detail });
  }
}

interface RawEntry {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: { readonly endpoints?: readonly { readonly address: string }[] };
}

function storedIn(entries: readonly object[]): ReadonlyMap<string, Stored> {
  return new Map(
    (entries as readonly RawEntry[]).map(({ metadata, spec }) => [
      metadata.name,
      {
        epoch: Number(metadata.annotations?.['isthmus.dev/epoch'] ?? 0),
        addresses: new Set((spec.endpoints ?? []).map(({ address }) => address)),
      },
    ]),
  );
}

function isEqual(a: Stored, b: Stored): boolean {
  return (
    a.epoch === b.epoch &&
    a.addresses.size === b.addresses.size &&
    [...a.addresses].every((address) => b.addresses.has(address))
  );
}
