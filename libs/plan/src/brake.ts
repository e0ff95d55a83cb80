import type {
  Approval,
  BrakeSettings,
  ComponentBalance,
  ComponentKey,
  EntryName,
  HeldComponents,
  HeldRemoval,
  HoldReason,
} from '@isthmus/model';
import { canonicalJson, compareText, sha256 } from '@isthmus/model';
import type { QuietSums, SourceBrake } from './source-brake.js';
import { NOTHING_QUIET, newSourceBrake, pressSourceBrake } from './source-brake.js';

/** What the brake remembers of one cluster. A new one starts from what is live. */
export interface BrakeMemory {
  readonly sources: ReadonlyMap<string, SourceBrake>;
  /** `name component` of removals that a person has approved and that are not done yet. */
  readonly approved: ReadonlySet<string>;
  /** Objects marked because the configuration dropped them, since it was last loaded. */
  readonly unmapped: { readonly configuration: unknown; readonly names: ReadonlySet<EntryName> };
}

export interface BrakeInput {
  /** Every balance, or all but those that ask for nothing, which `quiet` sums up by source. */
  readonly balances: readonly ComponentBalance[];
  readonly quiet?: ReadonlyMap<string, QuietSums>;
  /** Whether a component that is not among the balances is one of the quiet ones. */
  readonly isQuiet?: (name: EntryName, component: ComponentKey) => boolean;
  readonly settings: BrakeSettings;
  /** Approvals of this cluster. */
  readonly approvals: readonly Approval[];
  /** By which approvals end. */
  readonly nowMs: number;
  /** Time that never jumps: the window is measured by it. */
  readonly steadyMs: number;
  /** Changes its identity with each load of the configuration. */
  readonly configuration: unknown;
}

/** Which removals wait, and what an approval of them must name. */
export interface BrakeOutcome {
  readonly held: HeldComponents;
  readonly heldRemovals: readonly HeldRemoval[];
  readonly removalsHash: string | undefined;
  readonly memory: BrakeMemory;
}

/** The memory at the start of a term. */
export function newBrakeMemory(): BrakeMemory {
  return { sources: new Map(), approved: new Set(), unmapped: { configuration: undefined, names: new Set() } };
}

/**
 * The limit on removals, per cluster and source. Additions always pass; a removal over a limit waits until a person
 * approves it or the instances return, and no time releases it.
 *
 * | held because | when |
 * |---|---|
 * | `all-filtered`, `all-rejected` | instances are registered, but none of a service may be an endpoint any more |
 * | `config-removal` | the configuration drops more than one object per load |
 * | `brake-objects` | more objects than `objects` of the window's most, and more than min(2, n − 1), would be marked |
 * | `brake-endpoints` | less than the rest of `endpoints` of the window's most endpoints would remain |
 * | `source-empty` | one of the latter two, and nothing of the source would remain |
 */
export function pressBrake(input: BrakeInput, memory: BrakeMemory): BrakeOutcome {
  const pressed = pressAll(input, memory);
  const removalsHash = hashOf(pressed.heldRemovals);
  const isApproved = input.approvals.some(
    ({ removals, untilMs }) => removals === removalsHash && input.nowMs < untilMs,
  );
  if (!isApproved || removalsHash === undefined) return { ...pressed, removalsHash };
  const approved = new Set([...memory.approved, ...pressed.heldRemovals.map(idOf)]);
  const released = pressAll(input, { ...memory, approved, sources: afresh(memory, pressed) });
  return { ...released, removalsHash: hashOf(released.heldRemovals) };
}

/** Sources with approved removals start again from what remains after them. */
function afresh(memory: BrakeMemory, pressed: Pressed): ReadonlyMap<string, SourceBrake> {
  const named = new Set(pressed.heldRemovals.map(({ source }) => source));
  return new Map([...memory.sources].filter(([source]) => !named.has(source)));
}

type Pressed = Omit<BrakeOutcome, 'removalsHash'>;

