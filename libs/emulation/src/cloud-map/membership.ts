import { beginHealth } from './health.js';
import type { InstanceRecord, ServiceRecord } from './records.js';

/** Changes that a service remembers: an older view reaches back no further. */
const REMEMBERED_CHANGES = 256;

/** What the data plane shows of a service. */
export interface MembershipView {
  readonly instances: readonly InstanceRecord[];
  readonly revision: number;
}

/** How old a view is: `revisionsBack` changes, and every change after `notAfterMs`, are not in it. */
export interface ViewAge {
  readonly revisionsBack: number;
  readonly notAfterMs: number;
}

/** Whether a registration with the same id and attributes moves the revision. AWS does not say; the default is that it does. */
export type RepeatedRegistration = 'moves-revision' | 'keeps-revision';

/** An instance as it is registered: it gets its place when it is. */
export type Registration = Omit<InstanceRecord, 'sequence'>;

/** Adds an instance, or replaces the one with its id. */
export function register(
  service: ServiceRecord,
  registration: Registration,
  change: { readonly nowMs: number; readonly repeated: RepeatedRegistration },
): void {
  const before = service.instances.get(registration.id);
  const isRepeated = before !== undefined && hasSameAttributes(before, registration);
  if (!isRepeated || change.repeated === 'moves-revision') moveRevision(service, registration.id, change.nowMs);
  const instance = { ...registration, sequence: before?.sequence ?? service.revision };
  service.instances.set(instance.id, instance);
  beginHealth(service, instance);
}

/** Removes an instance; false when the service has none with this id. */
export function deregister(service: ServiceRecord, instanceId: string, nowMs: number): boolean {
  if (!service.instances.has(instanceId)) return false;
  moveRevision(service, instanceId, nowMs);
  service.instances.delete(instanceId);
  service.health.delete(instanceId);
  return true;
}

/** Membership as it was: the newest changes undone, as far as the service remembers them. */
export function viewOf(service: ServiceRecord, age: ViewAge): MembershipView {
  const changes = service.changes;
  const kept = changes.findLastIndex((change) => change.atMs <= age.notAfterMs) + 1;
  const undone = changes.slice(Math.min(kept, Math.max(0, changes.length - age.revisionsBack)));
  if (undone.length === 0) return { instances: [...service.instances.values()], revision: service.revision };
  const instances = new Map(service.instances);
  for (const change of undone.toReversed()) {
    if (change.before === undefined) instances.delete(change.instanceId);
    else instances.set(change.instanceId, change.before);
  }
  return { instances: [...instances.values()], revision: undone[0]?.revisionBefore ?? service.revision };
}

/** True when two registrations carry equal attributes. */
export function hasSameAttributes(one: Registration, other: Registration): boolean {
  const keys = Object.keys(one.attributes);
  return (
    keys.length === Object.keys(other.attributes).length &&
    keys.every((key) => one.attributes[key] === other.attributes[key])
  );
}

function moveRevision(service: ServiceRecord, instanceId: string, nowMs: number): void {
  const before = service.instances.get(instanceId);
  service.changes.push({ atMs: nowMs, instanceId, before, revisionBefore: service.revision });
  if (service.changes.length > REMEMBERED_CHANGES) service.changes.shift();
  service.revision += 1;
}
