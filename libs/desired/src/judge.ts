import type {
  AcceptedReading,
  ClusterSettings,
  ComponentBalance,
  ComponentKey,
  ComponentRecord,
  Endpoint,
  EntryName,
  Host,
  KeepReason,
  Rejection,
  RouteTarget,
  SourceSettings,
} from '@isthmus/model';
import { hasAbsenceProof, hasEmptinessProof } from '@isthmus/model';
import type { Candidates } from './candidates.js';
import { candidatesOf, isRegistered } from './candidates.js';
import { settleClaims } from './claims.js';
import { entryNameOf } from './entry-name.js';
import type { LiveEntry } from './live.js';
import { endpointsOf } from './live.js';
import type { MappedComponent } from './mapping.js';
import { isStillMapped } from './mapping.js';

/**
 * What the facts say about one component of one host, before any brake:
 *
 * | verdict | endpoints |
 * |---|---|
 * | `replace` | those of the reading |
 * | `add` | those of the reading and the live ones that it does not show |
 * | `keep` | the live ones |
 * | `empty` | none; proven |
 * | `mark` | the live ones; proven gone or no longer mapped, and to be marked |
 * | `due` | none; marked, the grace is over, and the proof was given again |
 */
export type Verdict =
  | { readonly kind: 'replace'; readonly reading: AcceptedReading; readonly candidates: Candidates }
  | {
      readonly kind: 'add';
      readonly reading: AcceptedReading;
      readonly candidates: Candidates;
      readonly reason: KeepReason;
    }
  | { readonly kind: 'keep'; readonly reason: KeepReason | 'pending-delete' }
  | { readonly kind: 'empty'; readonly revision: number; readonly observedAtMs: number }
  | { readonly kind: 'mark'; readonly cause: 'gone' | 'unmapped' }
  | { readonly kind: 'due' };

/** One component of a host with its verdict. */
export interface JudgedComponent {
  readonly key: ComponentKey;
  readonly source: string;
  /** As it stands on the live object; undefined: not on it yet. */
  readonly record: ComponentRecord | undefined;
  readonly mapped: MappedComponent | undefined;
  readonly verdict: Verdict;
}

/** One host of one cluster, judged. */
export interface HostJudgement {
  readonly host: Host;
  readonly name: EntryName;
  /** Settings of the incumbent's route; undefined when nothing maps the host any more. */
  readonly to: RouteTarget | undefined;
  readonly live: LiveEntry | undefined;
  readonly components: readonly JudgedComponent[];
  readonly rejections: readonly Rejection[];
}

/** What a judgement needs beside the host itself. */
export interface JudgeContext {
  readonly cluster: ClusterSettings;
  readonly sources: readonly SourceSettings[];
  /** Hub clock. */
  readonly nowMs: number;
  /** The API server's clock: marks are dated by it. */
  readonly serverNowMs: number;
  /** Hub time since which this process has seen a mark; undefined: not seen before now. */
  readonly markSeenAtMs: (name: EntryName, component: ComponentKey) => number | undefined;
}

/** Judges one host: which components stand on it, and what the readings prove about each. */
export function judgeHost(
  host: Host,
  found: { readonly candidates: readonly MappedComponent[]; readonly live: LiveEntry | undefined },
  context: JudgeContext,
): HostJudgement {
  const { live } = found;
  const name = entryNameOf(host);
  const records = live?.components ?? [];
  const mappedKeys = new Set(found.candidates.map(({ key }) => key));
  const isUnmapped = (record: ComponentRecord): boolean =>
    !mappedKeys.has(record.key) && !isStillMapped(record, host, context);
  const unmapped = new Set(records.filter(isUnmapped));
  const incumbents = records.filter((record) => !unmapped.has(record));
  const { accepted, rejections } = settleClaims(found.candidates, incumbents);
  const byKey = new Map(accepted.map((component) => [component.key, component]));
  const judge = (key: ComponentKey, record: ComponentRecord | undefined): JudgedComponent => {
    const mapped = byKey.get(key);
    const place = { name, live, record, mapped };
    const verdict =
      record !== undefined && unmapped.has(record)
        ? removal('unmapped', place, context)
        : judgeComponent(place, context);
    return { key, source: mapped?.source.name ?? record?.source ?? '', record, mapped, verdict };
  };
  const recorded = new Set(records.map(({ key }) => key));
  const components = [
    ...records.map((record) => judge(record.key, record)),
    ...accepted.filter(({ key }) => !recorded.has(key)).map(({ key }) => judge(key, undefined)),
  ];
  return { host, name, to: incumbentRoute(accepted, recorded), live, components, rejections };
}

/** The route of the host: that of a component on the live object before that of a newcomer. */
function incumbentRoute(
  accepted: readonly MappedComponent[],
  recorded: ReadonlySet<ComponentKey>,
): RouteTarget | undefined {
  return (accepted.find(({ key }) => recorded.has(key)) ?? accepted[0])?.route.to;
}

interface Place {
  readonly name: EntryName;
  readonly live: LiveEntry | undefined;
  readonly record: ComponentRecord | undefined;
  readonly mapped: MappedComponent | undefined;
}

