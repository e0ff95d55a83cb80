import type { Instance, ServiceState, Snapshot } from '@isthmus/model';
import * as given from '@isthmus/testing';
import { EU, US } from '@isthmus/testing';
import fc from 'fast-check';

/** The services of each region. */
export const SERVICES = ['a.shop', 'b.shop', 'c.pay', 'd.pay'];

/** What one service may look like in a snapshot: anything that discovery can produce, proven or not. */
interface Drawn {
  readonly hosts: readonly number[];
  readonly sick: readonly number[];
  readonly ports: readonly (number | undefined)[];
  readonly revision: number;
  readonly form:
    | 'complete'
    | 'partial'
    | 'unread'
    | 'empty-unproven'
    | 'empty-proven'
    | 'gone-unproven'
    | 'gone-proven'
    | 'unlisted';
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  hosts: fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }),
  sick: fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 3 }),
  ports: fc.array(fc.constantFrom(undefined, 80, 8080, 40_001, 40_002), { minLength: 1, maxLength: 3 }),
  revision: fc.integer({ min: 1, max: 6 }),
  form: fc.constantFrom(
    'complete',
    'complete',
    'complete',
    'partial',
    'unread',
    'empty-unproven',
    'empty-proven',
    'gone-unproven',
    'gone-proven',
    'unlisted',
  ),
});
const region = fc.array(drawn, { minLength: SERVICES.length, maxLength: SERVICES.length });
/** What each service of two regions may look like after some time. */
export const step = fc.record({
  us: region,
  eu: region,
  afterMs: fc.integer({ min: 1_000, max: 200_000 }),
  restarts: fc.boolean(),
  isKnown: fc.boolean(),
});

function instancesOf({ hosts, sick, ports }: Drawn, net: number): readonly Instance[] {
  return hosts.map((host) =>
    given.instance(`10.${net}.0.${host}`, {
      id: `i-${host}`,
      port: ports[host % ports.length],
      health: sick.includes(host) ? 'UNHEALTHY' : 'HEALTHY',
    }),
  );
}

function stateOf(
  name: string,
  one: Drawn,
  at: { readonly region: string; readonly nowMs: number },
): readonly ServiceState[] {
  const service = given.serviceRecord(name, { region: at.region });
  const net = 10 * SERVICES.indexOf(name) + (at.region === 'us-east-1' ? 1 : 2);
  const reading = given.reading(instancesOf(one, net), { revision: one.revision, observedAtMs: at.nowMs });
  const evidence = given.provenEmptiness(at.nowMs, one.revision);
  switch (one.form) {
    case 'complete':
      return [given.serviceState(service, { reading })];
    case 'partial':
      return [given.serviceState(service, { reading: { ...reading, completeness: 'partial' } })];
    case 'unread':
      return [given.serviceState(service)];
    case 'empty-unproven':
      return [
        given.serviceState(service, { emptiness: evidence === undefined ? undefined : { ...evidence, reads: 2 } }),
      ];
    case 'empty-proven':
      return [given.serviceState(service, { emptiness: evidence })];
    case 'gone-unproven':
      return [
        given.serviceState(service, {
          reading,
          absence: { passesAtMs: [at.nowMs - 2, at.nowMs - 1], notFoundAtMs: undefined },
        }),
      ];
    case 'gone-proven':
      return [given.serviceState(service, { absence: given.provenAbsence(at.nowMs) })];
    case 'unlisted':
      return [];
  }
}

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** The snapshots of a drawn step; shuffled, they say the same in another order. */
export function snapshotsOf({ us, eu, isKnown }: Step, nowMs: number, isShuffled = false): readonly Snapshot[] {
  const order = isShuffled
    ? <T>(list: readonly T[]): T[] => list.toReversed()
    : <T>(list: readonly T[]): T[] => [...list];
  const make = (source: typeof US, draws: readonly Drawn[]): Snapshot => {
    const states = SERVICES.flatMap((name, i) => {
      const one = draws[i];
      return one === undefined
        ? []
        : stateOf(name, { ...one, hosts: order(one.hosts) }, { region: source.region, nowMs });
    });
    const whole = given.snapshot(source, order(states));
    return isKnown ? whole : { ...whole, catalogue: { ...whole.catalogue, lastCompleteAtMs: undefined } };
  };
  return order([make(US, us), make(EU, eu)]);
}
