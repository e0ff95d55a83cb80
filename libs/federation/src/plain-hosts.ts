import type { Author, HostOutcome, JudgeContext, LiveHost, MappedComponent, MappingIndex } from '@isthmus/desired';
import { balancesOf, bookedSource, judgeHost, rehosted, renderHost } from '@isthmus/desired';
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
  readonly #known = new Map<Host, KnownHost>();
  readonly #kin: readonly Kin[];

  /** `kin`: of clusters that want the same under other hosts; also itself. */
  constructor(kin: readonly Kin[] = []) {
    this.#kin = kin;
  }

  /** The plain host of these components; undefined when something about them is in doubt. */
  of(host: Host, context: PlainContext): PlainHost | undefined {
    const components = context.mapping.componentsOf(host);
    const known = this.#known.get(host);
    if (known?.components === components) return known.plain;
    if (components.length === 0 || !components.every(isPlain)) {
      this.#known.delete(host);
      return undefined;
    }
    const plain = this.#ofKin(host, components, context) ?? plainHostOf(host, components, context);
    this.#known.set(host, { components, plain });
    return plain;
  }

  /** What was made of the only component of a host for others, where its host alone is another. */
  #ofKin(host: Host, [component, ...others]: readonly MappedComponent[], context: PlainContext): PlainHost | undefined {
    if (component === undefined || others.length > 0) return undefined;
    for (const { mapping, plain } of this.#kin) {
      const found = plain === this ? undefined : plain.#knownOf(mapping.componentAt(component.key), component);
      if (found !== undefined) return plainUnder(host, found, { component, context });
    }
    return undefined;
  }

  #knownOf(own: MappedComponent | undefined, other: MappedComponent): PlainHost | undefined {
    if (own?.state !== other.state || own.source !== other.source) return undefined;
    const known = this.#known.get(own.host);
    return known?.components.length === 1 && known.components[0] === own ? known.plain : undefined;
  }
}

interface KnownHost {
  readonly components: readonly MappedComponent[];
  readonly plain: PlainHost;
}

/** Plain hosts with the mapping that they were made of. */
export interface Kin {
  readonly mapping: MappingIndex;
  readonly plain: PlainHosts;
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

/** A plain host of one component and one entry under another host; undefined: it has to be made. */
function plainUnder(
  host: Host,
  { outcome, absent }: PlainHost,
  { component, context }: { readonly component: MappedComponent; readonly context: PlainContext },
): PlainHost | undefined {
  const [part, ...others] = outcome.parts;
  const [balance] = absent.page.quiet;
  if (part?.wanted.kind !== 'entry' || others.length > 0 || outcome.holds.length > 0) return undefined;
  if (
    bookedSource({ key: component.key, record: undefined, mapped: component }, host, context.judge) !== balance?.source
  ) {
    return undefined;
  }
  const own = rehosted(part.wanted.entry, host, context.judge);
  if (own === undefined) return undefined;
  const written = { ...absent, page: { ...absent.page, host } };
  return { outcome: { holds: outcome.holds, parts: [own] }, absent: written, standing: undefined };
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
