/** The promises, invariants and liveness conditions that are judged. */
export const INVARIANTS = {
  ownership: 'nothing that is not ours is written or deleted (P1, I1)',
  'removal-unproven':
    'no endpoint leaves that was registered at the revision recorded, or whose service exists (P2, I2, I8)',
  'addition-unfounded': 'no endpoint comes that was not registered at the revision recorded or later (P3, I8)',
  'revision-back': 'the revision of a component on an object never decreases (P4, I3)',
  resurrection: 'what a hub removed because it is gone never comes back (P4, I4)',
  'phase-skipped': 'a component leaves only after its mark is as old as the grace, or for its successor (P2, I4)',
  'brake-objects': 'a term marks no more objects of a source than the brake lets (P2, I5)',
  'brake-endpoints': 'a term leaves at least the share of the endpoints of a source that the brake keeps (P2, I5)',
  'unsafe-write': 'no write leaves while its hub may not write (P4, I6)',
  hostile: 'no refused host or address is ever written (P1, I7)',
  secret: 'no secret in an object, a log line, a metric or in Redis (P7, I9)',
  'epoch-back': 'no object gets a lower epoch: an older configuration never overwrites a newer one (P4)',
  'broken-run': 'no loop, poll or term ends with an unexpected error (P5)',
  unexplained: 'every endpoint is explained (P3)',
  'not-converged': 'every cluster equals the truth in time after the last fault (L1)',
  'no-single-leader': 'exactly one leader in time after the last fault (L2)',
  unbounded: 'what waits to happen is bounded (L4)',
  'not-quiet': 'unchanged input makes no write (P6)',
} as const;

export type Invariant = keyof typeof INVARIANTS;

/** Something that must never happen, and did. */
export interface Violation {
  readonly invariant: Invariant;
  /** True ms. */
  readonly atMs: number;
  readonly detail: string;
}
