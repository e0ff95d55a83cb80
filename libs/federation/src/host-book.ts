import type { Author, HostJudgement, JudgeContext, LiveEntry, LiveHost, MappingIndex } from '@isthmus/desired';
import { LiveHosts, balancesOf, entryNameOf, hostOfLive, isConfigured, judgeHost, renderHost } from '@isthmus/desired';
import type { ComponentBalance, EntryName, HeldComponents, Host, HoldReason, ComponentKey } from '@isthmus/model';
import { compareText } from '@isthmus/model';
import type { DecidedHost, ForeignObjects, QuietSums } from '@isthmus/plan';
import { NOTHING_DECIDED, decideHost } from '@isthmus/plan';
import type { HostPage, PlainHost, PlainHosts, QuietBalance, WrittenPage } from './plain-hosts.js';
import { NOTHING_HELD, orNone, plannedPlain, quietOf, standsAsWanted } from './plain-hosts.js';
import { plannedHost } from './planned-host.js';
import type { RefusedInstance } from './refused-instances.js';
import { refusedInstances } from './refused-instances.js';
import { letOthersRun } from './slices.js';

/** From what a book decides. */
export interface BookBasis {
  readonly mapping: MappingIndex;
  readonly plain: PlainHosts;
  readonly judge: JudgeContext;
  readonly hub: string;
  /** Who signs entries; one object, because there is a signature on each. */
  readonly author: Author;
  readonly foreign: ForeignObjects;
  readonly isCatalogueKnown: boolean;
}

/** What is known of a host before it is rendered; a plain one has been rendered already, for somebody. */
type Judged =
  | { readonly kind: 'judged'; readonly judgement: HostJudgement }
  | { readonly kind: 'absent' | 'standing'; readonly plain: PlainHost };

/**
 * Keeps the decision on every host of one cluster, so that the next decision costs what changed: hosts whose services
 * or live objects changed, and those on which time alone decides. A book gives the same plan as a new one would.
 */
export class HostBook {
  readonly #pages = new Map<EntryName, HostPage>();
  /** Hosts with a change or a hold. */
  readonly #busy = new Map<EntryName, DecidedHost>();
  /** Judged in this decision and not rendered yet. */
  readonly #judged = new Map<EntryName, Judged>();
  /** Hosts whose judgement may change with time alone. */
  readonly #restless = new Set<EntryName>();
  readonly #rejections = new Map<EntryName, HostJudgement['rejections']>();
  readonly #refused = new Map<EntryName, readonly RefusedInstance[]>();
  readonly #loud = new Map<EntryName, readonly ComponentBalance[]>();
  readonly #quiet = new Map<string, { live: number; planned: number; objects: number }>();
  #live: ReadonlyMap<EntryName, LiveEntry> = new Map();
  #liveHosts = new LiveHosts(new Map());
  #mappingVersion: number | undefined;
  #desiredCount = 0;

