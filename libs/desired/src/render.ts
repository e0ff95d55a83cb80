import type {
  ClusterSettings,
  ComponentKey,
  Endpoint,
  EntryName,
  Hold,
  HoldReason,
  Host,
  KeepReason,
  Lineage,
  PendingDeletes,
  ServiceEntrySpec,
} from '@isthmus/model';
import { NO_MARKS, byKey } from './annotations.js';
import type { Contribution } from './contribution.js';
import { contributionOf, emptied } from './contribution.js';
import { layOut } from './endpoints.js';
import type { EntryContent, SignedEntry } from './entry.js';
import { SIGNATURE_BYTES, entryOf, specOf } from './entry.js';
import { partNameOf, partOfName } from './entry-name.js';
import { portsOfHost } from './host-ports.js';
import type { HostJudgement } from './judge.js';
import type { LiveEntry } from './live.js';
import { placeEndpoints } from './placement.js';
import type { Resolved } from './resolution.js';
import type { SplitPart } from './split.js';
import { violationsOf } from './validator/violations.js';

/** Istio's CRD allows this many endpoints in one object. */
const MAX_ENDPOINTS = 4096;

/** What should become of one host: of each entry that it has or should have. */
export interface HostOutcome {
  readonly holds: readonly Hold[];
  /** Instances that are not there, and why. */
  readonly leftOut: readonly Lineage[];
  /** What was put together; undefined: the host stays as it is, or goes. */
  readonly resolved: Resolved | undefined;
  /** Part 0 first. */
  readonly parts: readonly PartOutcome[];
}

/** What should become of one entry. */
export interface PartOutcome {
  readonly name: EntryName;
  readonly live: LiveEntry | undefined;
  readonly wanted:
    | { readonly kind: 'entry'; readonly entry: SignedEntry }
    /** Its last component is due, or it is an emptied part of a host that is not split any more: the object goes. */
    | { readonly kind: 'remove'; readonly components: readonly ComponentKey[] }
    /** The host never had an endpoint, or the entry is left exactly as it is. */
    | { readonly kind: 'nothing' };
}

/** What rendering needs beside the judgement. */
export interface RenderContext {
  readonly hub: string;
  readonly cluster: ClusterSettings;
  /** The API server's clock: marks carry it. */
  readonly serverNowMs: number;
  /** Every source of the cluster has read its whole catalogue since the start. */
  readonly isCatalogueKnown: boolean;
  readonly held: ReadonlyMap<ComponentKey, HoldReason>;
}

/** Renders one host after the brake has spoken. Same input, same bytes. */
export function renderHost(judgement: HostJudgement, context: RenderContext): HostOutcome {
  const { live, components } = judgement;
  const contributions = components.map((one) => contributionOf(one, live, context)).toSorted(byKey);
  const staying = contributions.filter(({ isLeaving }) => !isLeaving);
  const holds = holdsOf(judgement, contributions);
  const leftOut = contributions.flatMap((one) => one.leftOut);
  if (staying.length > 0) return renderEntries(judgement, { contributions: staying, holds, leftOut }, context);
  if (contributions.length === 0) {
    return left(judgement, live === undefined ? holds : [...holds, unreadable(judgement)], leftOut);
  }
  if (live !== undefined && !deletesObjects(context)) {
    const standing = {
      name: judgement.name,
      host: judgement.host,
      reason: 'mode-upsert-only',
      detail: 'it stands empty',
    } as const;
    return renderEntries(
      judgement,
      { contributions: contributions.map(emptied), holds: [...holds, standing], leftOut },
      context,
    );
  }
  const removal = { kind: 'remove', components: contributions.map(({ key }) => key) } as const;
  const parts = livePartsOf(judgement).map((part) => ({ ...part, wanted: removal }));
  return { holds, leftOut, resolved: undefined, parts };
}

interface Draft {
  readonly contributions: readonly Contribution[];
  readonly holds: readonly Hold[];
  readonly leftOut: readonly Lineage[];
}

