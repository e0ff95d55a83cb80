import type { SourceName } from './brand.js';
import type { Instance, ServiceRecord } from './cloud-map.js';
import type { ComponentKey } from './component.js';
import type { ErrorReport } from './error.js';
import { compareText } from './canonical.js';

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
  /** Names of the instance attributes that were kept, sorted; the others were dropped where they arrived. */
  readonly keptAttributes: readonly string[];
  readonly catalogue: CatalogueState;
  readonly services: ReadonlyMap<ComponentKey, ServiceState>;
}

/** How far the catalogue (which services exist) is known. */
export interface CatalogueState {
  /** When the last pass began that read every page; undefined before the first. Moves without a new version. */
  readonly lastCompleteAtMs: number | undefined;
  /** Why the last pass was not complete; undefined when it was. */
  readonly error: ErrorReport | undefined;
  /** Ids of the namespaces that the last complete pass listed, sorted. */
  readonly namespaceIds: readonly string[];
}

/** All that is known of one service; when and how it was last polled stands in the poll log of `discovery`. */
export interface ServiceState {
  readonly service: ServiceRecord;
  /** `live`: known only because an object in a cluster refers to it; the catalogue has not shown it in this process. */
  readonly knownFrom: 'catalogue' | 'live';
  /** Last accepted answer; undefined: unread since the start. Never empty: emptiness is `emptiness`. */
  readonly reading: AcceptedReading | undefined;
  /** Empty answers in a row, undefined while instances are answered. */
  readonly emptiness: EmptinessEvidence | undefined;
  /** Answers in a row whose revision is below the newest that is known. */
  readonly regression: RegressionEvidence | undefined;
  /** A state newer than `reading` that is known to exist; undefined once a reading has reached it. */
  readonly floor: RevisionFloor | undefined;
  /** Undefined while the catalogue lists it, or before a complete pass. */
  readonly absence: AbsenceEvidence | undefined;
  readonly firstSeenAtMs: number;
  /** Last change of membership, attributes or health; undefined: none seen yet. */
  readonly changedAtMs: number | undefined;
}

/** An answer that was accepted as true. */
export interface AcceptedReading {
  /** Sorted by id. */
  readonly instances: readonly Instance[];
  readonly revision: number;
  /** AWS's `Date` of the answer (epoch ms). */
  readonly observedAtMs: number;
  /** `partial` may add and never remove; `restored` is of another term, and changes nothing that a cluster holds already. */
  readonly completeness: 'complete' | 'partial' | 'restored';
  /** What this reading overrules, because a lower revision was answered persistently. */
  readonly overrules: Overruled | undefined;
}

/** Revisions that were claimed before AWS's answers went back; one that is recorded later was reached in earnest. */
export interface Overruled {
  /** The highest of them. */
  readonly revision: number;
  /** AWS's `Date` of the first answer that went back (epoch ms). */
  readonly untilMs: number;
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

/** What a live object or a partial answer says of a service beyond the accepted reading: older answers are not taken. */
export interface RevisionFloor {
  readonly revision: number;
  /** AWS's `Date` of the answer behind it. */
  readonly observedAtMs: number;
  /** No instance was listed then; else an empty answer of the same revision contradicts it. */
  readonly isEmpty: boolean;
}

/** What speaks for "the revision really went back". */
export interface RegressionEvidence {
  readonly reads: number;
  readonly firstAtMs: number;
  /** AWS's `Date` of the first of them. */
  readonly observedAtMs: number;
  /** Of the latest of them: none before it was higher. */
  readonly revision: number;
}

/** What speaks for "the service is gone". */
export interface AbsenceEvidence {
  /**
   * Start times of complete catalogue passes without it, oldest first: the two of the last proof, so that a proof
   * stands until it is renewed or refuted, then at most two later ones.
   */
  readonly passesAtMs: readonly number[];
  /** When GetService (or GetNamespace) was asked for the last time with the answer that it does not exist. */
  readonly notFoundAtMs: number | undefined;
}

/** A snapshot before anything was read; `keptAttributes`: those that will be kept. */
export function emptySnapshot(source: SourceName, region: string, keptAttributes: readonly string[] = []): Snapshot {
  return {
    source,
    region,
    version: 0,
    account: undefined,
    keptAttributes: [...keptAttributes].sort(compareText),
    catalogue: { lastCompleteAtMs: undefined, error: undefined, namespaceIds: [] },
    services: new Map(),
  };
}
