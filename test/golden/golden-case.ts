import { parseConfig } from '@isthmus/config';
import { attributesUsed } from '@isthmus/desired';
import type { Configuration, ObservedEntry, ServiceState, Snapshot, SourceSettings } from '@isthmus/model';
import { componentKey, emptySnapshot } from '@isthmus/model';
import * as given from '@isthmus/testing';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** How far a service was read; absent: completely. */
type ReadState = 'unread' | 'partial' | 'empty-proven' | 'empty-unproven' | 'gone-proven' | 'gone-unproven';

/** One service of a world. Absent members follow from the names, and the revision from the world's place. */
interface GoldenService {
  /** `service.namespace`, when two services of one source share it. */
  readonly name?: string;
  readonly instances?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly health?: Readonly<Record<string, 'HEALTHY' | 'UNHEALTHY' | 'UNKNOWN'>>;
  readonly revision?: number;
  readonly createdAt?: string;
  readonly account?: string;
  readonly serviceId?: string;
  readonly namespaceId?: string;
  readonly state?: ReadState;
}

/** `$` says when; each other member is a source with its services. A source that is missing was not read. */
type GoldenWorld = Readonly<Record<string, Readonly<Record<string, GoldenService>>>> & {
  readonly $?: { readonly afterSeconds?: number; readonly hubRestarts?: boolean };
};

/** One state of the estate, as the hub has read it. */
export interface World {
  readonly configuration: Configuration;
  readonly snapshots: readonly Snapshot[];
  readonly nowMs: number;
  readonly hubRestarts: boolean;
}

/** One folder of `cases`: what happens in order, what others have put into the clusters, and what must come of it. */
export interface GoldenCase {
  readonly worlds: readonly World[];
  /** Component key → `source/service`, as the world files call it. */
  readonly labels: ReadonlyMap<string, string>;
  readonly foreign: Readonly<Record<string, readonly ObservedEntry[]>>;
  readonly expected: unknown;
}

/** An object as a person would write it. */
export interface Manifest {
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly { readonly apiVersion: string; readonly kind: string }[];
  };
  readonly spec: { readonly hosts: readonly string[] };
}

/** Reads one case. */
export function readCase(folder: string): GoldenCase {
  const file = (name: string): string => readFileSync(join(folder, name), 'utf8');
  const has = (name: string): boolean => existsSync(join(folder, name));
  const after = configurationIn(file('isthmus.yaml'));
  const before = has('before.yaml') ? configurationIn(file('before.yaml')) : after;
  const earlier = has('before.json') ? [JSON.parse(file('before.json')) as GoldenWorld | GoldenWorld[]].flat() : [];
  const labels = new Map<string, string>();
  const worlds: World[] = [];
  for (const world of [...earlier, JSON.parse(file('snapshot.json')) as GoldenWorld]) {
    const configuration = worlds.length < earlier.length ? before : after;
    const startMs = worlds.at(-1)?.nowMs ?? given.EPOCH_MS;
    const nowMs = startMs + (world.$?.afterSeconds ?? (worlds.length === 0 ? 0 : 60)) * 1000;
    const keptAttributes = new Set(attributesUsed(configuration));
    const at = { nowMs, revision: worlds.length + 1, labels, keptAttributes };
    const snapshots = configuration.sources.map((source) => snapshotOf(source, world[source.name], at));
    worlds.push({ configuration, snapshots, nowMs, hubRestarts: world.$?.hubRestarts ?? false });
  }
  const foreign = has('cluster.yaml') ? (parse(file('cluster.yaml')) as Record<string, Manifest[]>) : {};
  return {
    worlds,
    labels,
    foreign: Object.fromEntries(Object.entries(foreign).map(([cluster, list]) => [cluster, list.map(foreignEntry)])),
    expected: parse(file('expected.yaml')),
  };
}

function configurationIn(text: string): Configuration {
  const parsed = parseConfig(text, { file: 'isthmus.yaml', folder: '/' });
  if (!parsed.ok) throw new Error(parsed.error.map(({ line, message }) => `${line}: ${message}`).join('\n'));
  return parsed.value.configuration;
}

interface Reading {
  readonly nowMs: number;
  readonly revision: number;
  readonly labels: Map<string, string>;
  /** What the adapter would keep of the instances: nothing else is known of them. */
  readonly keptAttributes: ReadonlySet<string>;
}

function snapshotOf(source: SourceSettings, services: GoldenWorld[string] | undefined, at: Reading): Snapshot {
  if (services === undefined) return emptySnapshot(source.name, source.region);
  const states = Object.entries(services).map(([label, service]): ServiceState => {
    const state = stateOf(source, { name: label, ...service }, at);
    at.labels.set(state.service.key, at.labels.get(state.service.key) ?? `${source.name}/${label}`);
    return state;
  });
  return given.snapshot(source, states);
}

function stateOf(source: SourceSettings, golden: GoldenService & { readonly name: string }, at: Reading): ServiceState {
  const { revision = at.revision, state } = golden;
  const account = golden.account ?? source.account;
  const byName = given.serviceRecord(golden.name, {
    region: source.region,
    ...(account === undefined ? {} : { account }),
    ...(golden.serviceId === undefined ? {} : { id: golden.serviceId }),
    ...(golden.createdAt === undefined ? {} : { createdAtMs: Date.parse(golden.createdAt) }),
  });
  const identity = { ...byName.identity, namespaceId: golden.namespaceId ?? byName.identity.namespaceId };
  const service = { ...byName, identity, key: componentKey(identity) };
  const completeness = state === 'partial' ? 'partial' : 'complete';
  const read = given.reading(instancesOf(golden, at), { revision, observedAtMs: at.nowMs, completeness });
  const proof = given.provenEmptiness(at.nowMs, revision);
  switch (state) {
    case 'unread':
      return given.serviceState(service);
    case 'empty-proven':
      return given.serviceState(service, { emptiness: proof });
    case 'empty-unproven':
      return given.serviceState(service, {
        emptiness: {
          reads: 1,
          firstAtMs: at.nowMs,
          lastAtMs: at.nowMs,
          revision,
          observedAtMs: at.nowMs,
          isConfirmed: false,
        },
      });
    case 'gone-proven':
      return given.serviceState(service, { absence: given.provenAbsence(at.nowMs) });
    case 'gone-unproven':
      return given.serviceState(service, { absence: { passesAtMs: [at.nowMs], notFoundAtMs: undefined } });
    case 'partial':
    case undefined:
      return given.serviceState(service, { reading: read });
  }
}

function instancesOf(
  { instances = {}, health = {} }: GoldenService,
  { keptAttributes }: Reading,
): Parameters<typeof given.reading>[0] {
  return Object.entries(instances).map(([id, attributes]) => ({
    id,
    health: health[id] ?? 'HEALTHY',
    attributes: new Map(Object.entries(attributes).filter(([key]) => keptAttributes.has(key))),
  }));
}

function foreignEntry({ metadata, spec }: Manifest): ObservedEntry {
  return given.foreignEntry(metadata.name, spec.hosts[0] ?? '', {
    labels: metadata.labels ?? {},
    annotations: metadata.annotations ?? {},
    owners: (metadata.ownerReferences ?? []).map(({ apiVersion, kind }) => `${apiVersion}/${kind}`),
    spec: { hosts: spec.hosts, raw: spec },
  });
}
