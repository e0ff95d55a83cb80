import type { Change, EntryName, Json, ObservedEntry } from '@isthmus/model';
import { canonicalJson } from '@isthmus/model';
import type { EntryManifest } from '@isthmus/ports';

/** A namespace as a value: what a plan would make of it if every write went through. */
export type Namespace = ReadonlyMap<EntryName, ObservedEntry>;

/** The namespace after one change; throws where the API server would answer 404 or 409. */
export function afterChange(
  namespace: Namespace,
  change: Change,
  manifestOf: (desired: Extract<Change, { kind: 'create' }>['desired']) => EntryManifest,
): Namespace {
  const next = new Map(namespace);
  if (change.kind === 'delete') {
    requireSame(namespace, change.observed);
    next.delete(change.name);
    return next;
  }
  const manifest = manifestOf(change.desired);
  const old = namespace.get(manifest.name);
  if (change.kind === 'create') {
    if (old !== undefined) throw new Error(`already exists: ${manifest.name}`);
    next.set(
      manifest.name,
      observedFrom(manifest, { uid: `uid-${manifest.name}`, resourceVersion: '1', generation: 1 }),
    );
    return next;
  }
  requireSame(namespace, change.observed);
  const hasNewSpec = canonicalJson(old?.spec.raw as Json) !== canonicalJson(manifest.spec as unknown as Json);
  next.set(
    manifest.name,
    observedFrom(manifest, {
      uid: change.observed.uid,
      resourceVersion: String(Number(change.observed.resourceVersion) + 1),
      generation: change.observed.generation + (hasNewSpec ? 1 : 0),
    }),
  );
  return next;
}

/** A live object as it stands after our own write of a manifest. */
export function observedFrom(
  manifest: EntryManifest,
  at: { readonly uid: string; readonly resourceVersion: string; readonly generation: number },
): ObservedEntry {
  const raw = structuredClone(manifest.spec);
  return {
    name: manifest.name,
    ...at,
    labels: manifest.labels,
    annotations: manifest.annotations,
    owners: [],
    isTerminating: false,
    spec: { hosts: raw.hosts, raw },
  };
}

/** A live object that somebody else made. */
export function foreignEntry(name: string, host: string, changes: Partial<ObservedEntry> = {}): ObservedEntry {
  const raw = { hosts: [host], resolution: 'STATIC', endpoints: [{ address: '10.9.9.9' }] };
  return {
    name: name as EntryName,
    uid: `foreign-${name}`,
    resourceVersion: '7',
    generation: 1,
    labels: {},
    annotations: {},
    owners: [],
    isTerminating: false,
    spec: { hosts: [host], raw },
    ...changes,
  };
}

function requireSame(namespace: Namespace, seen: ObservedEntry): void {
  const live = namespace.get(seen.name);
  if (live?.uid !== seen.uid || live.resourceVersion !== seen.resourceVersion)
    throw new Error(`conflict: ${seen.name}`);
}
