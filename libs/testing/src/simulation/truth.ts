/** What a service held since a moment. */
export interface Membership {
  readonly revision: number;
  readonly addresses: ReadonlySet<string>;
  /** True ms. */
  readonly sinceMs: number;
}

/** One Cloud Map service as it really was, from its creation on. Times are true ms. */
export class TrueService {
  readonly id: string;
  readonly region: string;
  readonly name: string;
  readonly createdAtMs: number;
  deletedAtMs: number | undefined;
  readonly #history: Membership[] = [];
  /** Last time at which an address was unhealthy; infinite while it is. */
  readonly #unhealthyUntilMs = new Map<string, number>();

  constructor(place: {
    readonly id: string;
    readonly region: string;
    readonly name: string;
    readonly createdAtMs: number;
  }) {
    this.id = place.id;
    this.region = place.region;
    this.name = place.name;
    this.createdAtMs = place.createdAtMs;
  }

  get isGone(): boolean {
    return this.deletedAtMs !== undefined;
  }

  /** What it holds now. */
  get addresses(): ReadonlySet<string> {
    return this.#history.at(-1)?.addresses ?? new Set();
  }

  /** What of it gets traffic: the healthy ones, or all when none is. */
  get serving(): readonly string[] {
    const all = [...this.addresses];
    const healthy = all.filter((address) => this.#unhealthyUntilMs.get(address) !== Number.POSITIVE_INFINITY);
    return healthy.length > 0 ? healthy : all;
  }

  changed(membership: Membership): void {
    this.#history.push(membership);
  }

  setHealth(address: string, isHealthy: boolean, atMs: number): void {
    if (!isHealthy) this.#unhealthyUntilMs.set(address, Number.POSITIVE_INFINITY);
    else if (this.#unhealthyUntilMs.has(address)) this.#unhealthyUntilMs.set(address, atMs);
  }

  /** What it held at a revision, or, where that was never reached, at the one before; undefined: it had none yet. */
  at(revision: number): ReadonlySet<string> | undefined {
    return this.#history.findLast((past) => past.revision <= revision)?.addresses;
  }

  /** Whether an address was registered at some revision that is not below this one. */
  heldFrom(revision: number, address: string): boolean {
    return this.#history.some((past) => past.revision >= revision && past.addresses.has(address));
  }

  /** Whether an address was registered ever. */
  heldEver(address: string): boolean {
    return this.heldFrom(0, address);
  }

  /** Whether an address was unhealthy at some time since then. */
  wasUnhealthySince(address: string, sinceMs: number): boolean {
    return (this.#unhealthyUntilMs.get(address) ?? Number.NEGATIVE_INFINITY) >= sinceMs;
  }
}

/** What Cloud Map really held, and when. */
export class Truth {
  readonly #services = new Map<string, TrueService>();
  readonly #byAddress = new Map<string, TrueService>();

  get services(): readonly TrueService[] {
    return [...this.#services.values()];
  }

  get live(): readonly TrueService[] {
    return this.services.filter(({ isGone }) => !isGone);
  }

  add(service: TrueService): void {
    this.#services.set(service.id, service);
  }

  /** By its id (`srv-…`). */
  service(id: string): TrueService | undefined {
    return this.#services.get(id);
  }

  /** No address is ever used twice, so that an endpoint tells whose it is. */
  assign(address: string, service: TrueService): void {
    this.#byAddress.set(address, service);
  }

  ownerOf(address: string): TrueService | undefined {
    return this.#byAddress.get(address);
  }

  /** The live service of these names. */
  find(region: string, name: string): TrueService | undefined {
    return this.live.find((service) => service.region === region && service.name === name);
  }
}
