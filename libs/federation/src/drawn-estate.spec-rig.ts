import type { Instance, ServiceState, Snapshot, SourceSettings } from '@isthmus/model';
import * as given from '@isthmus/testing';
import { DecisionWorld } from '@isthmus/testing';
import fc from 'fast-check';

const [OWN, GUEST] = ['111122223333', '999988887777'];
const US = given.source({ name: 'us', account: OWN });
const EU = given.source({ name: 'eu', region: 'eu-west-1', account: OWN });
/** Another account of the first region: it has services of the same names, and some of `us` are shared with it. */
const OTHER = given.source({ name: 'other', account: GUEST });
const SOURCES = [US, EU, OTHER];
const SERVICES = ['a.shop', 'b.shop'];

/** One service of one source, over its generations: each re-creation has a new id and addresses of its own. */
interface Drawn {
  readonly hosts: number;
  /** Number of hosts that are skipped, so that hosts leave and come. */
  readonly skipped: number;
  readonly sick: readonly number[];
  readonly revision: number;
  readonly isRecreated: boolean;
  readonly form: 'complete' | 'partial' | 'unread' | 'empty-proven' | 'gone-unproven' | 'gone-proven' | 'unlisted';
  /** What is known of the generation before. */
  readonly former: 'not-found' | 'missing' | 'unread' | 'forgotten';
  /** What a consumer that the service is shared with knows of it. */
  readonly shared: 'unseen' | 'older' | 'newer' | 'unshared';
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  hosts: fc.oneof(
    { arbitrary: fc.integer({ min: 1, max: 5 }), weight: 15 },
    { arbitrary: fc.integer({ min: 255, max: 600 }), weight: 1 },
  ),
  skipped: fc.integer({ min: 0, max: 2 }),
  sick: fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 2 }),
  revision: fc.integer({ min: 1, max: 6 }),
  isRecreated: fc.oneof({ arbitrary: fc.constant(false), weight: 3 }, { arbitrary: fc.constant(true), weight: 1 }),
  form: fc.constantFrom(
    'complete',
    'complete',
    'complete',
    'complete',
    'partial',
    'unread',
    'empty-proven',
    'gone-unproven',
    'gone-proven',
    'unlisted',
  ),
  former: fc.constantFrom('not-found', 'not-found', 'missing', 'unread', 'forgotten'),
  shared: fc.constantFrom('unseen', 'older', 'newer', 'unshared'),
});
const step = fc.record({
  draws: fc.array(drawn, { minLength: 6, maxLength: 6 }),
  afterMs: fc.integer({ min: 1_000, max: 200_000 }),
  restarts: fc.boolean(),
  moves: fc.oneof({ arbitrary: fc.constant(false), weight: 4 }, { arbitrary: fc.constant(true), weight: 1 }),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
/** As many steps as drawn: what each service of each source may look like at each. */
export const steps = (least: number, most: number) => fc.array(step, { minLength: least, maxLength: most });

/** The world at one step: what each source knows. */
export class Estate {
  readonly world = new DecisionWorld();
  /** Of each service of each source: how often it was created anew. */
  readonly #generations: number[] = [0, 0, 0, 0, 0, 0];
  snapshots: readonly Snapshot[] = [];

  constructor() {
    const routes = [given.route({}, { merge: 'sources' })];
    this.world.input = { ...this.world.input, cluster: given.cluster({ routes }), sources: SOURCES };
  }

  take({ draws, afterMs, restarts, moves }: Step): void {
    this.world.nowMs += afterMs;
    if (restarts) this.world.restart();
    if (moves) this.world.move();
    const known = draws.map((one, place) => this.#statesOf(one, place));
    this.snapshots = SOURCES.map((source, s) => {
      const own = known.slice(2 * s, 2 * s + 2).flat();
      const seen = source === OTHER ? draws.slice(0, 2).flatMap((one, place) => this.#sharedOf(one, place)) : [];
      return given.snapshot(source, [...own, ...seen]);
    });
  }

  #statesOf(one: Drawn, place: number): readonly ServiceState[] {
    const before = this.#generations[place] ?? 0;
    const now = one.isRecreated ? before + 1 : before;
    this.#generations[place] = now;
    const current = stateOf(one, serviceOf(place, now), {
      nowMs: this.world.nowMs,
      instances: instancesOf(one, place, now),
    });
    if (now === 0) return current;
    return [...current, ...formerOf(one, place, { generation: now - 1, nowMs: this.world.nowMs })];
  }

  /** A service of `us` as the other account sees it. */
  #sharedOf(one: Drawn, place: number): readonly ServiceState[] {
    const generation = this.#generations[place] ?? 0;
    const service = { ...serviceOf(place, generation), isShared: true };
    const { nowMs } = this.world;
    const instances = instancesOf(one, place, generation);
    const at = (ms: number) => given.reading(instances, { revision: one.revision, observedAtMs: nowMs + ms });
    switch (one.shared) {
      case 'unseen':
        return [];
      case 'older':
        return [given.serviceState(service, { reading: at(-1) })];
      case 'newer':
        return [given.serviceState(service, { reading: at(1) })];
      case 'unshared':
        return [
          given.serviceState(service, {
            reading: at(1),
            absence: { passesAtMs: [nowMs - 1, nowMs], notFoundAtMs: undefined },
          }),
        ];
    }
  }

  /** Everything that is published, here or where it still has to move from: address → revision on the object. */
  published(): ReadonlyMap<string, number> {
    const found = new Map<string, number>();
    for (const namespace of [this.world.previous, this.world.namespace]) {
      for (const { annotations, spec } of namespace.values()) {
        const records = JSON.parse(annotations['isthmus.dev/components'] ?? '[]') as { id: string; revision: number }[];
        const revisions = new Map(records.map(({ id, revision }) => [id, revision]));
        const { endpoints = [] } = spec.raw as { endpoints?: readonly { address: string }[] };
        for (const { address } of endpoints) found.set(address, revisions.get(keyOfAddress(address)) ?? -1);
      }
    }
    return found;
  }
}

/** `place`: two services of each source, in the order of the sources. */
function serviceOf(place: number, generation: number): ServiceState['service'] {
  const source: SourceSettings = SOURCES[Math.floor(place / 2)] ?? US;
  const name = SERVICES[place % 2] ?? '';
  return given.serviceRecord(name, {
    region: source.region,
    account: source.account ?? '',
    id: `srv-${name[0]}-${generation}`,
    createdAtMs: given.EPOCH_MS + generation * 1_000,
  });
}

/** 10.<place and generation>.x.y: the address says whose it is. */
function instancesOf({ hosts, skipped, sick }: Drawn, place: number, generation: number): readonly Instance[] {
  return Array.from({ length: hosts }, (_, n) => n + skipped).map((n) =>
    given.instance(`10.${generation * 6 + place}.${n >> 8}.${n & 255}`, {
      id: `i-${n}`,
      port: 8080,
      health: sick.includes(n) ? 'UNHEALTHY' : 'HEALTHY',
    }),
  );
}

/** The component that an address belongs to. */
export function keyOfAddress(address: string): string {
  const net = Number(address.split('.')[1]);
  return serviceOf(net % 6, Math.floor(net / 6)).key;
}

function stateOf(
  { form, revision }: Drawn,
  service: ServiceState['service'],
  { nowMs, instances }: { readonly nowMs: number; readonly instances: readonly Instance[] },
): readonly ServiceState[] {
  const reading = given.reading(instances, { revision, observedAtMs: nowMs });
  const missing = { passesAtMs: [nowMs - 2, nowMs - 1], notFoundAtMs: undefined };
  switch (form) {
    case 'complete':
      return [given.serviceState(service, { reading })];
    case 'partial':
      return [given.serviceState(service, { reading: { ...reading, completeness: 'partial' } })];
    case 'unread':
      return [given.serviceState(service)];
    case 'empty-proven':
      return [given.serviceState(service, { emptiness: given.provenEmptiness(nowMs, revision) })];
    case 'gone-unproven':
      return [given.serviceState(service, { reading, absence: missing })];
    case 'gone-proven':
      return [given.serviceState(service, { absence: given.provenAbsence(nowMs) })];
    case 'unlisted':
      return [];
  }
}

/** The generation before: Cloud Map does not know it any more, or it cannot be told. */
function formerOf(
  one: Drawn,
  place: number,
  { generation, nowMs }: { readonly generation: number; readonly nowMs: number },
): readonly ServiceState[] {
  const service = serviceOf(place, generation);
  const absence = { passesAtMs: [nowMs - 1], notFoundAtMs: one.former === 'not-found' ? nowMs : undefined };
  if (one.former === 'forgotten') return [];
  return [given.serviceState(service, one.former === 'unread' ? {} : { absence })];
}
