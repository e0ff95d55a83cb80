export { newBrakeMemory, pressBrake } from './brake.js';
export type { BrakeInput, BrakeMemory, BrakeOutcome } from './brake.js';
export { sortByOwner } from './foreign.js';
export { isFromIstioCloudMap, ownershipOf } from './ownership.js';
export type { Owner, Ownership } from './ownership.js';
export { nameOf, planCluster } from './plan-cluster.js';
export type { ForeignObjects, LiveState, PlanInput, PlannedHost } from './plan-cluster.js';
