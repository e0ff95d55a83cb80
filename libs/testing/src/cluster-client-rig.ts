import type { EntryName, ObservedEntry, ObservedMetadata, Precondition, ServiceEntrySpec } from '@isthmus/model';
import { IsthmusError } from '@isthmus/model';
import type { ClusterClient, EntryList, EntryManifest } from '@isthmus/ports';

/** A ServiceEntry as somebody else writes it. */
export interface ForeignEntry {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** Who asks, or whom, when it is not the hub with the rights that it needs and a server that is well. */
export type OtherCaller =
  | 'bad-token'
  | 'no-rights'
  | 'missing-namespace'
  | 'terminating-namespace'
  | 'untrusted-certificate'
  | 'wrong-server-name'
  | 'busy-server'
  | 'closed-port';

/**
 * An API server with one empty namespace, a client with the rights of a hub, and other hands with all rights.
 * A real kube-apiserver can stand behind it as well as the emulator.
 */
export interface ClusterClientRig {
  readonly client: ClusterClient;
  /** A client that differs from `client` in one thing. */
  clientOf(caller: OtherCaller): Promise<ClusterClient>;
  /** Creates an entry, or changes what is given of it, by another manager than ours. */
  putForeign(name: string, entry: ForeignEntry): Promise<void>;
  removeForeign(name: string): Promise<void>;
  /** Creates that many entries by other hands. */
  fill(count: number): Promise<void>;
  /** Lists in full; `act` is done after the first page was answered and before the second is. */
  listAround(act: () => void | Promise<void>): Promise<EntryList<ObservedEntry>>;
  /** Forgets what the server knew of the past: every position in a list has expired. */
  expirePositions(): void | Promise<void>;
  /** Ends the server as a crash does, and starts it again at its address with what it has stored. */
  restart(): Promise<void>;
  /** Takes ServiceEntry away from the server, and every entry with it. */
  removeApi(): void | Promise<void>;
  /** Connections that the API server has accepted; undefined where it cannot be told. */
  connectionCount(): number | undefined;
  close(): Promise<void>;
}

/** A manifest of one endpoint; what is given replaces parts of its spec. */
export function manifestOf(
  name: string,
  changes: Partial<Omit<EntryManifest, 'name' | 'spec'>> & { readonly spec?: Partial<ServiceEntrySpec> } = {},
): EntryManifest {
  const { spec, ...rest } = changes;
  return {
    name: name as EntryName,
    labels: { 'app.kubernetes.io/managed-by': 'isthmus' },
    annotations: { 'isthmus.dev/content-hash': 'h1' },
    absentLabels: [],
    absentAnnotations: [],
    ...rest,
    spec: {
      hosts: [`${name}.shop`],
      location: 'MESH_EXTERNAL',
      resolution: 'STATIC',
      ports: [{ name: 'http', number: 80, protocol: 'HTTP' }],
      endpoints: [{ address: '10.0.0.1', ports: { http: 8080 } }],
      ...spec,
    },
  };
}

/** The conditions under which this very object may be changed. */
export function preconditionOf({ uid, resourceVersion }: Precondition): Precondition {
  return { uid, resourceVersion };
}

/** The entry, which must exist. */
export async function readEntry(rig: ClusterClientRig, name: string): Promise<ObservedEntry> {
  const entry = await rig.client.getEntry(name as EntryName, unaborted());
  if (entry === undefined) throw new Error(`${name} does not exist`);
  return entry;
}

/**
 * The list of metadata as soon as `isSeen` holds of it, else the last one that was read: it may be as old as our last
 * write, so that what others have written since comes a moment later.
 */
export async function listUntil(
  rig: ClusterClientRig,
  isSeen: (items: readonly ObservedMetadata[]) => boolean,
): Promise<readonly ObservedMetadata[]> {
  for (let left = 500; ; left -= 1) {
    const { items } = await rig.client.listMetadata(unaborted());
    if (left === 0 || isSeen(items)) return items;
  }
}

/** The code of the error with which a call ends; throws when it ends well. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  return (await errorOf(call)).code;
}

/** The error with which a call ends; throws when it ends well, or with an error that is not ours. */
export async function errorOf(call: Promise<unknown>): Promise<IsthmusError> {
  const ended = await call.then(
    () => 'well' as const,
    (error: unknown) => error,
  );
  if (ended instanceof IsthmusError) return ended;
  throw ended === 'well' ? new Error('the call ended well') : ended;
}

/** A signal that nobody aborts. */
export function unaborted(): AbortSignal {
  return new AbortController().signal;
}
