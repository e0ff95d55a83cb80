import type {
  ComponentKey,
  ComponentRecord,
  DesiredEntry,
  Endpoint,
  Hold,
  HoldReason,
  Json,
  KeepReason,
  Lineage,
  PendingDeletes,
  ServiceEntrySpec,
} from '@isthmus/model';
import { OBJECT } from '@isthmus/model';
import { byKey, contentHashOf, encodeComponents, encodePending } from './annotations.js';
import type { Candidate } from './candidates.js';
import { isRegistered } from './candidates.js';
import { assembleEndpoints } from './endpoints.js';
import type { HostJudgement, JudgedComponent, Verdict } from './judge.js';
import { endpointsOf } from './live.js';
import { resolve } from './resolution.js';
import { samePorts, servicePorts } from './service-ports.js';

/** Istio's CRD allows this many endpoints in one object. */
const MAX_ENDPOINTS = 4096;

/** What should become of one host. */
export type HostOutcome = {
  readonly holds: readonly Hold[];
  readonly lineage: readonly Lineage[];
} & (
  | { readonly kind: 'entry'; readonly entry: DesiredEntry }
  /** Its last component is due: the object goes. */
  | { readonly kind: 'remove'; readonly components: readonly ComponentKey[] }
  /** It never had an endpoint, or it is left exactly as it is. */
  | { readonly kind: 'nothing' }
);

/** What rendering needs beside the judgement. */
export interface RenderContext {
  readonly hub: string;
  readonly cluster: string;
  /** The API server's clock: new marks carry it. */
  readonly serverNowMs: number;
  /** False: an object without components keeps standing, empty. */
  readonly deletesObjects: boolean;
  /** Every source of the cluster has read its whole catalogue since the start. */
  readonly isCatalogueKnown: boolean;
  readonly held: ReadonlyMap<ComponentKey, HoldReason>;
}

/** Renders one host after the brake has spoken. Same input, same bytes. */
export function renderHost(judgement: HostJudgement, context: RenderContext): HostOutcome {
  const { live } = judgement;
  const parts = judgement.components.map((component) => partOf(component, judgement, context)).toSorted(byKey);
  const staying = parts.filter(({ isLeaving }) => !isLeaving);
  const holds = holdsOf(judgement, parts);
  const lineage = parts.flatMap((part) => part.leftOut);
  if (staying.length === 0) {
    if (live !== undefined && parts.length === 0) holds.push(unreadable(judgement));
    if (live === undefined || parts.length === 0) return { kind: 'nothing', holds, lineage };
    if (context.deletesObjects) return { kind: 'remove', components: parts.map(({ key }) => key), holds, lineage };
    return renderEntry(judgement, { parts: parts.map(emptied), holds, lineage }, context);
  }
  return renderEntry(judgement, { parts: staying, holds, lineage }, context);
}

/** An object of ours whose annotation is gone: nothing says whose its endpoints are, so it stays as it is. */
function unreadable({ name, host }: HostJudgement): Hold {
  return { name, host, reason: 'live-not-intact', detail: 'its components annotation cannot be read' };
}