function judgeComponent(place: Place, context: JudgeContext): Verdict {
  const { mapped, record } = place;
  if (mapped === undefined) return { kind: 'keep', reason: 'component-unread' };
  const { state } = mapped;
  if (hasAbsenceProof(state.absence, 0)) return removal('gone', place, context);
  // Between a pass and its question to GetService the proof lapses for a moment: only a return clears a mark.
  if (state.absence !== undefined && place.live?.pending.has(mapped.key) === true) {
    return { kind: 'keep', reason: 'pending-delete' };
  }
  if (state.emptiness !== undefined) {
    const { revision, observedAtMs } = state.emptiness;
    const isProven = hasEmptinessProof(state.emptiness, context.cluster.deletes);
    if (isProven && !isNewer(record, { revision, observedAtMs, overrulesRevision: undefined }, context.nowMs)) {
      return { kind: 'empty', revision, observedAtMs };
    }
    if (record !== undefined || state.reading === undefined) return { kind: 'keep', reason: 'empty-unproven' };
  }
  if (state.reading === undefined) return { kind: 'keep', reason: 'component-unread' };
  if (isNewer(record, state.reading, context.nowMs)) return { kind: 'keep', reason: 'older-reading' };
  return judgeReading(state.reading, mapped, place);
}

function judgeReading(reading: AcceptedReading, mapped: MappedComponent, { record, live }: Place): Verdict {
  const candidates = candidatesOf(reading, mapped.key, mapped.state.service.identity.region);
  if (candidates.registered.size === 0) return { kind: 'keep', reason: 'all-rejected' };
  if (reading.completeness === 'partial') return { kind: 'add', reading, candidates, reason: 'partial-reading' };
  const known = record?.revision === reading.revision ? record.registered : 0;
  if (live?.isIntact === true && candidates.registered.size < known) {
    return { kind: 'add', reading, candidates, reason: 'revision-not-advanced' };
  }
  return { kind: 'replace', reading, candidates };
}

/** The two phases of a removal: mark, then, after the grace and with the proof given again since, due. */
function removal(cause: 'gone' | 'unmapped', place: Place, context: JudgeContext): Verdict {
  const { record, live, mapped, name } = place;
  if (record === undefined || live === undefined) return { kind: 'due' };
  const markedAtMs = live.pending.get(record.key);
  if (markedAtMs === undefined) return { kind: 'mark', cause };
  const seenAtMs = context.markSeenAtMs(name, record.key);
  const isOver = context.serverNowMs - markedAtMs >= context.cluster.deletes.pendingMs;
  if (!isOver || seenAtMs === undefined) return { kind: 'keep', reason: 'pending-delete' };
  const isProvenAgain = cause === 'unmapped' || hasAbsenceProof(mapped?.state.absence, seenAtMs);
  return isProvenAgain ? { kind: 'due' } : { kind: 'keep', reason: 'pending-delete' };
}

/** How far AWS's clock may run ahead of ours before a recorded time is not believed: a forged one must not freeze a component. */
const BELIEVED_AHEAD_MS = 300_000;

/** Whether the live object holds a newer state of the component than a reading: by revision, then by AWS's `Date`. */
function isNewer(
  record: ComponentRecord | undefined,
  reading: Pick<AcceptedReading, 'revision' | 'observedAtMs' | 'overrulesRevision'>,
  nowMs: number,
): boolean {
  if (record === undefined) return false;
  if (record.revision !== reading.revision) {
    return record.revision > reading.revision && record.revision > (reading.overrulesRevision ?? -1);
  }
  return record.observedAtMs > reading.observedAtMs && record.observedAtMs <= nowMs + BELIEVED_AHEAD_MS;
}

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
      uid: live?.observed.uid,
      component: key,
      source,
      isLive: record !== undefined,
      live: endpoints.length,
      planned: isSuspected ? 0 : plannedCount(verdict, endpoints),
      isSuspected,
      leaving,
      wants: wanted(verdict, leaving),
      isMarked: live?.pending.has(key) ?? false,
    };
  });
}

/** Evidence that is no proof yet. Were it not counted, a source that empties would lose its first services to the brake's allowance. */
function isSuspect({ mapped, verdict }: JudgedComponent): boolean {
  const isMissing = mapped?.state.absence !== undefined && verdict.kind !== 'mark' && verdict.kind !== 'due';
  return isMissing || (verdict.kind === 'keep' && verdict.reason === 'empty-unproven');
}

function plannedCount(verdict: Verdict, endpoints: readonly Endpoint[]): number {
  switch (verdict.kind) {
    case 'replace':
      return verdict.candidates.registered.size;
    case 'add':
      return verdict.candidates.registered.size + unregistered(verdict.candidates, endpoints);
    case 'keep':
      return verdict.reason === 'pending-delete' ? 0 : endpoints.length;
    case 'empty':
    case 'mark':
    case 'due':
      return 0;
  }
}

function leavingCount(verdict: Verdict, endpoints: readonly Endpoint[]): number {
  switch (verdict.kind) {
    case 'replace':
      return unregistered(verdict.candidates, endpoints);
    case 'empty':
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
