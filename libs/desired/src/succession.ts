import type { ComponentIdentity, ComponentKey, ComponentRecord } from '@isthmus/model';
import { hasNotFoundAnswer, isBelievedTime, parseComponentKey } from '@isthmus/model';
import type { MappedComponent } from './mapping.js';

/**
 * Re-created services: component that Cloud Map answered to be unknown → the listed one, created later, that bears its
 * names now (same account, region, HttpName and service name). It takes the place of the old one on its host.
 */
export function successionsOf(candidates: readonly MappedComponent[]): ReadonlyMap<ComponentKey, MappedComponent> {
  const successions = new Map<ComponentKey, MappedComponent>();
  const gone = candidates.filter(({ state }) => hasNotFoundAnswer(state.absence));
  if (gone.length === 0) return successions;
  const listed = new Map(candidates.filter(isListed).map((component) => [namesOf(component), component]));
  for (const component of gone) {
    const successor = listed.get(namesOf(component));
    if (successor !== undefined && isLater(successor, component)) successions.set(component.key, successor);
  }
  return successions;
}

/**
 * Whether a service was created anew by what stands on the live object: a recorded component bears its names and was
 * created later. Then the catalogue that lists it is an old one: Cloud Map gives names to one service at a time.
 */
export function isSucceededBy({ state }: MappedComponent, records: readonly ComponentRecord[], nowMs: number): boolean {
  const { identity, httpName, serviceName, createdAtMs } = state.service;
  const names = namesIn({ ...identity, httpName, serviceName });
  return records.some((record) => {
    const recorded = parseComponentKey(record.key);
    if (recorded === undefined || record.createdAtMs <= createdAtMs) return false;
    const other = namesIn({ ...recorded, httpName: record.httpName, serviceName: record.service });
    return other === names && isBelievedTime(record.createdAtMs, nowMs);
  });
}

/** Records of components of which nothing says that they are gone. */
export function standingOf(
  records: readonly ComponentRecord[],
  known: readonly MappedComponent[],
): readonly ComponentRecord[] {
  const isMissing = ({ key }: ComponentRecord): boolean =>
    known.some((component) => component.key === key && component.state.absence !== undefined);
  return records.filter((record) => !isMissing(record));
}

function isListed({ state }: MappedComponent): boolean {
  return state.knownFrom === 'catalogue' && state.absence === undefined;
}

function isLater(one: MappedComponent, other: MappedComponent): boolean {
  return one.state.service.createdAtMs > other.state.service.createdAtMs;
}

function namesOf({ state }: MappedComponent): string {
  const { identity, httpName, serviceName } = state.service;
  return namesIn({ ...identity, httpName, serviceName });
}

function namesIn(service: Omit<ComponentIdentity, 'namespaceId' | 'serviceId'> & Names): string {
  const { partition, region, ownerAccount, httpName, serviceName } = service;
  return JSON.stringify([partition, region, ownerAccount, httpName, serviceName]);
}

interface Names {
  readonly httpName: string;
  readonly serviceName: string;
}
