import type { ComponentBalance, Endpoint } from '@isthmus/model';
import type { Candidates } from './candidates.js';
import { isRegistered } from './candidates.js';
import type { HostJudgement, JudgedComponent, Verdict } from './judge.js';
import { endpointsOf } from './live-host.js';

/** What each component of a host holds now and would hold: the brake counts these. Registered, not healthy: losing health is no removal. */
export function balancesOf({ live, name, host, components }: HostJudgement): readonly ComponentBalance[] {
  return components.map((component) => {
    const { key, source, record, verdict } = component;
    const endpoints = live === undefined ? [] : endpointsOf(live, key);
    const leaving = leavingCount(verdict, endpoints);
    const isSuspected = isSuspect(component);
    return {
      name,
      host,
      uid: live?.uid,
      component: key,
      source,
      isLive: record !== undefined,
      live: endpoints.length,
      planned: isSuspected ? 0 : plannedCount(verdict, endpoints),
      isSuspected,
      leaving,
      wants: wanted(verdict, leaving),
      needsApproval: verdict.kind === 'bare' && leaving > 0 ? verdict.reason : undefined,
      isMarked: live?.pending.has(key) ?? false,
    };
  });
}

/** Evidence that is no proof yet. Were it not counted, a source that empties would lose its first services to the brake's allowance. */
function isSuspect({ mapped, verdict }: JudgedComponent): boolean {
  if (verdict.kind === 'mark' || verdict.kind === 'due' || verdict.kind === 'succeeded') return false;
  if (verdict.kind === 'keep' && verdict.reason === 'successor-unread') return false;
  return mapped?.state.absence !== undefined || (verdict.kind === 'keep' && verdict.reason === 'empty-unproven');
}

function plannedCount(verdict: Verdict, endpoints: readonly Endpoint[]): number {
  switch (verdict.kind) {
    case 'replace':
      return verdict.candidates.registeredCount;
    case 'add':
      return verdict.candidates.registeredCount + unregistered(verdict.candidates, endpoints);
    case 'keep':
      return verdict.reason === 'pending-delete' ? 0 : endpoints.length;
    case 'empty':
    case 'bare':
    case 'mark':
    case 'due':
    case 'succeeded':
      return 0;
  }
}

function leavingCount(verdict: Verdict, endpoints: readonly Endpoint[]): number {
  switch (verdict.kind) {
    case 'replace':
      return unregistered(verdict.candidates, endpoints);
    case 'succeeded':
      return endpoints.filter((endpoint) => !isRegistered(endpoint, verdict.registered)).length;
    case 'empty':
    case 'bare':
    case 'mark':
      return endpoints.length;
    case 'add':
    case 'keep':
    case 'due':
      return 0;
  }
}

function unregistered({ registered }: Candidates, endpoints: readonly Endpoint[]): number {
  return endpoints.filter((endpoint) => !isRegistered(endpoint, registered)).length;
}

function wanted(verdict: Verdict, leaving: number): ComponentBalance['wants'] {
  if (verdict.kind === 'mark') return verdict.cause === 'gone' ? 'mark-gone' : 'mark-unmapped';
  return leaving > 0 ? 'endpoints' : 'nothing';
}
