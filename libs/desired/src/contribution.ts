import type {
  ComponentKey,
  ComponentRecord,
  Endpoint,
  HoldReason,
  KeepReason,
  Lineage,
  ServiceState,
} from '@isthmus/model';
import type { Candidate } from './candidates.js';
import { isRegistered, registrationKey } from './candidates.js';
import type { JudgedComponent, Verdict } from './judge.js';
import type { LiveHost } from './live-host.js';
import { endpointsOf } from './live-host.js';

/** What one component brings to the entries of its host. */
export interface Contribution {
  readonly key: ComponentKey;
  readonly record: Omit<ComponentRecord, 'endpoints' | 'also'> | undefined;
  readonly fresh: readonly Candidate[];
  /** Live endpoints that stay although no reading shows them. */
  readonly kept: readonly Endpoint[];
  readonly keptFor: KeepReason | HoldReason | undefined;
  /** Kept without data: a change of ports has to wait for it. */
  readonly isWithoutData: boolean;
  readonly markedAtMs: number | undefined;
  readonly isLeaving: boolean;
  readonly leftOut: readonly Lineage[];
}

/** What turns verdicts into contributions: what the brake holds, and the API server's clock, which dates new marks. */
export interface ContributionContext {
  readonly held: ReadonlyMap<ComponentKey, HoldReason>;
  readonly serverNowMs: number;
}

/** What a judged component brings, after the brake has spoken. */
export function contributionOf(
  component: JudgedComponent,
  live: LiveHost | undefined,
  context: ContributionContext,
): Contribution {
  const { key, verdict, record } = component;
  const held = context.held.get(key);
  const endpoints = live === undefined ? [] : endpointsOf(live, key);
  const base: Contribution = {
    key,
    record: record ?? newRecord(component, verdict),
    fresh: [],
    kept: endpoints,
    keptFor: undefined,
    isWithoutData: endpoints.length > 0,
    markedAtMs: live?.pending.get(key),
    isLeaving: false,
    leftOut: [],
  };
  switch (verdict.kind) {
    case 'replace':
    case 'add':
      return withReading(base, { component, verdict, held });
    case 'keep': {
      const { reason } = verdict;
      return { ...base, keptFor: reason, markedAtMs: reason === 'successor-unread' ? undefined : base.markedAtMs };
    }
    case 'empty':
      if (held !== undefined) return { ...base, keptFor: held };
      return { ...emptied(base), record: emptyRecord(component, verdict), markedAtMs: undefined };
    case 'bare': {
      const read = { leftOut: verdict.candidates.leftOut, markedAtMs: undefined };
      if (held !== undefined) return { ...base, ...read, keptFor: held };
      const own = record === undefined ? undefined : newRecord(component, verdict);
      return { ...emptied(base), ...read, record: own };
    }
    case 'mark':
      return held === undefined
        ? { ...base, keptFor: 'pending-delete', markedAtMs: context.serverNowMs }
        : { ...base, keptFor: held, markedAtMs: undefined };
    case 'succeeded':
      return held === undefined ? { ...base, isLeaving: true } : { ...base, keptFor: held, markedAtMs: undefined };
    case 'due':
      return { ...base, isLeaving: true };
  }
}

/** The component without endpoints, on an object that stays. */
export function emptied(contribution: Contribution): Contribution {
  return { ...contribution, fresh: [], kept: [], keptFor: undefined, isWithoutData: false, isLeaving: false };
}

type ReadingVerdict = Extract<Verdict, { readonly kind: 'replace' | 'add' }>;

function withReading(
  base: Contribution,
  read: {
    readonly component: JudgedComponent;
    readonly verdict: ReadingVerdict;
    readonly held: HoldReason | undefined;
  },
): Contribution {
  const { component, verdict, held } = read;
  const { candidates } = verdict;
  const keptFor = verdict.kind === 'add' ? verdict.reason : held;
  const isReplaced = keptFor === undefined;
  const kept = isReplaced ? [] : base.kept.filter((endpoint) => !isRegistered(endpoint, candidates.registered));
  return {
    ...base,
    record:
      isReplaced || component.record === undefined
        ? newRecord(component, verdict)
        : recordWithAdded(component.record, verdict, base.kept),
    fresh: candidates.usable,
    kept,
    keptFor,
    isWithoutData: kept.length > 0,
    markedAtMs: undefined,
    leftOut: candidates.leftOut,
  };
}

function newRecord(component: JudgedComponent, verdict: Verdict): Contribution['record'] {
  if (verdict.kind !== 'replace' && verdict.kind !== 'add' && verdict.kind !== 'bare') return undefined;
  const { reading } = verdict;
  const state = component.mapped?.state;
  const known = state === undefined ? undefined : recorded.get(state);
  if (known?.source === component.source && known.revision === reading.revision) return known;
  const record = recordFrom(component, { ...reading, registered: reading.instances.length });
  if (record !== undefined && state?.reading === reading) recorded.set(state, record);
  return record;
}

/**
 * The record of a component that gets endpoints and loses none: who has not seen the revision that brought them must not
 * take them away. Whoever has read the same revision earlier reads it once more before it settles what was kept.
 */
function recordWithAdded(
  record: ComponentRecord,
  { reading, candidates }: ReadingVerdict,
  live: readonly Endpoint[],
): ComponentRecord {
  if (reading.revision <= record.revision) return record;
  const standing = new Set(
    live.flatMap(({ address, ports }) =>
      [undefined, ...Object.values(ports ?? {})].map((port) => registrationKey(address, port)),
    ),
  );
  const isAdded = candidates.usable.some(({ address, port }) => !standing.has(registrationKey(address, port)));
  const { revision, observedAtMs, instances } = reading;
  return isAdded ? { ...record, revision, observedAtMs, registered: instances.length } : record;
}

/** Records of what was read: routes and clusters share them. */
const recorded = new WeakMap<ServiceState, NonNullable<Contribution['record']>>();

function emptyRecord(
  component: JudgedComponent,
  verdict: { readonly revision: number; readonly observedAtMs: number },
): Contribution['record'] {
  return recordFrom(component, { ...verdict, registered: 0 });
}

function recordFrom(
  { key, mapped, source, record }: JudgedComponent,
  read: { readonly revision: number; readonly observedAtMs: number; readonly registered: number },
): Contribution['record'] {
  if (mapped === undefined) return record;
  const { service } = mapped.state;
  return {
    key,
    source,
    namespace: service.namespaceName,
    httpName: service.httpName,
    service: service.serviceName,
    createdAtMs: service.createdAtMs,
    revision: read.revision,
    observedAtMs: read.observedAtMs,
    registered: read.registered,
  };
}