  /** Hosts that must be decided again: of newer snapshots, other live objects, and those that time moves. */
  dirtyHosts(mapping: MappingIndex, live: ReadonlyMap<EntryName, LiveEntry>): ReadonlyMap<EntryName, Host> {
    const dirty = new Map<EntryName, Host>();
    const changed = this.#mappingVersion === undefined ? undefined : mapping.changedSince(this.#mappingVersion);
    for (const host of changed ?? mapping.hosts) dirty.set(entryNameOf(host), host);
    if (changed === undefined) for (const [name, { host }] of this.#pages) dirty.set(name, host);
    this.#mappingVersion = mapping.version;
    if (live !== this.#live) this.#compareLive(live, dirty);
    for (const name of this.#restless) {
      const page = this.#pages.get(name);
      if (page !== undefined) dirty.set(name, page.host);
    }
    return dirty;
  }

  #compareLive(live: ReadonlyMap<EntryName, LiveEntry>, dirty: Map<EntryName, Host>): void {
    const hosts = new LiveHosts(live);
    for (const name of hosts.changedSince(this.#liveHosts)) {
      const liveHost = hosts.get(name);
      const host = this.#pages.get(name)?.host ?? (liveHost && hostOfLive(name, liveHost));
      if (host !== undefined) dirty.set(name, host);
    }
    this.#live = live;
    this.#liveHosts = hosts;
  }

  /** Judges hosts anew; yields now and then, so that a long run can let others in. */
  *judge(dirty: ReadonlyMap<EntryName, Host>, basis: BookBasis): Generator<void, void> {
    let count = 0;
    for (const [name, host] of dirty) {
      this.#forget(name);
      this.#judge(name, host, basis);
      count += 1;
      yield* letOthersRun(count);
    }
  }

  /** Renders and plans the hosts that were judged anew, those of which something else is held now, or all. */
  *render(held: HeldComponents, basis: BookBasis, isAll: boolean): Generator<void, void> {
    const names = new Set(isAll ? this.#pages.keys() : this.#judged.keys());
    for (const name of [...held.keys(), ...this.#busy.keys()]) {
      if (!isSameHeld(this.#pages.get(name)?.held, held.get(name))) names.add(name);
    }
    let count = 0;
    for (const name of names) {
      this.#decide(name, held.get(name) ?? NOTHING_HELD, basis);
      count += 1;
      yield* letOthersRun(count);
    }
    this.#judged.clear();
  }

  /** Balances that a brake has to look at one by one, and the sums of the others by source. */
  get balances(): readonly ComponentBalance[] {
    return [...this.#loud.values()].flat();
  }

  get quiet(): ReadonlyMap<string, QuietSums> {
    return this.#quiet;
  }

  /** Whether a component stands on a live object and asks for nothing. */
  isQuiet(name: EntryName, component: ComponentKey): boolean {
    return this.#pages.get(name)?.quiet.some((one) => one.component === component && one.isLive) === true;
  }

  /** Decisions with a change or a hold, in the order of their names. */
  get decided(): readonly DecidedHost[] {
    return [...this.#busy].toSorted(([a], [b]) => compareText(a, b)).map(([, decided]) => decided);
  }

  get desiredCount(): number {
    return this.#desiredCount;
  }

  get rejections(): HostJudgement['rejections'] {
    return [...this.#rejections].toSorted(([a], [b]) => compareText(a, b)).flatMap(([, rejections]) => rejections);
  }

  get refused(): readonly RefusedInstance[] {
    return [...this.#refused].toSorted(([a], [b]) => compareText(a, b)).flatMap(([, refused]) => refused);
  }

  #judge(name: EntryName, host: Host, basis: BookBasis): void {
    const judged = this.#judgedAs(name, host, basis);
    if (judged === undefined) {
      this.#pages.delete(name);
      return;
    }
    this.#judged.set(name, judged);
    if (judged.kind !== 'judged') {
      const written = judged.plain[judged.kind];
      if (written === undefined) this.#pages.delete(name);
      else this.#write(name, written);
      return;
    }
    const { judgement } = judged;
    const balances = balancesOf(judgement);
    const loud = balances.filter(isLoud);
    if (loud.length > 0) this.#loud.set(name, loud);
    if (isRestless(judgement, basis.judge)) this.#restless.add(name);
    const quiet = balances.filter((balance) => !isLoud(balance)).map(quietOf);
    const page = { host: judgement.host, quiet, held: NOTHING_HELD, entries: 0 };
    this.#write(name, { page, rejections: judgement.rejections, refused: [] });
  }

  #judgedAs(name: EntryName, host: Host, basis: BookBasis): Judged | undefined {
    const live = this.#liveHosts.get(name);
    const plain = basis.plain.of(host, basis);
    if (plain !== undefined && live === undefined) return { kind: 'absent', plain };
    if (plain?.standing !== undefined && isStanding(plain, live, { host, basis })) return { kind: 'standing', plain };
    const candidates = basis.mapping.componentsOf(host);
    if (live === undefined && candidates.length === 0) return undefined;
    return { kind: 'judged', judgement: judgeHost(host, { candidates, live }, basis.judge) };
  }

  #write(name: EntryName, { page, rejections, refused }: WrittenPage): void {
    this.#pages.set(name, page);
    this.#desiredCount += page.entries;
    for (const balance of page.quiet) this.#count(balance, 1);
    if (rejections.length > 0) this.#rejections.set(name, rejections);
    if (refused.length > 0) this.#refused.set(name, refused);
  }

  /** Takes back what a page counts for. The page itself is written over: a map that forgets and learns grows to twice its size. */
  #forget(name: EntryName): void {
    const page = this.#pages.get(name);
    if (page === undefined) return;
    for (const balance of page.quiet) this.#count(balance, -1);
    this.#desiredCount -= page.entries;
    for (const index of [this.#loud, this.#restless, this.#rejections, this.#refused, this.#busy]) index.delete(name);
  }

  #decide(name: EntryName, held: ReadonlyMap<ComponentKey, HoldReason>, basis: BookBasis): void {
    const page = this.#pages.get(name);
    if (page === undefined) return;
    const judged = this.#judged.get(name) ?? this.#judgedAs(name, page.host, basis);
    if (judged === undefined) return;
    const decided =
      judged.kind === 'judged'
        ? this.#render(name, judged.judgement, { held, basis })
        : judged.kind === 'absent'
          ? decideHost(plannedPlain(name, judged.plain, basis.author), basis.foreign)
          : NOTHING_DECIDED;
    if (judged.kind !== 'judged' && page.held !== held) this.#pages.set(name, { ...page, held });
    if (decided.changes.length > 0 || decided.holds.length > 0 || held.size > 0) this.#busy.set(name, decided);
    else this.#busy.delete(name);
  }

  #render(
    name: EntryName,
    judgement: HostJudgement,
    { held, basis }: { readonly held: ReadonlyMap<ComponentKey, HoldReason>; readonly basis: BookBasis },
  ): DecidedHost {
    const { judge, hub, isCatalogueKnown, foreign } = basis;
    const { cluster, serverNowMs } = judge;
    const outcome = renderHost(judgement, { hub, cluster, serverNowMs, isCatalogueKnown, held });
    const decided = decideHost(plannedHost(judgement, outcome), foreign);
    const refused = refusedInstances(outcome.leftOut);
    if (refused.length > 0) this.#refused.set(name, refused);
    const entries = outcome.parts.filter(({ wanted }) => wanted.kind === 'entry').length;
    const before = this.#pages.get(name);
    this.#desiredCount += entries - (before?.entries ?? 0);
    if (before === undefined) return decided;
    const page = { ...before, held, entries };
    this.#pages.set(name, page);
    const isQuiet = decided.changes.length + decided.holds.length + held.size === 0;
    if (isQuiet && !this.#loud.has(name) && !this.#restless.has(name)) this.#learn(judgement, { page, refused }, basis);
    return decided;
  }

  /** Other clusters with the same entry need not decide it again. */
  #learn(
    { host, live, rejections, components }: HostJudgement,
    { page, refused }: Pick<WrittenPage, 'page' | 'refused'>,
    basis: BookBasis,
  ): void {
    const plain = basis.plain.of(host, basis);
    const isRead = components.every(({ verdict }) => verdict.kind === 'replace');
    if (plain === undefined || plain.standing !== undefined || !isRead) return;
    if (isStanding(plain, live, { host, basis })) {
      plain.standing = { page, rejections: orNone(rejections), refused: orNone(refused) };
    }
  }

  #count({ source, live, planned, isLive }: QuietBalance, sign: 1 | -1): void {
    let sums = this.#quiet.get(source);
    if (sums === undefined) {
      sums = { live: 0, planned: 0, objects: 0 };
      this.#quiet.set(source, sums);
    }
    sums.live += sign * live;
    sums.planned += sign * planned;
    sums.objects += isLive ? sign : 0;
  }
}

function isStanding(
  plain: PlainHost,
  live: LiveHost | undefined,
  { host, basis }: { readonly host: Host; readonly basis: BookBasis },
): boolean {
  const components = basis.mapping.componentsOf(host);
  return live !== undefined && standsAsWanted(plain, live, { components, author: basis.author });
}

/** Whether the brake has to see a component by name. */
function isLoud({ wants, isMarked, isSuspected, leaving, needsApproval }: ComponentBalance): boolean {
  return wants !== 'nothing' || isMarked || isSuspected || leaving > 0 || needsApproval !== undefined;
}

/**
 * Whether a judgement may change although neither the services nor the entry of the host do: a mark that falls due, a
 * recorded time that is believed only for a while, a source that may be known under another name.
 */
function isRestless({ live, components }: HostJudgement, { sources }: JudgeContext): boolean {
  if (live !== undefined && [...live.parts.values()].some(({ pending }) => pending.size > 0)) return true;
  if (components.some(({ record }) => record !== undefined && !isConfigured(record, sources))) return true;
  return components.some(
    ({ verdict }) => verdict.kind === 'mark' || (verdict.kind === 'keep' && verdict.reason === 'older-reading'),
  );
}

function isSameHeld(
  a: ReadonlyMap<ComponentKey, HoldReason> = NOTHING_HELD,
  b: ReadonlyMap<ComponentKey, HoldReason> = NOTHING_HELD,
): boolean {
  return a.size === b.size && [...a].every(([key, reason]) => b.get(key) === reason);
}
