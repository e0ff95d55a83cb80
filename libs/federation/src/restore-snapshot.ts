import type { IsthmusError, ServiceState, Snapshot, SourceSettings } from '@isthmus/model';
import { toIsthmusError } from '@isthmus/model';
import type { SnapshotStore } from '@isthmus/ports';

/** What a source needs of a stored snapshot, so that it may be used. */
export interface WantedSnapshot {
  readonly settings: Pick<SourceSettings, 'name' | 'region' | 'account'>;
  /** Sorted. */
  readonly keptAttributes: readonly string[];
  /** From when on proofs of emptiness count. */
  readonly nowMs: number;
}

/** What a store has of a source. */
export interface LoadedSnapshot {
  /** The version that is stored; 0: none, or none that is known of. */
  readonly version: number;
  /** Undefined: nothing that may be used. */
  readonly snapshot: Snapshot | undefined;
  readonly error: IsthmusError | undefined;
}

/** Restores a source from a store. One that does not answer keeps nobody from reading: what it holds is unknown then. */
export async function loadSnapshot(store: SnapshotStore, wanted: WantedSnapshot): Promise<LoadedSnapshot> {
  try {
    const stored = await store.load(wanted.settings.name);
    if (stored.kind === 'none') return { version: 0, snapshot: undefined, error: undefined };
    if (stored.kind === 'unusable') return { ...stored, snapshot: undefined };
    const { snapshot } = stored;
    return { version: snapshot.version, snapshot: restoreSnapshot(snapshot, wanted), error: undefined };
  } catch (error) {
    return { version: 0, snapshot: undefined, error: toIsthmusError(error, 'restoring the snapshot') };
  }
}

/**
 * What of a stored snapshot may be used; undefined: nothing. One of another region or account says nothing of this
 * source, and one that lacks an attribute that is needed now would make instances look as if they had none. What is
 * restored changes nothing that a cluster holds already, and every proof of absence has to be made again.
 */
export function restoreSnapshot(stored: Snapshot, wanted: WantedSnapshot): Snapshot | undefined {
  const { region, account } = wanted.settings;
  const isSameAccount = account === undefined || stored.account === undefined || stored.account === account;
  const kept = new Set(stored.keptAttributes);
  const isWhole = wanted.keptAttributes.every((attribute) => kept.has(attribute));
  if (stored.region !== region || !isSameAccount || !isWhole) return undefined;
  const services = new Map([...stored.services].map(([key, state]) => [key, restoreService(state, wanted.nowMs)]));
  // What comes from now on has no more attributes than these.
  const keptAttributes = kept.size === wanted.keptAttributes.length ? stored.keptAttributes : wanted.keptAttributes;
  return { ...stored, keptAttributes, services };
}

/** A service that was suspected to be gone or empty still is, so that nothing that waits for a proof is taken back. */
function restoreService(state: ServiceState, nowMs: number): ServiceState {
  const { reading, emptiness, absence } = state;
  const begun = { reads: 0, firstAtMs: nowMs, lastAtMs: nowMs, isConfirmed: false };
  return {
    ...state,
    reading: reading === undefined ? undefined : { ...reading, completeness: 'restored' },
    emptiness: emptiness === undefined ? undefined : { ...emptiness, ...begun },
    absence: absence === undefined ? undefined : { passesAtMs: [], notFoundAtMs: undefined },
    regression: undefined,
  };
}
