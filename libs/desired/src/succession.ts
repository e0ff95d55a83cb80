import type { ComponentKey } from '@isthmus/model';
import { hasNotFoundAnswer } from '@isthmus/model';
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

function isListed({ state }: MappedComponent): boolean {
  return state.knownFrom === 'catalogue' && state.absence === undefined;
}

function isLater(one: MappedComponent, other: MappedComponent): boolean {
  return one.state.service.createdAtMs > other.state.service.createdAtMs;
}

function namesOf({ state }: MappedComponent): string {
  const { identity, httpName, serviceName } = state.service;
  return JSON.stringify([identity.partition, identity.region, identity.ownerAccount, httpName, serviceName]);
}
