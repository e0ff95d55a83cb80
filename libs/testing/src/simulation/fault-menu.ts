import type { Dice } from './dice.js';

/** How a fault comes about: `each` strikes a message with this chance, `every` happens with this mean time between. */
type Pace =
  | { readonly kind: 'each'; readonly chance: number }
  | { readonly kind: 'every'; readonly meanMs: number }
  /** Once, from the start of the run, or not at all. */
  | { readonly kind: 'always' };

const each = (chance: number): Pace => ({ kind: 'each', chance });
const every = (seconds: number): Pace => ({ kind: 'every', meanMs: seconds * 1000 });

/** Everything that can go wrong, with its usual pace: far above reality, so that minutes hold what years would. */
export const FAULTS = {
  'source-throttled': each(0.05),
  'source-error': each(0.04),
  'source-denied': each(0.02),
  'source-hangs': each(0.02),
  'source-page-fails': each(0.08),
  'source-empty-answer': each(0.04),
  'source-older-revision': each(0.06),
  'source-truncated': each(0.05),
  'source-slow': each(0.05),
  'source-away': every(240),
  'cluster-conflict': each(0.04),
  'cluster-throttled': each(0.02),
  'cluster-error': each(0.04),
  'cluster-list-expired': each(0.04),
  'cluster-unauthorized': each(0.02),
  'cluster-webhook': each(0.03),
  'cluster-answer-lost': each(0.05),
  'cluster-request-lost': each(0.03),
  'cluster-late': each(0.06),
  'cluster-stale-lists': every(200),
  'cluster-away': every(300),
  'others-edit': every(120),
  'others-delete': every(180),
  'others-take-a-name': every(400),
  'hub-pauses-before-sending': each(0.06),
  'hub-freezes': every(200),
  'hub-suspended': every(400),
  'hub-crashes': every(240),
  'hub-restarted': every(300),
  'clock-rate': { kind: 'always' },
  'clock-jumps': every(200),
  'two-configurations': { kind: 'always' },
  'redis-failover': every(240),
  'redis-split': every(300),
  'redis-empty': every(400),
  'redis-away': every(300),
  'redis-late': each(0.03),
  'redis-answer-lost': each(0.03),
  'redis-corrupt': every(240),
} as const satisfies Readonly<Record<string, Pace>>;

export type Fault = keyof typeof FAULTS;

/** Every kind of fault, in the order of the menu. */
export const FAULT_KINDS = Object.keys(FAULTS) as readonly Fault[];

const ENABLED_SHARE = 0.45;
const RATES = [0.3, 1, 3] as const;

/** The faults of one run: each seed chooses some of the menu, each at a pace of its own, and counts them. */
export class FaultMenu {
  readonly counts = new Map<Fault, number>();
  readonly #rates = new Map<Fault, number>();
  readonly #dice = new Map<Fault, Dice>();
  #isOver = false;

  /** `without`: kinds that are left out, so that a failure can be shrunk to those that it needs. */
  constructor(dice: Dice, without: ReadonlySet<Fault>) {
    for (const kind of FAULT_KINDS) {
      const own = dice.fork(kind);
      const isChosen = own.chance(ENABLED_SHARE);
      const rate = own.pick(RATES) ?? 1;
      this.#dice.set(kind, own);
      if (isChosen && !without.has(kind)) this.#rates.set(kind, rate);
    }
  }

  /** Kinds of this run. */
  get kinds(): readonly Fault[] {
    return [...this.#rates.keys()];
  }

  has(kind: Fault): boolean {
    return this.#rates.has(kind);
  }

  /** From now on nothing goes wrong any more. */
  end(): void {
    this.#isOver = true;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether this fault strikes now: for what can go wrong with each message. */
  strikes(kind: Fault): boolean {
    const rate = this.#rates.get(kind);
    const pace: Pace = FAULTS[kind];
    if (rate === undefined || this.#isOver || pace.kind !== 'each') return false;
    const isHit = this.dice(kind).chance(Math.min(0.5, pace.chance * rate));
    if (isHit) this.count(kind);
    return isHit;
  }

  /** Ms until it happens the next time. */
  nextMs(kind: Fault): number {
    const pace: Pace = FAULTS[kind];
    const meanMs = pace.kind === 'every' ? pace.meanMs : 60_000;
    return this.dice(kind).exponential(meanMs / (this.#rates.get(kind) ?? 1));
  }

  count(kind: Fault): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
  }

  /** What its particulars are drawn from. */
  dice(kind: Fault): Dice {
    const dice = this.#dice.get(kind);
    if (dice === undefined) throw new Error(`no fault ${kind}`);
    return dice;
  }
}
