import type { SourceName } from './brand.js';
import type { Instance, ServiceRecord } from './cloud-map.js';
import type { ComponentKey } from './component.js';
import type { ErrorReport } from './error.js';

/**
 * The last good state of one source, part by part. It grows by readings and forgets nothing that a cluster still
 * refers to. All times are epoch ms of the hub's clock unless a name says otherwise.
 */
export interface Snapshot {
  readonly source: SourceName;
  readonly region: string;
  /** Grows by one with each change of content; a poll that learns nothing new leaves it. */
  readonly version: number;
  /** Account and partition as the ARNs of the readings say; undefined before the first. */
  readonly account: string | undefined;
  readonly catalogue: CatalogueState;
  readonly services: ReadonlyMap<ComponentKey, ServiceState>;
}

/** How far the catalogue (which services exist) is known. */
export interface CatalogueState {
  /** When the last pass began that read every page; undefined before the first. */
  readonly lastCompleteAtMs: number | undefined;
  /** Why the last pass was not complete; undefined when it was. */
  readonly error: ErrorReport | undefined;
}

/** All that is known of one service. */
export interface ServiceState {
  readonly service: ServiceRecord;
  /** `live`: known only because an object in a cluster refers to it; the catalogue has not shown it in this process. */
  readonly knownFrom: 'catalogue' | 'live';
  /** Last accepted answer; undefined: unread since the start. Never empty: emptiness is `emptiness`. */
  readonly reading: AcceptedReading | undefined;
  /** Empty answers in a row, undefined while instances are answered. */
  readonly emptiness: EmptinessEvidence | undefined;
  /** Answers in a row whose revision is below the accepted one. */
  readonly regression: RegressionEvidence | undefined;
  /** Undefined while the catalogue lists it, or before a complete pass. */
  readonly absence: AbsenceEvidence | undefined;
  readonly firstSeenAtMs: number;
  /** Last change of membership, attributes or health; undefined: none seen yet. */
  readonly changedAtMs: number | undefined;
  /** Last poll that ended, in any state. */
  readonly polledAtMs: number | undefined;
  readonly error: ErrorReport | undefined;
}

/** An answer that was accepted as true. */
export interface AcceptedReading {
  /** Sorted by id. */
  readonly instances: readonly Instance[];
  readonly revision: number;
  /** AWS's `Date` of the answer (epoch ms). */
  readonly observedAtMs: number;
  /** `partial` may add and never remove. */
  readonly completeness: 'complete' | 'partial';
  /** A higher revision that this reading may overrule, because the lower one was answered persistently. */
  readonly overrulesRevision: number | undefined;
}

/** What speaks for "the last instance is gone". */
export interface EmptinessEvidence {
  /** Complete empty answers in a row. */
  readonly reads: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  /** Revision and AWS's `Date` of the last empty answer. */
  readonly revision: number;
  readonly observedAtMs: number;
  /** ListInstances, asked on the control plane, answered 0 after the first empty answer. */
  readonly isConfirmed: boolean;
}

export interface RegressionEvidence {
  readonly reads: number;
  readonly firstAtMs: number;
  /** The lowest revision answered. */
  readonly revision: number;
}

/** What speaks for "the service is gone". */
export interface AbsenceEvidence {
  /** Start times of the latest complete catalogue passes without it, oldest first, at most two. */
  readonly passesAtMs: readonly number[];
  /** When GetService (or GetNamespace) last said that it does not exist. */
  readonly notFoundAtMs: number | undefined;
}

/** A snapshot before anything was read. */
export function emptySnapshot(source: SourceName, region: string): Snapshot {
  return {
    source,
    region,
    version: 0,
    account: undefined,
    catalogue: { lastCompleteAtMs: undefined, error: undefined },
    services: new Map(),
  };
}
