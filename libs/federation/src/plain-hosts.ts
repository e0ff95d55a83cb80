import type { Author, HostOutcome, JudgeContext, LiveHost, MappedComponent, MappingIndex } from '@isthmus/desired';
import { balancesOf, judgeHost, renderHost } from '@isthmus/desired';
import type { ComponentBalance, ComponentKey, EntryName, HoldReason, Host, Rejection } from '@isthmus/model';
import type { PlannedHost, PlannedPart } from '@isthmus/plan';
import type { RefusedInstance } from './refused-instances.js';
import { refusedInstances } from './refused-instances.js';

/** What is kept of the decision on one host: no endpoint, because there are millions of them. */
export interface HostPage {
  readonly host: Host;
  /** Of components that ask for nothing; the others are kept apart. */
  readonly quiet: readonly QuietBalance[];
  readonly held: ReadonlyMap<ComponentKey, HoldReason>;
  /** Entries that should exist. */
  readonly entries: number;
}

/** What the brake counts of a component that asks for nothing. */
export type QuietBalance = Pick<ComponentBalance, 'component' | 'source' | 'live' | 'planned' | 'isLive'>;

/** A page with what is worth telling about it. */
export interface WrittenPage {
  readonly page: HostPage;
  readonly rejections: readonly Rejection[];
  readonly refused: readonly RefusedInstance[];
}

export const NOTHING_HELD: ReadonlyMap<ComponentKey, HoldReason> = new Map();

/**
 * What is wanted of a host on which nothing is in doubt: each of its services was read completely, and none is suspected
 * to be empty or gone. Readings and rules alone decide then, not time, not what stands in a cluster.
 */
export interface PlainHost {
  readonly outcome: Pick<HostOutcome, 'holds' | 'parts'>;
  /** As long as nothing of the host stands in a cluster. */
  readonly absent: WrittenPage;
  /** Where the entry stands as it should; known as soon as one cluster was decided so. */
  standing: WrittenPage | undefined;
}

/**
 * Shares the work on plain hosts between clusters whose routes, address policies and localities say the same. The
 * components of a host are one list until one of them changes; every cluster asks again for a host that changes or goes.
 * Not a WeakMap: the collector would have to look at all of them while everything else waits.
 */
export class PlainHosts {
  readonly #known = new Map<Host, { readonly components: readonly MappedComponent[]; readonly plain: PlainHost }>();

  /** The plain host of these components; undefined when something about them is in doubt. */
  of(host: Host, context: PlainContext): PlainHost | undefined {
    const components = context.mapping.componentsOf(host);
    const known = this.#known.get(host);
    if (known?.components === components) return known.plain;
    if (components.length === 0 || !components.every(isPlain)) {
      this.#known.delete(host);
      return undefined;
    }
    const plain = plainHostOf(host, components, context);
    this.#known.set(host, { components, plain });
    return plain;
  }
}

/** From what a plain host is made; of the first cluster that asks. */
export interface PlainContext {
  readonly mapping: MappingIndex;
  readonly judge: JudgeContext;
  readonly hub: string;
}

/** A plain host of which nothing stands yet, as one hub writes it to one cluster. */
export function plannedPlain(name: EntryName, { outcome, absent }: PlainHost, author: Author): PlannedHost {
  const parts = outcome.parts.map(({ name: part, wanted }): PlannedPart => {
    const own: PlannedPart['wanted'] =
      wanted.kind === 'entry' ? { kind: 'entry', entry: wanted.entry.by(author) } : wanted;
    return { name: part, wanted: own, live: undefined };
  });
  return { name, host: absent.page.host, holds: outcome.holds, parts };
}

/** Whether what stands in a cluster is exactly what is wanted of a plain host, and no newer than its readings. */
export function standsAsWanted(
  plain: PlainHost,
  live: LiveHost,
  { author, components }: { readonly author: Author; readonly components: readonly MappedComponent[] },
): boolean {
  const [part, ...others] = plain.outcome.parts;
  const entry = live.parts.get(0);
  if (part?.wanted.kind !== 'entry' || others.length > 0 || entry === undefined || live.parts.size > 1) return false;
  const { observed, isIntact, contentHash } = entry;
  if (!isIntact || observed.isTerminating || observed.movesFrom !== undefined) return false;
  if (part.wanted.entry.by(author).contentHash !== contentHash) return false;
  return live.components.every(({ key, observedAtMs }) => {
    const reading = components.find((one) => one.key === key)?.state.reading;
    return reading !== undefined && observedAtMs <= reading.observedAtMs;
  });
}

function isPlain({ state }: MappedComponent): boolean {
  return state.absence === undefined && state.emptiness === undefined && state.reading?.completeness === 'complete';
}

function plainHostOf(host: Host, components: readonly MappedComponent[], context: PlainContext): PlainHost {
  const judgement = judgeHost(host, { candidates: components, live: undefined }, context.judge);
  const { cluster, serverNowMs } = context.judge;
  const { holds, leftOut, parts } = renderHost(judgement, {
    hub: context.hub,
    cluster,
    serverNowMs,
    isCatalogueKnown: true,
    held: NOTHING_HELD,
  });
  const entries = parts.filter(({ wanted }) => wanted.kind === 'entry').length;
  const quiet = balancesOf(judgement).map(quietOf);
  return {
    outcome: { holds: orNone(holds), parts },
    absent: {
      page: { host, quiet, held: NOTHING_HELD, entries },
      rejections: orNone(judgement.rejections),
      refused: orNone(refusedInstances(leftOut)),
    },
    standing: undefined,
  };
}

const NONE: readonly never[] = [];

/** One empty list for all: there are as many as hosts. */
export function orNone<Item>(list: readonly Item[]): readonly Item[] {
  return list.length === 0 ? NONE : list;
}

/** The part of a balance that is summed up. */
export function quietOf({ component, source, live, planned, isLive }: ComponentBalance): QuietBalance {
  return { component, source, live, planned, isLive };
}
