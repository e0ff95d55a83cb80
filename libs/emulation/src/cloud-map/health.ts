import type { HealthState, HealthStatus, InstanceRecord, ServiceRecord } from './records.js';

/**
 * How long Cloud Map waits after UpdateInstanceCustomHealthStatus before it changes the status, in ms.
 * Source: AWS Cloud Map API reference, HealthCheckCustomConfig, FailureThreshold (fixed at 1).
 */
export const CUSTOM_HEALTH_DELAY_MS = 30_000;

/** Health of one instance at a time; UNKNOWN when the service has no health check. */
export function healthAt(service: ServiceRecord, instanceId: string, nowMs: number): HealthStatus {
  if (service.healthCheck === 'none') return 'UNKNOWN';
  return settled(service.health.get(instanceId), nowMs).status;
}

/** Takes an update of custom health: the status that holds now stays for 30 s; its return in the meantime cancels the update. */
export function updateHealth(service: ServiceRecord, instanceId: string, update: HealthUpdate): void {
  const current = settled(service.health.get(instanceId), update.nowMs);
  if (current.status === update.status) {
    service.health.set(instanceId, { status: current.status });
    return;
  }
  if (current.pending?.status === update.status) return;
  const pending = { status: update.status, effectiveAtMs: update.nowMs + CUSTOM_HEALTH_DELAY_MS };
  service.health.set(instanceId, { status: current.status, pending });
}

/** A reported status, and when it was reported. */
export interface HealthUpdate {
  readonly status: HealthStatus;
  readonly nowMs: number;
}

/**
 * Gives an instance the health it begins with. A registration that names no AWS_INIT_HEALTH_STATUS leaves the health of an instance
 * that is already there alone; a new one begins HEALTHY.
 */
export function beginHealth(service: ServiceRecord, instance: InstanceRecord): void {
  const initial = instance.attributes['AWS_INIT_HEALTH_STATUS'];
  if (initial === undefined && service.health.has(instance.id)) return;
  service.health.set(instance.id, { status: initial === 'UNHEALTHY' ? 'UNHEALTHY' : 'HEALTHY' });
}

function settled(state: HealthState | undefined, nowMs: number): HealthState {
  if (state === undefined) return { status: 'HEALTHY' };
  if (state.pending === undefined || nowMs < state.pending.effectiveAtMs) return state;
  return { status: state.pending.status };
}
