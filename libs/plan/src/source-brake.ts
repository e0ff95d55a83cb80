import type { BrakeSettings, ComponentBalance, ComponentKey, EntryName, HoldReason } from '@isthmus/model';

/** The brake of one source in one cluster. */
export interface SourceBrake {
  /** Most endpoints and objects of each stretch of the window, oldest first. */
  readonly peaks: readonly Peak[];
  /** When objects of this source were marked, by `name component`; while objects are held, none of them ages. */
  readonly marks: ReadonlyMap<string, number>;
  /** Most endpoints and objects from before the removals that wait; they do not age. */
  readonly pressed: { readonly endpoints: number | undefined; readonly objects: number | undefined };
}

interface Peak {
  readonly fromMs: number;
  readonly endpoints: number;
  readonly objects: number;
}

/** Components that stand as they should, summed up. */
export interface QuietSums {
  readonly live: number;
  readonly planned: number;
  /** Objects that they stand on. */
  readonly objects: number;
}

export const NOTHING_QUIET: QuietSums = { live: 0, planned: 0, objects: 0 };

export interface SourceBrakeInput {
  readonly balances: readonly ComponentBalance[];
  readonly quiet: QuietSums;
  /** Whether a component that is not among the balances stands as it should. */
  readonly isQuiet: (name: EntryName, component: ComponentKey) => boolean;
  /** Approved by a person. */
  readonly isFree: (balance: ComponentBalance) => boolean;
  /** Held already for another reason. */
  readonly isHeld: (balance: ComponentBalance) => boolean;
  readonly settings: BrakeSettings;
  readonly steadyMs: number;
}

export interface SourceBrakeOutcome {
  readonly brake: SourceBrake;
  readonly held: readonly { readonly balance: ComponentBalance; readonly reason: HoldReason }[];
}

/** Stretches in which the window is remembered. */
const STRETCHES = 60;

export function newSourceBrake(): SourceBrake {
  return { peaks: [], marks: new Map(), pressed: { endpoints: undefined, objects: undefined } };
}

/** Presses the brake of one source, or lets go of it. */
export function pressSourceBrake(brake: SourceBrake, input: SourceBrakeInput): SourceBrakeOutcome {
  const now = countsOf(input);
  const before = { ...brake, peaks: recent(brake.peaks, input), marks: recentMarks(brake, input) };
  const objects = pressObjects(before, now, input);
  const endpoints = pressEndpoints(before, now, input);
  const held = [...objects.held, ...endpoints.held];
  const isEmpty = (now.live > 0 && now.planned === 0) || (now.objects > 0 && now.leaving >= now.objects);
  const waiting = new Set(held.map(({ balance }) => balance));
  const marked = now.wanted.filter((balance) => !waiting.has(balance) && !input.isHeld(balance));
  const marks = new Map([...before.marks, ...marked.map((balance) => [idOf(balance), input.steadyMs] as const)]);
  const remaining = endpoints.held.length > 0 ? now.live : now.planned;
  return {
    brake: {
      peaks: withPeak(before.peaks, { fromMs: input.steadyMs, endpoints: remaining, objects: now.objects }, input),
      marks,
      pressed: { endpoints: endpoints.pressed, objects: objects.pressed },
    },
    held: held.map(({ balance, reason }) => ({ balance, reason: isEmpty ? 'source-empty' : reason })),
  };
}

interface Counts {
  readonly live: number;
  /** Registered endpoints if every removal went through. */
  readonly planned: number;
  readonly objects: number;
  /** Objects with a mark, about to get one, or suspected. */
  readonly leaving: number;
  readonly suspected: number;
  readonly wanted: readonly ComponentBalance[];
}

function countsOf({ balances, quiet, isHeld }: SourceBrakeInput): Counts {
  const wanted = balances.filter(({ wants }) => wants === 'mark-gone' || wants === 'mark-unmapped');
  const marked = balances.filter(({ isMarked, wants }) => isMarked && wants === 'nothing').length;
  const suspected = balances.filter((balance) => balance.isSuspected && balance.isLive && !balance.isMarked).length;
  return {
    live: quiet.live + sum(balances.map(({ live }) => live)),
    planned: quiet.planned + sum(balances.map((balance) => (isKept(balance, isHeld) ? balance.live : balance.planned))),
    objects: quiet.objects + balances.filter(({ isLive }) => isLive).length,
    leaving: wanted.length + marked + suspected,
    suspected,
    wanted,
  };
}

