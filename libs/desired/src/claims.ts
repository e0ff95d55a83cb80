import type { ComponentKey, ComponentRecord, Rejection } from '@isthmus/model';
import { compareText, hasAbsenceProof, parseComponentKey } from '@isthmus/model';
import type { MappedComponent } from './mapping.js';

/** Who may stand on one host, and who may not. */
export interface Claims {
  readonly accepted: readonly MappedComponent[];
  readonly rejections: readonly Rejection[];
}

/**
 * Settles which components share a host: those of one service in several regions (same account, namespace name and
 * service name, one per region). Everything else is a conflict, and the incumbent stays: the one on the live object,
 * without one the oldest, then the lowest id. A component that is proven gone stands in nobody's way.
 *
 * `incumbents` are the components of the live object that the configuration still maps, read or not.
 */
export function settleClaims(candidates: readonly MappedComponent[], incumbents: readonly ComponentRecord[]): Claims {
  const isLive = new Set<ComponentKey>(incumbents.map(({ key }) => key));
  const ordered = candidates.toSorted(
    (a, b) =>
      Number(isLive.has(b.key)) - Number(isLive.has(a.key)) ||
      a.state.service.createdAtMs - b.state.service.createdAtMs ||
      compareText(a.key, b.key),
  );
  const gone = new Set(ordered.filter(isProvenGone).map(({ key }) => key));
  const seats = seatsOf(incumbents, gone);
  const accepted: MappedComponent[] = [];
  const rejections: Rejection[] = [];
  for (const component of ordered) {
    if (isLive.has(component.key)) {
      accepted.push(component);
    } else if (!gone.has(component.key) && take(seats, component.key, groupOf(component))) {
      accepted.push(component);
    } else if (!gone.has(component.key)) {
      rejections.push(conflict(component, seats));
    }
  }
  return { accepted, rejections };
}

/** The seats of a host: one group, and in it one component per region. */
interface Seats {
  group: string | undefined;
  readonly byRegion: Map<string, ComponentKey>;
}

/** Components of the live object keep their seats, also those that no reading shows, unless they are proven gone. */
function seatsOf(incumbents: readonly ComponentRecord[], gone: ReadonlySet<ComponentKey>): Seats {
  const seats: Seats = { group: undefined, byRegion: new Map() };
  for (const record of incumbents) {
    if (!gone.has(record.key)) take(seats, record.key, groupOfRecord(record));
  }
  return seats;
}

function take(seats: Seats, key: ComponentKey, group: string): boolean {
  const region = parseComponentKey(key)?.region ?? '';
  const holder = seats.byRegion.get(region);
  if (holder === key) return true;
  if (holder !== undefined || (seats.group !== undefined && seats.group !== group)) return false;
  seats.group = group;
  seats.byRegion.set(region, key);
  return true;
}

function groupOf({ state }: MappedComponent): string {
  const { identity, namespaceName, serviceName } = state.service;
  return `${identity.ownerAccount}/${namespaceName}/${serviceName}`;
}

function groupOfRecord(record: ComponentRecord): string {
  return `${parseComponentKey(record.key)?.ownerAccount ?? ''}/${record.namespace}/${record.service}`;
}

function isProvenGone({ state }: MappedComponent): boolean {
  return hasAbsenceProof(state.absence, 0);
}

function conflict(component: MappedComponent, seats: Seats): Rejection {
  return {
    component: component.key,
    source: component.source.name,
    host: component.host,
    reason: 'host-conflict',
    detail: `the host belongs to ${[...seats.byRegion.values()].join(', ')}`,
  };
}