function renderEntries(judgement: HostJudgement, draft: Draft, context: RenderContext): HostOutcome {
  const { live, host, name, route } = judgement;
  const contributions = draft.contributions.filter(({ record }) => record !== undefined);
  if (live !== undefined && contributions.length === 0) {
    return left(judgement, [...draft.holds, unreadable(judgement)], draft.leftOut);
  }
  const gathered = { contributions, strays: straysOf(judgement, draft.contributions, context) };
  const { scheme, holds: portHolds } = portsOfHost(judgement, gathered);
  const wish = route?.preset === 'istio-cloud-map' ? 'mixed' : (route?.to.resolution ?? 'auto');
  const placed = placeEndpoints(gathered, live, { scheme, wish });
  const { resolved } = placed;
  const leftOut = [...draft.leftOut, ...resolved.leftOut];
  const holds = [...draft.holds, ...portHolds];
  if (wish === 'static' && placed.resolution === 'DNS') holds.push(keptAsDns(judgement));
  if (live === undefined && placed.endpoints.length === 0) return left(judgement, holds, leftOut);
  const largest = Math.max(...placed.parts.map(({ owned }) => owned.length));
  if (largest > MAX_ENDPOINTS) {
    const detail = `${largest} endpoints, ${MAX_ENDPOINTS} are possible`;
    return left(judgement, [...holds, { name, host, reason: 'too-many-endpoints', detail }], leftOut);
  }
  const shared = specOf(judgement, { ports: scheme.ports, ...placed });
  const parts = placed.parts.map((part) => renderPart(judgement, { part, shared, contributions }, context));
  const invalid = parts.flatMap((part) => invalidity(part, context));
  if (invalid.length > 0) return left(judgement, [...holds, ...invalid], leftOut);
  return { holds, leftOut, resolved, parts };
}

/**
 * The only entry of a host that nothing holds, under another host that no cluster holds anything of; undefined: it would
 * be refused there.
 */
export function rehosted(
  entry: SignedEntry,
  host: Host,
  context: Pick<RenderContext, 'cluster'>,
): PartOutcome | undefined {
  const own = entry.under(host);
  const part = { name: own.name, live: undefined, wanted: { kind: 'entry', entry: own } } as const;
  return invalidity(part, context).length === 0 ? part : undefined;
}

/** One entry. Part 0 speaks for the host: it records every component and carries the marks. */
function renderPart(
  judgement: HostJudgement,
  drawn: {
    readonly part: SplitPart;
    /** Spec of the host, with the endpoints of all parts. */
    readonly shared: ServiceEntrySpec;
    readonly contributions: readonly Contribution[];
  },
  context: RenderContext,
): PartOutcome {
  const { shared, contributions } = drawn;
  const { part, owned } = drawn.part;
  const name = partNameOf(judgement.name, part);
  const live = judgement.live?.parts.get(part);
  if (live === undefined && owned.length === 0 && part > 0) return { name, live, wanted: { kind: 'nothing' } };
  const { endpoints, components } = layOut(owned, contributions);
  if (part === 0) {
    return entryPart(
      judgement,
      { name, spec: { ...shared, endpoints }, components, pending: marksOf(contributions) },
      context,
    );
  }
  const isUseless = shared.resolution === 'DNS' && owned.length === 0 && deletesObjects(context);
  const pending = isUseless ? marksOfEmptyPart(live, contributions, context) : NO_MARKS;
  if (isUseless && live !== undefined && isGraceOver(live, context)) {
    return { name, live, wanted: { kind: 'remove', components: [...pending.keys()] } };
  }
  const present = components.filter((record) => record.endpoints + record.also.length > 0);
  const spec: ServiceEntrySpec = { ...shared, resolution: 'STATIC', endpoints };
  return entryPart(judgement, { name, spec, components: present, pending }, context);
}

function entryPart(judgement: HostJudgement, content: EntryContent, { hub, cluster }: RenderContext): PartOutcome {
  const { name } = content;
  const live = judgement.live?.parts.get(partOfName(name).part);
  return { name, live, wanted: { kind: 'entry', entry: entryOf(judgement, content, { hub, cluster: cluster.name }) } };
}

