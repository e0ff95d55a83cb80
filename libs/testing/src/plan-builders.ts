import type {
  Change,
  ClusterName,
  Configuration,
  CreateChange,
  DeleteChange,
  DesiredEntry,
  EntryName,
  Host,
  ObservedEntry,
  Plan,
  UpdateChange,
} from '@isthmus/model';
import { OBJECT } from '@isthmus/model';

import { hub } from './builders.js';

const NO_DIFF = { added: [], removed: [] };

/** A desired entry of one host with one endpoint; `hash` stands for its content. */
export function desiredEntry(name: string, hash = 'h1', overrides: Partial<DesiredEntry> = {}): DesiredEntry {
  return {
    name: name as EntryName,
    bodyHash: hash,
    host: `${name}.example.internal` as Host,
    spec: {
      hosts: [`${name}.example.internal`],
      location: 'MESH_EXTERNAL',
      resolution: 'STATIC',
      ports: [{ number: 80, name: 'http', protocol: 'HTTP' }],
      endpoints: [{ address: '10.0.0.1', ports: { http: 80 } }],
    },
    components: [],
    pending: new Map(),
    labels: { [OBJECT.managedBy]: OBJECT.managedByValue, [OBJECT.hub]: 'test' },
    annotations: { [OBJECT.contentHash]: hash },
    contentHash: hash,
    ...overrides,
  };
}

/** A live entry of this hub. */
export function liveEntry(name: string, overrides: Partial<ObservedEntry> = {}): ObservedEntry {
  const { host, labels, annotations, spec } = desiredEntry(name);
  return {
    name: name as EntryName,
    uid: `uid-${name}`,
    resourceVersion: '1',
    generation: 1,
    labels,
    annotations,
    owners: [],
    isTerminating: false,
    spec: { hosts: [host], raw: spec },
    ...overrides,
  };
}

export function createOf(desired: DesiredEntry): CreateChange {
  return { kind: 'create', desired, diff: NO_DIFF };
}

export function updateOf(desired: DesiredEntry, observed: ObservedEntry): UpdateChange {
  return { kind: 'update', desired, observed, diff: NO_DIFF, reason: 'content' };
}

export function deleteOf(observed: ObservedEntry): DeleteChange {
  return { kind: 'delete', name: observed.name, host: `${observed.name}.example.internal`, observed, components: [] };
}

export function planOf(overrides: Partial<Plan> = {}): Plan {
  return {
    cluster: 'test' as ClusterName,
    changes: [],
    holds: [],
    heldRemovals: [],
    removalsHash: undefined,
    unchangedCount: 0,
    hash: 'plan',
    ...overrides,
  };
}

/** A configuration of hub `test`. */
export function configuration(overrides: Partial<Configuration> = {}): Configuration {
  return {
    hub: hub(),
    store: { kind: 'memory' },
    election: { backend: 'none', leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 },
    sources: [],
    clusters: [],
    approvals: [],
    clusterSecrets: undefined,
    unlistedCluster: undefined,
    ...overrides,
  };
}

/** A plan with every field written out, to compare it: an entry makes some of its fields only when it is asked. */
export function writtenOut(plan: Plan): Plan {
  return { ...plan, changes: plan.changes.map(writtenOutChange) };
}

function writtenOutChange(change: Change): Change {
  if (change.kind === 'delete') return change;
  const { name, host, spec, components, pending, labels, annotations, bodyHash, contentHash } = change.desired;
  return {
    ...change,
    desired: { name, host, spec, components, pending, labels, annotations, bodyHash, contentHash },
  };
}
