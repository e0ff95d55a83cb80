import { setImmediate } from 'node:timers/promises';

import type { Result, ServiceState, Snapshot } from '@isthmus/model';
import { compareText, err, ok } from '@isthmus/model';
import type { SnapshotCodec } from '@isthmus/ports';
import { z } from 'zod';

import type { StoredDocument } from './document.js';
import { openDocument, packDocument } from './document.js';

/** A snapshot and the documents that it is made of: a manifest, and one document per namespace. */
export interface PackedSnapshot {
  readonly snapshot: Snapshot;
  /** Hash of the manifest. */
  readonly manifest: string;
  readonly namespaces: ReadonlyMap<string, PackedNamespace>;
}

interface PackedNamespace {
  readonly hash: string;
  /** Sorted by key; the very objects of the snapshot. */
  readonly services: readonly ServiceState[];
}

/** Reads documents by hash, in order; null: there is none. */
export type ReadDocuments = (hashes: readonly string[]) => Promise<readonly (Buffer | null)[]>;

/** Version of the layout below. Another one is not guessed at. */
const SCHEMA = 2;
/** Documents that are packed or opened at a time. */
const SLICE = 8;
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const manifestSchema = z.strictObject({
  schema: z.literal(SCHEMA),
  namespaces: z.array(z.tuple([z.string(), hash])),
  frame: z.unknown(),
});
const namespaceSchema = z.strictObject({ schema: z.literal(SCHEMA), services: z.unknown() });

/** Packs a snapshot; a namespace in which nothing changed since `before` costs nothing. `fresh`: documents that may not be stored yet. */
export async function packSnapshot(
  snapshot: Snapshot,
  codec: SnapshotCodec,
  before: PackedSnapshot | undefined,
): Promise<{ readonly packed: PackedSnapshot; readonly fresh: readonly StoredDocument[] }> {
  const fresh: StoredDocument[] = [];
  const packed = await inSlices([...byNamespace(snapshot)], async ([id, services]) => {
    const known = before?.namespaces.get(id);
    if (known !== undefined && isSameList(known.services, services)) return [id, known] as const;
    const document = await packDocument(`{"schema":${SCHEMA},"services":${codec.encode({ services })}}`);
    fresh.push(document);
    return [id, { hash: document.hash, services }] as const;
  });
  const namespaces = new Map(packed);
  const { services: _services, ...frame } = snapshot;
  const list = JSON.stringify([...namespaces].map(([id, { hash }]) => [id, hash]));
  const text = `{"schema":${SCHEMA},"namespaces":${list},"frame":${codec.encode({ frame })}}`;
  const manifest = await packDocument(text);
  return { packed: { snapshot, manifest: manifest.hash, namespaces }, fresh: [...fresh, manifest] };
}

/** Hashes of all documents of a snapshot. */
export function documentsOf({ manifest, namespaces }: PackedSnapshot): readonly string[] {
  return [manifest, ...[...namespaces.values()].map(({ hash }) => hash)];
}

/** Puts a snapshot together again, or says why it cannot be used; documents that `before` has are not read. */
export async function openSnapshot(
  manifest: string,
  tools: { readonly read: ReadDocuments; readonly codec: SnapshotCodec },
  before: PackedSnapshot | undefined,
): Promise<Result<PackedSnapshot, string>> {
  const [bytes] = await tools.read([manifest]);
  const opened = await openDocument(manifest, bytes);
  if (!opened.ok) return opened;
  const listed = manifestSchema.safeParse(opened.value);
  if (!listed.success) return err(`the manifest is not of schema ${SCHEMA}`);
  const frame = tools.codec.decodeFrame(listed.data.frame);
  if (!frame.ok) return frame;
  const namespaces = await openNamespaces(listed.data.namespaces, tools, before);
  if (!namespaces.ok) return namespaces;
  const states = [...namespaces.value.values()].flatMap(({ services }) => services);
  const services = new Map(states.map((state) => [state.service.key, state]));
  return ok({ snapshot: { ...frame.value, services }, manifest, namespaces: namespaces.value });
}

async function openNamespaces(
  listed: readonly (readonly [string, string])[],
  { read, codec }: { readonly read: ReadDocuments; readonly codec: SnapshotCodec },
  before: PackedSnapshot | undefined,
): Promise<Result<ReadonlyMap<string, PackedNamespace>, string>> {
  const known = new Map([...(before?.namespaces.values() ?? [])].map((namespace) => [namespace.hash, namespace]));
  const unknown = listed.filter(([, hash]) => !known.has(hash)).map(([, hash]) => hash);
  const bytes = await read(unknown);
  const opened = await inSlices([...unknown.entries()], ([index, hash]) => openNamespace(hash, bytes[index], codec));
  for (const namespace of opened) {
    if (!namespace.ok) return namespace;
    known.set(namespace.value.hash, namespace.value);
  }
  return ok(new Map(listed.flatMap(([id, hash]) => pairOf(id, known.get(hash)))));
}

async function openNamespace(
  hash: string,
  bytes: Buffer | null | undefined,
  codec: SnapshotCodec,
): Promise<Result<PackedNamespace, string>> {
  const opened = await openDocument(hash, bytes);
  if (!opened.ok) return opened;
  const document = namespaceSchema.safeParse(opened.value);
  if (!document.success) return err(`a document is not of schema ${SCHEMA}`);
  const services = codec.decodeServices(document.data.services);
  return services.ok ? ok({ hash, services: services.value }) : services;
}

function pairOf(id: string, namespace: PackedNamespace | undefined): readonly (readonly [string, PackedNamespace])[] {
  return namespace === undefined ? [] : [[id, namespace]];
}

/** A few at a time: between two slices, of some milliseconds each, others have their turn. */
async function inSlices<Item, Done>(items: readonly Item[], work: (item: Item) => Promise<Done>): Promise<Done[]> {
  const done: Done[] = [];
  for (let start = 0; start < items.length; start += SLICE) {
    if (start > 0) await setImmediate();
    done.push(...(await Promise.all(items.slice(start, start + SLICE).map(work))));
  }
  return done;
}

/** Services by namespace id, in the order of keys: the same snapshot is the same documents. */
function byNamespace(snapshot: Snapshot): ReadonlyMap<string, readonly ServiceState[]> {
  const states = [...snapshot.services.values()].toSorted((a, b) => compareText(a.service.key, b.service.key));
  return Map.groupBy(states, ({ service }) => service.identity.namespaceId);
}

function isSameList(a: readonly ServiceState[], b: readonly ServiceState[]): boolean {
  return a.length === b.length && a.every((state, index) => state === b[index]);
}