/** One component on its way into an entry. */
interface Part {
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

function partOf(component: JudgedComponent, judgement: HostJudgement, context: RenderContext): Part {
  const { key, verdict, record } = component;
  const { live } = judgement;
  const held = context.held.get(key);
  const endpoints = live === undefined ? [] : endpointsOf(live, key);
  const marked = live?.pending.get(key);
  const base = {
    key,
    record: record ?? newRecord(component, verdict),
    fresh: [],
    kept: endpoints,
    isWithoutData: endpoints.length > 0,
    markedAtMs: marked,
    isLeaving: false,
    leftOut: [],
  };
  switch (verdict.kind) {
    case 'replace':
    case 'add': {
      const { candidates } = verdict;
      const keptFor = verdict.kind === 'add' ? verdict.reason : held;
      const isReplaced = keptFor === undefined;
      const kept = isReplaced ? [] : endpoints.filter((endpoint) => !isRegistered(endpoint, candidates.registered));
      return {
        ...base,
        record: isReplaced || record === undefined ? newRecord(component, verdict) : record,
        fresh: candidates.usable,
        kept,
        keptFor,
        isWithoutData: kept.length > 0,
        markedAtMs: undefined,
        leftOut: candidates.leftOut,
      };
    }
    case 'keep':
      return { ...base, keptFor: verdict.reason };
    case 'empty':
      if (held !== undefined) return { ...base, keptFor: held };
      return {
        ...base,
        record: emptyRecord(component, verdict),
        kept: [],
        keptFor: undefined,
        isWithoutData: false,
        markedAtMs: undefined,
      };
    case 'mark':
      return {
        ...base,
        keptFor: held ?? 'pending-delete',
        markedAtMs: held === undefined ? context.serverNowMs : undefined,
      };
    case 'due':
      return { ...base, keptFor: undefined, isLeaving: true };
  }
}

function emptied(part: Part): Part {
  return { ...part, fresh: [], kept: [], keptFor: undefined, isWithoutData: false, isLeaving: false };
}

function newRecord(component: JudgedComponent, verdict: Verdict): Part['record'] {
  if (verdict.kind !== 'replace' && verdict.kind !== 'add') return undefined;
  return recordFrom(component, { ...verdict.reading, registered: verdict.candidates.registered.size });
}

function emptyRecord(
  component: JudgedComponent,
  verdict: { readonly revision: number; readonly observedAtMs: number },
): Part['record'] {
  return recordFrom(component, { ...verdict, registered: 0 });
}

function recordFrom(
  { key, mapped, source, record }: JudgedComponent,
  read: { readonly revision: number; readonly observedAtMs: number; readonly registered: number },
): Part['record'] {
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

interface Draft {
  readonly parts: readonly Part[];
  readonly holds: readonly Hold[];
  readonly lineage: readonly Lineage[];
}

function renderEntry(judgement: HostJudgement, draft: Draft, context: RenderContext): HostOutcome {
  const { live, host, name } = judgement;
  const parts = draft.parts.filter((part) => part.record !== undefined);
  const strays = straysOf(judgement, parts, context);
  const ports = portsFor(judgement, parts, strays);
  const holds = [...draft.holds, ...ports.holds];
  const resolved = resolve(parts, strays, live);
  const assembled = assembleEndpoints(resolved, ports.ports);
  const lineage = [...draft.lineage, ...assembled.lineage];
  if (assembled.endpoints.length > MAX_ENDPOINTS) {
    const detail = `${assembled.endpoints.length} endpoints, ${MAX_ENDPOINTS} are possible`;
    return { kind: 'nothing', holds: [...holds, { name, host, reason: 'too-many-endpoints', detail }], lineage };
  }
  if (live === undefined && assembled.endpoints.length === 0) return { kind: 'nothing', holds, lineage };
  const spec = specOf(judgement, {
    ports: ports.ports,
    resolution: resolved.resolution,
    endpoints: assembled.endpoints,
  });
  const pending = new Map(
    parts.flatMap(({ key, markedAtMs }) => (markedAtMs === undefined ? [] : [[key, markedAtMs]])),
  );
  return {
    kind: 'entry',
    entry: entryOf(judgement, { spec, components: assembled.components, pending }, context),
    holds,
    lineage,
  };
}

/** Ports change only when every component that stays was read: a kept endpoint cannot say where it would serve a new port. */
function portsFor(
  judgement: HostJudgement,
  parts: readonly Part[],
  strays: readonly Endpoint[],
): { readonly ports: ServiceEntrySpec['ports']; readonly holds: readonly Hold[] } {
  const { live, to, name, host } = judgement;
  const published = live === undefined || live.ports.length === 0 ? undefined : live.ports;
  if (to === undefined) return { ports: published ?? [], holds: [] };
  const wanted = servicePorts(
    parts.flatMap(({ fresh }) => fresh),
    to,
    published,
  );
  const isWaiting = strays.length > 0 || parts.some(({ isWithoutData }) => isWithoutData);
  if (published === undefined || !isWaiting || samePorts(wanted, published)) return { ports: wanted, holds: [] };
  const detail = `ports stay ${published.map(({ number }) => number).join(', ')} until every part of the host is read`;
  return { ports: published, holds: [{ name, host, reason: 'waiting-for-reading', detail }] };
}

/**
 * Live endpoints that nobody can be asked about: the object was edited by hand, so its counts say nothing. They stay
 * while any part of the host is unread; after that the readings decide alone.
 */
function straysOf(judgement: HostJudgement, parts: readonly Part[], context: RenderContext): readonly Endpoint[] {
  const { live } = judgement;
  if (live === undefined || live.isIntact) return [];
  const isWholeHostRead =
    context.isCatalogueKnown && parts.length > 0 && parts.every(({ keptFor }) => keptFor === undefined);
  return isWholeHostRead ? [] : live.endpoints;
}

function specOf(
  judgement: HostJudgement,
  drawn: Pick<ServiceEntrySpec, 'ports' | 'resolution' | 'endpoints'>,
): ServiceEntrySpec {
  const { to, live, host } = judgement;
  const raw = live?.observed.spec.raw as Partial<ServiceEntrySpec> | undefined;
  const location = to?.location ?? (raw?.location === 'MESH_INTERNAL' ? 'MESH_INTERNAL' : 'MESH_EXTERNAL');
  const exportTo = to === undefined ? raw?.exportTo : to.exportTo;
  return { hosts: [host], location, ...drawn, ...(exportTo === undefined ? {} : { exportTo }) };
}

function entryOf(
  judgement: HostJudgement,
  content: {
    readonly spec: ServiceEntrySpec;
    readonly components: readonly ComponentRecord[];
    readonly pending: PendingDeletes;
  },
  context: RenderContext,
): DesiredEntry {
  const { name, host } = judgement;
  const { cluster } = context;
  const labels = { [OBJECT.managedBy]: OBJECT.managedByValue, [OBJECT.hub]: context.hub };
  const contentHash = contentHashOf({ ...content, spec: content.spec as unknown as Json, labels, cluster });
  const pendingText = encodePending(content.pending);
  const annotations = {
    [OBJECT.cluster]: cluster,
    [OBJECT.contentHash]: contentHash,
    [OBJECT.components]: encodeComponents(content.components),
    [OBJECT.schema]: String(OBJECT.schemaVersion),
    ...(pendingText === undefined ? {} : { [OBJECT.pendingDelete]: pendingText }),
  };
  return { name, host, ...content, labels, annotations, contentHash };
}

/** One hold per component that keeps endpoints for a reason that an operator should see. */
function holdsOf({ name, host }: HostJudgement, parts: readonly Part[]): Hold[] {
  return parts.flatMap(({ key, keptFor }) => (isHold(keptFor) ? [{ name, host, reason: keptFor, detail: key }] : []));
}

const HOLDS = new Set<string>(['brake-objects', 'brake-endpoints', 'source-empty', 'config-removal', 'pending-delete']);

function isHold(reason: KeepReason | HoldReason | undefined): reason is HoldReason {
  return reason !== undefined && HOLDS.has(reason);
}
