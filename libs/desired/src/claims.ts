import type { ComponentKey, ComponentRecord, Rejection, RouteTarget } from '@isthmus/model';
import { compareText, hasAbsenceProof, parseComponentKey } from '@isthmus/model';
import type { MappedComponent } from './mapping.js';
import { successionsOf } from './succession.js';

/** Who may stand on one host, and who may not. */
export interface Claims {
  readonly accepted: readonly MappedComponent[];
  readonly rejections: readonly Rejection[];
  /** Component that was re-created → the one that takes its place. */
  readonly successions: ReadonlyMap<ComponentKey, MappedComponent>;
}

/**
 * Settles which components share a host, by `merge` of their route:
 *
 * | `merge` | share a host |
 * |---|---|
 * | `regions` | one account's services of the same namespace and name, one per region |
 * | `sources` | services of the same namespace and name, one per account and region |
 * | `none` | nothing |
 *
 * Everything else is a conflict, and the incumbent stays: the one on the live object, without one the oldest, then the
 * lowest key. What stands on a live object stays, whatever `merge` says now, and so does the successor of one that was
 * created anew. A component that is proven gone stands in nobody's way.
 *
 * `incumbents` are the components of the live object that the configuration still maps, read or not.
 */
export function settleClaims(candidates: readonly MappedComponent[], incumbents: readonly ComponentRecord[]): Claims {
  const successions = successionsOf(candidates);
  const [only, ...others] = candidates;
  if (only !== undefined && others.length === 0 && incumbents.length === 0) {
    return { accepted: isProvenGone(only) ? [] : candidates, rejections: [], successions };
  }
  const isLive = new Set<ComponentKey>(incumbents.map(({ key }) => key));
  const heirs = incumbents.flatMap(({ key }) => successions.get(key) ?? []);
  const isSeated = new Set<ComponentKey>([...isLive, ...heirs.map(({ key }) => key)]);
  const ordered = candidates.toSorted(
    (a, b) =>
      Number(isLive.has(b.key)) - Number(isLive.has(a.key)) ||
      Number(isSeated.has(b.key)) - Number(isSeated.has(a.key)) ||
      a.state.service.createdAtMs - b.state.service.createdAtMs ||
      compareText(a.key, b.key),
  );
  const gone = new Set(ordered.filter((one) => isProvenGone(one) || successions.has(one.key)).map(({ key }) => key));
  const seats = [...incumbents.filter(({ key }) => !gone.has(key)).map(seatOfRecord), ...heirs.map(seatOf)];
  const hostMerge = ordered[0]?.route.to.merge ?? 'regions';
  const accepted: MappedComponent[] = [];
  const rejections: Rejection[] = [];
  for (const component of ordered) {
    if (isSeated.has(component.key)) {
      accepted.push(component);
    } else if (!gone.has(component.key)) {
      const seat = seatOf(component);
      const merge = stricter(hostMerge, component.route.to.merge);
      if (seats.every((taken) => maySitBeside(taken, seat, merge))) {
        seats.push(seat);
        accepted.push(component);
      } else {
        rejections.push(conflict(component, seats));
      }
    }
  }
  return { accepted, rejections, successions };
}

type Merge = RouteTarget['merge'];

/** A component's place on a host. */
interface Seat {
  readonly key: ComponentKey;
  readonly account: string;
  readonly region: string;
  readonly namespace: string;
  readonly service: string;
}

function maySitBeside(one: Seat, other: Seat, merge: Merge): boolean {
  const isSameService = one.namespace === other.namespace && one.service === other.service;
  const isSameAccount = one.account === other.account;
  const isSameRegion = one.region === other.region;
  switch (merge) {
    case 'regions':
      return isSameService && isSameAccount && !isSameRegion;
    case 'sources':
      return isSameService && !(isSameAccount && isSameRegion);
    case 'none':
      return false;
  }
}

const STRICTNESS: Readonly<Record<Merge, number>> = { sources: 0, regions: 1, none: 2 };

function stricter(a: Merge, b: Merge): Merge {
  return STRICTNESS[a] >= STRICTNESS[b] ? a : b;
}

function seatOf({ key, state }: MappedComponent): Seat {
  const { identity, namespaceName, serviceName } = state.service;
  return {
    key,
    account: identity.ownerAccount,
    region: identity.region,
    namespace: namespaceName,
    service: serviceName,
  };
}

function seatOfRecord({ key, namespace, service }: ComponentRecord): Seat {
  const { ownerAccount = '', region = '' } = parseComponentKey(key) ?? {};
  return { key, account: ownerAccount, region, namespace, service };
}

function isProvenGone({ state }: MappedComponent): boolean {
  return hasAbsenceProof(state.absence, 0);
}

function conflict(component: MappedComponent, seats: readonly Seat[]): Rejection {
  return {
    component: component.key,
    source: component.source.name,
    host: component.host,
    reason: 'host-conflict',
    detail: `the host belongs to ${seats.map(({ key }) => key).join(', ')}`,
  };
}