function pressAll(input: BrakeInput, memory: BrakeMemory): Pressed {
  const approved = stillWanted(memory.approved, input.balances);
  const held = new Map<EntryName, Map<ComponentKey, HoldReason>>();
  holdForApproval(input.balances, approved, held);
  const unmapped = holdUnmapped(input, { ...memory, approved }, held);
  const sources = new Map<string, SourceBrake>();
  const bySource = Map.groupBy(input.balances, (balance) => balance.source);
  for (const source of new Set([...bySource.keys(), ...(input.quiet?.keys() ?? [])])) {
    // Nothing of it stands or would: that it was there once must not depend on who sums up.
    if (isNothing(input.quiet?.get(source)) && (bySource.get(source) ?? []).every(isNothingOf)) continue;
    const pressed = pressSourceBrake(memory.sources.get(source) ?? newSourceBrake(), {
      balances: bySource.get(source) ?? [],
      quiet: input.quiet?.get(source) ?? NOTHING_QUIET,
      isQuiet: input.isQuiet ?? (() => false),
      isFree: (balance) => approved.has(idOf(balance)),
      isHeld: (balance) => held.get(balance.name)?.has(balance.component) === true,
      settings: input.settings,
      steadyMs: input.steadyMs,
    });
    sources.set(source, pressed.brake);
    for (const { balance, reason } of pressed.held) hold(held, balance, reason);
  }
  return { held, heldRemovals: removalsOf(input.balances, held), memory: { sources, approved, unmapped } };
}

function isNothing({ live, planned, objects } = NOTHING_QUIET): boolean {
  return live === 0 && planned === 0 && objects === 0;
}

/** Whether a component is neither live, nor would be, nor asks for anything. */
function isNothingOf({ live, planned, isLive, leaving, isMarked, wants, needsApproval }: ComponentBalance): boolean {
  const isAbsent = !isLive && live === 0 && planned === 0;
  return isAbsent && leaving === 0 && !isMarked && wants === 'nothing' && needsApproval === undefined;
}

/** An approval is used up when what it named has happened or is not asked for any more. */
function stillWanted(approved: ReadonlySet<string>, balances: readonly ComponentBalance[]): ReadonlySet<string> {
  if (approved.size === 0) return approved;
  return new Set(
    balances
      .filter(({ wants }) => wants !== 'nothing')
      .map(idOf)
      .filter((id) => approved.has(id)),
  );
}

function holdForApproval(
  balances: readonly ComponentBalance[],
  approved: ReadonlySet<string>,
  held: Map<EntryName, Map<ComponentKey, HoldReason>>,
): void {
  for (const balance of balances) {
    if (balance.needsApproval !== undefined && !approved.has(idOf(balance))) hold(held, balance, balance.needsApproval);
  }
}

function holdUnmapped(
  { balances, configuration }: BrakeInput,
  memory: BrakeMemory,
  held: Map<EntryName, Map<ComponentKey, HoldReason>>,
): BrakeMemory['unmapped'] {
  const isSameLoad = memory.unmapped.configuration === configuration;
  const done = isSameLoad ? memory.unmapped.names : new Set<EntryName>();
  const wanted = balances.filter((balance) => balance.wants === 'mark-unmapped' && !memory.approved.has(idOf(balance)));
  const names = new Set([...done, ...wanted.map(({ name }) => name)]);
  if (names.size <= 1) return { configuration, names };
  for (const balance of wanted) hold(held, balance, 'config-removal');
  return { configuration, names: done };
}

function hold(
  held: Map<EntryName, Map<ComponentKey, HoldReason>>,
  balance: ComponentBalance,
  reason: HoldReason,
): void {
  const reasons = held.get(balance.name) ?? new Map<ComponentKey, HoldReason>();
  if (!reasons.has(balance.component)) reasons.set(balance.component, reason);
  held.set(balance.name, reasons);
}

function removalsOf(balances: readonly ComponentBalance[], held: HeldComponents): readonly HeldRemoval[] {
  return balances
    .flatMap((balance): HeldRemoval[] => {
      const { name, component, source, uid, wants } = balance;
      const reason = held.get(name)?.get(component);
      if (reason === undefined || uid === undefined) return [];
      const kind = wants === 'endpoints' ? 'endpoints' : 'object';
      return [{ kind, name, uid, component, source, reason, endpoints: balance.leaving }];
    })
    .toSorted((a, b) => compareText(idOf(a), idOf(b)));
}

function hashOf(removals: readonly HeldRemoval[]): string | undefined {
  if (removals.length === 0) return undefined;
  return sha256(canonicalJson(removals.map(({ kind, name, uid, component }) => [kind, name, uid, component])), 16);
}

function idOf({ name, component }: { readonly name: EntryName; readonly component: ComponentKey }): string {
  return `${name} ${component}`;
}
