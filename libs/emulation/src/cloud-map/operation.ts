import type { CloudMapState } from './cloud-map-state.js';
import type { Caller } from './identity.js';
import type { JsonObject } from './input.js';
import type { RepeatedRegistration } from './membership.js';
import type { CloudMapQuotas } from './quotas.js';

/** What an operation runs on, besides its input. */
export interface OperationContext {
  readonly state: CloudMapState;
  readonly caller: Caller;
  readonly nowMs: number;
  /** A number from 0 to below 1. */
  readonly random: () => number;
  readonly quotas: CloudMapQuotas;
  readonly repeatedRegistration: RepeatedRegistration;
  /** How far the data plane is behind the control plane. */
  readonly dataPlaneLagMs: number;
  /** Registrations and deregistrations that the data plane leaves out of this answer. */
  readonly revisionsBack: number;
}

/** One action of the API: throws a CloudMapError where AWS answers with an error. */
export type Operation = (context: OperationContext, input: JsonObject) => JsonObject;
