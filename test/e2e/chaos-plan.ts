import { seededRandom } from '@isthmus/emulation';

/** Whoever may be hit: killed in the middle of its work; Cloud Map, which does not forget, is stopped and goes on. */
export const VICTIMS = ['hub', 'etcd', 'eks-us', 'aks-west', 'cloud-map'] as const;
export type Victim = (typeof VICTIMS)[number];

/** One kill: who, how long after registrations began to change, and how long it stays away. */
export interface Kill {
  readonly seed: number;
  readonly victims: readonly Victim[];
  readonly afterMs: number;
  readonly awayMs: number;
}

/** The kills that follow from a seed, each of which can be run again by its own seed. */
export function planKills(seed: number, count: number): readonly Kill[] {
  return Array.from({ length: count }, (_, i) => planKill(seed + i));
}

function planKill(seed: number): Kill {
  const random = seededRandom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const first = VICTIMS[below(VICTIMS.length)] ?? 'hub';
  const second = VICTIMS[below(VICTIMS.length)] ?? 'hub';
  const isDouble = below(4) === 0 && second !== first;
  return { seed, victims: isDouble ? [first, second] : [first], afterMs: below(1_500), awayMs: below(2_500) };
}
