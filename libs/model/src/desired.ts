import type { EntryName, Host, SourceName } from './brand.js';
import type { HoldReason, KeepReason, LeftOutReason } from './codes.js';
import type { ComponentKey } from './component.js';
import type { ComponentRecord, PendingDeletes } from './object.js';
import type { ServiceEntrySpec } from './service-entry.js';

/** A ServiceEntry as it should be, with the records that make it explainable. */
export interface DesiredEntry {
  readonly name: EntryName;
  readonly host: Host;
  readonly spec: ServiceEntrySpec;
  readonly components: readonly ComponentRecord[];
  readonly pending: PendingDeletes;
  readonly labels: Readonly<Record<string, string>>;
  /** Complete but for the epoch, which the writer stamps. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Of what is the same in every cluster that wants the same: spec, components, marks, what is for Istio. */
  readonly bodyHash: string;
  /** Of spec, our labels and the semantic annotations; equal hashes mean that nothing needs to be written. */
  readonly contentHash: string;
}

/** Why an endpoint is where it is, or an instance is not there. */
export type Lineage =
  | {
      readonly kind: 'endpoint';
      readonly component: ComponentKey;
      readonly instance: string;
      readonly address: string;
      /** Endpoint labels that are missing because the instance's value is illegal (`label-illegal`). */
      readonly labelsLeftOut?: readonly string[];
    }
  | {
      readonly kind: 'kept';
      readonly component: ComponentKey;
      readonly address: string;
      readonly reason: KeepReason | HoldReason;
    }
  | {
      readonly kind: 'left-out';
      readonly component: ComponentKey;
      readonly instance: string;
      readonly reason: LeftOutReason;
    };

/** A service that is not in the cluster at all. */
export interface Rejection {
  readonly component: ComponentKey;
  readonly source: SourceName;
  /** The host it would have had, as far as it could be built. */
  readonly host: string;
  readonly reason: LeftOutReason;
  readonly detail: string;
}
