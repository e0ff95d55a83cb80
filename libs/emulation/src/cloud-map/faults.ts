import { isPaged } from './operations.js';
import type { Plane } from './operations.js';

/**
 * What goes wrong:
 * `throttle` ThrottlingException on the control plane, RequestLimitExceeded on the data plane; `failPage` the same for one page of a listing;
 * `accessDenied`, `error500` the errors of that name; `hang` no answer; `reset` a broken connection; `outage` a region that cannot be reached;
 * `latency` a late answer; `emptyAnswer` success with an empty list; `truncatedJson` half an answer; `staleRevision` an older view of membership.
 */
export type CloudMapFault =
  | { readonly kind: 'throttle' | 'accessDenied' | 'error500' | 'hang' | 'reset' | 'truncatedJson' }
  | { readonly kind: 'failPage'; readonly page: number }
  | { readonly kind: 'latency'; readonly latencyMs: number }
  | { readonly kind: 'emptyAnswer'; readonly revisionsAhead?: number }
  | { readonly kind: 'staleRevision'; readonly revisionsBack: number }
  | { readonly kind: 'outage'; readonly mode: 'hang' | 'refuse' };

/** The calls that a rule is about; an absent member matches all. */
export interface FaultScope {
  readonly account?: string;
  readonly region?: string;
  readonly plane?: Plane;
  readonly operation?: string;
  /** Service name for the data plane, service id for the control plane. */
  readonly service?: string;
}

/** A fault, the calls it meets, and how many of them; without `times` it stays until it is cleared. */
export type CloudMapFaultRule = CloudMapFault & FaultScope & { readonly times?: number };

/** A rule as the model keeps it. */
export type ActiveFault = CloudMapFaultRule & { readonly id: number };

/** The call that faults are looked up for. */
export interface FaultedCall extends Required<Omit<FaultScope, 'service'>> {
  readonly service: string | undefined;
  readonly page: number | undefined;
}

/** What faults do to one call: latencies add up; of the other faults that match, the one set first acts. */
export interface FaultEffect {
  readonly latencyMs: number;
  readonly fault: Exclude<CloudMapFault, { kind: 'latency' }> | undefined;
}

/** The rules that are set. */
export class CloudMapFaults {
  #rules: readonly ActiveFault[] = [];
  #lastId = 0;

  /** Sets a rule and returns it with its id. */
  set(rule: CloudMapFaultRule): ActiveFault {
    this.#lastId += 1;
    const active = { ...rule, id: this.#lastId };
    this.#rules = [...this.#rules, active];
    return active;
  }

  /** Clears one rule, or all. */
  clear(id?: number): void {
    this.#rules = id === undefined ? [] : this.#rules.filter((rule) => rule.id !== id);
  }

  /** The rules that are set, with the `times` they have left. */
  list(): readonly ActiveFault[] {
    return this.#rules;
  }

  /** What the rules do to a call; a rule that acts has one time less. */
  take(call: FaultedCall): FaultEffect {
    let latencyMs = 0;
    let fault: FaultEffect['fault'];
    for (const rule of this.#rules.filter((candidate) => matches(candidate, call))) {
      if (rule.kind === 'latency') latencyMs += rule.latencyMs;
      else if (fault === undefined) fault = rule;
      else continue;
      this.#use(rule);
    }
    return { latencyMs, fault };
  }

  #use(used: ActiveFault): void {
    if (used.times === undefined) return;
    const times = used.times - 1;
    this.#rules = this.#rules.flatMap((rule) => {
      if (rule.id !== used.id) return [rule];
      return times > 0 ? [{ ...rule, times }] : [];
    });
  }
}

function matches(rule: ActiveFault, call: FaultedCall): boolean {
  return (
    canMeet(rule, call) &&
    (rule.account ?? call.account) === call.account &&
    (rule.region ?? call.region) === call.region &&
    (rule.plane ?? call.plane) === call.plane &&
    (rule.operation ?? call.operation) === call.operation &&
    (rule.service ?? call.service) === call.service
  );
}

/** Only an answer with a list can be empty, only the data plane has revisions, only a listing has pages. */
function canMeet(rule: ActiveFault, call: FaultedCall): boolean {
  if (rule.kind === 'failPage') return rule.page === call.page;
  if (rule.kind === 'staleRevision') return call.plane === 'data';
  return rule.kind !== 'emptyAnswer' || isPaged(call.operation) || call.operation === 'DiscoverInstances';
}
