import type { LiveEntry } from '@isthmus/desired';
import { LiveHosts, endpointsOf, readLive } from '@isthmus/desired';
import type { ComponentKey, EntryName } from '@isthmus/model';
import { OBJECT, parseComponentKey } from '@isthmus/model';

import type { StoredObject } from '../../libs/testing/src/simulation/index.js';

/** One Cloud Map service on an object. */
export interface ComponentView {
  readonly key: ComponentKey;
  readonly serviceId: string;
  readonly region: string;
  readonly revision: number;
  readonly addresses: ReadonlySet<string>;
}

/** An object as the judges look at it. */
export interface ObjectView {
  readonly name: string;
  readonly host: string;
  readonly isOurs: boolean;
  /** Nobody but a hub has touched it. */
  readonly isIntact: boolean;
  readonly epoch: number;
  readonly addresses: ReadonlySet<string>;
  readonly components: ReadonlyMap<string, ComponentView>;
  /** Service id → API server's time of its mark. */
  readonly marks: ReadonlyMap<string, number>;
}

const HUB = 'prod';

/** Stored objects are never changed: each is read once. An object is in one cluster. */
const views = new WeakMap<object, ObjectView>();

/** Reads a stored object; undefined: there was none. */
export function viewObject(object: StoredObject, cluster: string): ObjectView | undefined {
  if (object === undefined) return undefined;
  const known = views.get(object);
  if (known !== undefined) return known;
  const view = readView(object, cluster);
  views.set(object, view);
  return view;
}

function readView(object: NonNullable<StoredObject>, cluster: string): ObjectView {
  const metadata = object['metadata'] as Readonly<Record<string, unknown>>;
  const labels = (metadata['labels'] ?? {}) as Readonly<Record<string, string>>;
  const annotations = (metadata['annotations'] ?? {}) as Readonly<Record<string, string>>;
  const spec = object['spec'] as { readonly hosts?: readonly string[] };
  const name = String(metadata['name']) as EntryName;
  const live = readLive({
    name,
    uid: String(metadata['uid']),
    resourceVersion: String(metadata['resourceVersion']),
    generation: Number(metadata['generation']),
    labels,
    annotations,
    owners: [],
    isTerminating: false,
    spec: { hosts: spec.hosts ?? [], raw: spec },
  });
  return {
    name,
    host: live.host,
    isOurs:
      labels[OBJECT.managedBy] === OBJECT.managedByValue &&
      labels[OBJECT.hub] === HUB &&
      annotations[OBJECT.cluster] === cluster,
    isIntact: live.isIntact,
    epoch: Number(annotations[OBJECT.epoch] ?? 0),
    addresses: new Set(live.endpoints.map(({ address }) => address)),
    components: componentsOf(name, live),
    marks: new Map([...live.pending].map(([key, atMs]) => [serviceIdOf(key), atMs])),
  };
}

function componentsOf(name: EntryName, live: LiveEntry): ReadonlyMap<string, ComponentView> {
  const hosts = new LiveHosts(new Map([[name, live]]));
  const [host] = [...hosts.names].map((base) => hosts.get(base));
  return new Map(
    live.components.map(({ key, revision }) => {
      const endpoints = host === undefined ? [] : endpointsOf(host, key);
      const serviceId = serviceIdOf(key);
      const region = parseComponentKey(key)?.region ?? '';
      const addresses = new Set(endpoints.map(({ address }) => address));
      return [serviceId, { key, serviceId, region, revision, addresses }];
    }),
  );
}

function serviceIdOf(key: ComponentKey): string {
  return parseComponentKey(key)?.serviceId ?? '';
}
