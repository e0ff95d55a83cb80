export { newBrakeMemory, pressBrake } from './brake.js';
export type { BrakeInput, BrakeMemory, BrakeOutcome } from './brake.js';
export { sortByOwner } from './foreign.js';
export { isFromIstioCloudMap, ownershipOf } from './ownership.js';
export type { Owner, Ownership } from './ownership.js';
export { NOTHING_DECIDED, decideHost, hostOf, nameOf, planCluster, planOf } from './plan-cluster.js';
export type { DecidedHost, ForeignObjects, LiveState, PlanInput, PlannedHost, PlannedPart } from './plan-cluster.js';
export type { QuietSums } from './source-brake.js';