/** Part 0 carries the marks of the host's components. */
function marksOf(contributions: readonly Contribution[]): PendingDeletes {
  const marked = contributions.filter(({ markedAtMs }) => markedAtMs !== undefined);
  return marked.length === 0 ? NO_MARKS : new Map(marked.map(({ key, markedAtMs = 0 }) => [key, markedAtMs]));
}

/** A DNS host is never split: the parts it no longer needs are empty, and go as everything does, in two phases. */
function marksOfEmptyPart(
  live: LiveEntry | undefined,
  contributions: readonly Contribution[],
  { serverNowMs }: RenderContext,
): PendingDeletes {
  if (live !== undefined && live.pending.size > 0) return live.pending;
  return new Map(contributions.map(({ key }) => [key, serverNowMs]));
}

function isGraceOver({ pending, endpoints }: LiveEntry, { cluster, serverNowMs }: RenderContext): boolean {
  const isOld = [...pending.values()].every((markedAtMs) => serverNowMs - markedAtMs >= cluster.deletes.pendingMs);
  return pending.size > 0 && endpoints.length === 0 && isOld;
}

/** An entry that would be refused, or would harm, is not sent; what is live already is not asked. */
function invalidity({ name, live, wanted }: PartOutcome, { cluster }: Pick<RenderContext, 'cluster'>): readonly Hold[] {
  if (wanted.kind !== 'entry') return [];
  if (live !== undefined && wanted.entry.contentHash === live.contentHash) return [];
  const { shared } = wanted.entry;
  const violations = violationsOf(shared, cluster.namespace, SIGNATURE_BYTES);
  const { host } = shared;
  return violations.slice(0, 1).map(({ path, problem }) => ({
    name,
    host,
    reason: 'invalid-entry',
    detail: `${path}: ${problem}`,
  }));
}

/**
 * Live endpoints that nobody can be asked about: their entry was edited by hand, so its counts say nothing. They stay
 * while any part of the host is unread; after that the readings decide alone.
 */
function straysOf(
  { live }: HostJudgement,
  contributions: readonly Contribution[],
  context: RenderContext,
): readonly Endpoint[] {
  if (live === undefined || live.isIntact) return [];
  const isWholeHostRead =
    context.isCatalogueKnown && contributions.length > 0 && contributions.every(({ keptFor }) => keptFor === undefined);
  if (isWholeHostRead) return [];
  return [...live.parts.values()].filter(({ isIntact }) => !isIntact).flatMap(({ endpoints }) => endpoints);
}

/** The host stays exactly as it is. */
function left(judgement: HostJudgement, holds: readonly Hold[], leftOut: readonly Lineage[]): HostOutcome {
  const parts = livePartsOf(judgement).map((part) => ({ ...part, wanted: { kind: 'nothing' } as const }));
  return { holds, leftOut, resolved: undefined, parts };
}

function livePartsOf({ live }: HostJudgement): readonly { readonly name: EntryName; readonly live: LiveEntry }[] {
  return [...(live?.parts.values() ?? [])].map((entry) => ({ name: entry.observed.name, live: entry }));
}

function deletesObjects({ cluster }: RenderContext): boolean {
  return cluster.mode !== 'upsert-only';
}

/** An object of ours whose annotation is gone: nothing says whose its endpoints are, so it stays as it is. */
function unreadable({ name, host }: HostJudgement): Hold {
  return { name, host, reason: 'live-not-intact', detail: 'its components annotation cannot be read' };
}

function keptAsDns({ name, host }: HostJudgement): Hold {
  return { name, host, reason: 'resolution-kept', detail: 'it stays DNS while a host name on it is registered' };
}

/** One hold per component that keeps endpoints for a reason that an operator should see. */
function holdsOf({ name, host }: HostJudgement, contributions: readonly Contribution[]): Hold[] {
  return contributions.flatMap(({ key, keptFor }) =>
    isHold(keptFor) ? [{ name, host, reason: keptFor, detail: key }] : [],
  );
}

const HOLDS = new Set<string>([
  'brake-objects',
  'brake-endpoints',
  'source-empty',
  'config-removal',
  'all-filtered',
  'all-rejected',
  'pending-delete',
]);

function isHold(reason: KeepReason | HoldReason | undefined): reason is HoldReason {
  return reason !== undefined && HOLDS.has(reason);
}