/** What waits for a person stays for certain: it must not make the other services of its source wait too. */
function isKept(balance: ComponentBalance, isHeld: SourceBrakeInput['isHeld']): boolean {
  return balance.needsApproval !== undefined && isHeld(balance);
}

type Held = SourceBrakeOutcome['held'];

function pressObjects(
  brake: SourceBrake,
  now: Counts,
  { isFree, isHeld, settings }: SourceBrakeInput,
): { readonly held: Held; readonly pressed: number | undefined } {
  const wanted = now.wanted.filter((balance) => !isFree(balance) && !isHeld(balance));
  // A mark that was decided and could not be written is asked for again: it counts once.
  const marks = brake.marks.size - wanted.filter((balance) => brake.marks.has(idOf(balance))).length;
  const objects = brake.pressed.objects ?? Math.max(now.objects, ...brake.peaks.map((peak) => peak.objects));
  const limit = Math.max(settings.objectsShare * objects, Math.min(2, objects - 1));
  if (wanted.length === 0 || marks + wanted.length + now.suspected <= limit) return { held: [], pressed: undefined };
  return { held: wanted.map((balance) => ({ balance, reason: 'brake-objects' })), pressed: objects };
}

function pressEndpoints(
  brake: SourceBrake,
  now: Counts,
  { balances, isFree, isHeld, settings }: SourceBrakeInput,
): { readonly held: Held; readonly pressed: number | undefined } {
  const baseline = brake.pressed.endpoints ?? Math.max(now.live, ...brake.peaks.map((peak) => peak.endpoints));
  const shrinking = balances
    .filter(({ leaving }) => leaving > 0)
    .filter((balance) => !isFree(balance) && !isHeld(balance));
  const remainsEnough = now.planned >= (1 - settings.endpointsShare) * baseline;
  if (shrinking.length === 0 || remainsEnough) return { held: [], pressed: undefined };
  return { held: shrinking.map((balance) => ({ balance, reason: 'brake-endpoints' })), pressed: baseline };
}

function recent(peaks: readonly Peak[], { steadyMs, settings }: SourceBrakeInput): readonly Peak[] {
  return peaks.filter(({ fromMs }) => steadyMs - fromMs < settings.windowMs);
}

/** Marks of the window; marks that stand on objects and are not remembered (a restart) count from now. */
function recentMarks(brake: SourceBrake, input: SourceBrakeInput): ReadonlyMap<string, number> {
  const { balances, steadyMs, settings, isQuiet } = input;
  const isPressed = brake.pressed.objects !== undefined;
  const recently = [...brake.marks].filter(([, atMs]) => isPressed || steadyMs - atMs < settings.windowMs);
  const marks = new Map(recently.filter(([id]) => !isQuiet(...partsOf(id))));
  for (const balance of balances) {
    const id = idOf(balance);
    if (balance.isMarked && balance.wants === 'nothing' && !brake.marks.has(id)) marks.set(id, steadyMs);
    if (balance.isLive && !balance.isMarked && balance.wants === 'nothing') marks.delete(id);
  }
  return marks;
}

function withPeak(peaks: readonly Peak[], peak: Peak, { settings }: SourceBrakeInput): readonly Peak[] {
  const last = peaks.at(-1);
  if (last === undefined || peak.fromMs - last.fromMs >= settings.windowMs / STRETCHES) return [...peaks, peak];
  const merged = {
    fromMs: last.fromMs,
    endpoints: Math.max(last.endpoints, peak.endpoints),
    objects: Math.max(last.objects, peak.objects),
  };
  return [...peaks.slice(0, -1), merged];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function partsOf(id: string): [EntryName, ComponentKey] {
  const space = id.indexOf(' ');
  return [id.slice(0, space) as EntryName, id.slice(space + 1) as ComponentKey];
}

function idOf({ name, component }: ComponentBalance): string {
  return `${name} ${component}`;
}
