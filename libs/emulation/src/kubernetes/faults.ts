import type { Result } from '@isthmus/model';
import { err, ok } from '@isthmus/model';
import type { Verb } from './api.js';
import { failure, throttled, webhookDenied, webhookFailed } from './failures.js';
import type { JsonObject, JsonValue } from './json.js';
import { isObject, textAt } from './json.js';
import type { KubernetesResponse } from './wire.js';

/** Which requests a fault strikes; what is absent matches everything. */
export interface FaultScope {
  readonly verb?: Verb;
  /** `serviceentries`, `namespaces`, or a path such as `/readyz`. */
  readonly resource?: string;
  readonly namespace?: string;
  readonly name?: string;
  /** How often it strikes before it is used up; absent: until it is removed. */
  readonly times?: number;
}

/**
 * What a fault does. `after` means that the request took effect before the answer was lost.
 * A status fault of 429 answers in text, as priority and fairness does; 500 has no reason unless one is given.
 * `webhook`: the validating webhook does not answer, or refuses with the text of `denies`; only what creates or changes a ServiceEntry
 * passes through it.
 */
export type FaultEffect =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly reason?: string;
      readonly message?: string;
      readonly retryAfterSeconds?: number;
    }
  | { readonly kind: 'hang'; readonly when?: 'before' | 'after' }
  | { readonly kind: 'reset'; readonly when?: 'before' | 'after' }
  | { readonly kind: 'latency'; readonly latencyMs: number }
  | { readonly kind: 'webhook'; readonly denies?: string }
  | { readonly kind: 'down' };

/** A disturbance of an API server, as data. */
export type KubernetesFault = FaultScope & FaultEffect;

/** A fault with the number by which it can be removed. */
export type ActiveFault = KubernetesFault & { readonly id: number };

/** What a request is matched by. */
export interface FaultTarget {
  readonly verb: Verb | undefined;
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
}

/** What strikes one request: all latencies added up, and the first other effect. */
export interface Strike {
  readonly latencyMs: number;
  readonly effect: Exclude<FaultEffect, { readonly kind: 'latency' }> | undefined;
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  422: 'Invalid',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** The faults of one API server, oldest first. */
export class Faults {
  readonly #active = new Map<number, { readonly fault: KubernetesFault; left: number }>();
  #lastId = 0;

  /** Returns the id of the fault. */
  add(fault: KubernetesFault): number {
    this.#lastId += 1;
    this.#active.set(this.#lastId, { fault, left: fault.times ?? Number.POSITIVE_INFINITY });
    return this.#lastId;
  }

  /** False when no such fault is active. */
  remove(id: number): boolean {
    return this.#active.delete(id);
  }

  clear(): void {
    this.#active.clear();
  }

  /** What is still active, with the number of strikes that are left in `times`. */
  list(): readonly ActiveFault[] {
    return [...this.#active].map(([id, { fault, left }]) =>
      Number.isFinite(left) ? { ...fault, id, times: left } : { ...fault, id },
    );
  }

  /** What strikes this request; each fault that does is used once. */
  strike(target: FaultTarget): Strike {
    let latencyMs = 0;
    for (const [id, active] of this.#active) {
      if (!matches(active.fault, target)) continue;
      active.left -= 1;
      if (active.left <= 0) this.#active.delete(id);
      if (active.fault.kind !== 'latency') return { latencyMs, effect: active.fault };
      latencyMs += active.fault.latencyMs;
    }
    return { latencyMs, effect: undefined };
  }
}

function matches(fault: KubernetesFault, target: FaultTarget): boolean {
  if (fault.kind === 'webhook' && !isAdmitted(target)) return false;
  return (
    (fault.verb === undefined || fault.verb === target.verb) &&
    (fault.resource === undefined || fault.resource === target.resource) &&
    (fault.namespace === undefined || fault.namespace === target.namespace) &&
    (fault.name === undefined || fault.name === target.name)
  );
}

function isAdmitted({ verb, resource }: FaultTarget): boolean {
  return resource === 'serviceentries' && (verb === 'create' || verb === 'update' || verb === 'patch');
}

/** The answer of a webhook fault. */
export function webhookFault({ denies }: Extract<FaultEffect, { readonly kind: 'webhook' }>): KubernetesResponse {
  return denies === undefined ? webhookFailed() : webhookDenied(denies);
}

/** The answer of a status fault. */
export function statusFault(effect: Extract<FaultEffect, { readonly kind: 'status' }>): KubernetesResponse {
  if (effect.status === 429) return throttled(effect.retryAfterSeconds);
  const reason = effect.reason ?? REASONS[effect.status];
  const wait = effect.retryAfterSeconds;
  return failure(
    {
      code: effect.status,
      message: effect.message ?? 'a fault was set on this emulator',
      ...(reason === undefined ? {} : { reason }),
      ...(wait === undefined ? {} : { details: { retryAfterSeconds: wait } }),
    },
    wait === undefined ? {} : { 'retry-after': String(wait) },
  );
}

/** A fault read from untrusted JSON, or what is wrong with it. */
export function parseFault(value: JsonValue | undefined): Result<KubernetesFault, string> {
  if (!isObject(value)) return err('a fault is an object');
  const effect = parseEffect(value);
  if (!effect.ok) return effect;
  const scope = parseScope(value);
  return scope.ok ? ok({ ...scope.value, ...effect.value }) : scope;
}

function parseEffect(value: JsonObject): Result<FaultEffect, string> {
  const kind = textAt(value, 'kind') ?? '';
  const { when, latencyMs, status, retryAfterSeconds } = value;
  const denies = textAt(value, 'denies');
  switch (kind) {
    case 'down':
      return ok({ kind });
    case 'webhook':
      return ok({ kind, ...(denies === undefined ? {} : { denies }) });
    case 'hang':
    case 'reset':
      if (when === undefined) return ok({ kind });
      return when === 'before' || when === 'after' ? ok({ kind, when }) : err('when is before or after');
    case 'latency':
      return typeof latencyMs === 'number' && latencyMs >= 0 ? ok({ kind, latencyMs }) : err('latencyMs is a number');
    case 'status':
      if (typeof status !== 'number' || status < 400 || status > 599) return err('status is a number from 400 to 599');
      return ok({
        kind,
        status,
        ...texts(value, ['reason', 'message']),
        ...(typeof retryAfterSeconds === 'number' ? { retryAfterSeconds } : {}),
      });
    default:
      return err('kind is one of status, hang, reset, latency, webhook, down');
  }
}

function parseScope(value: JsonObject): Result<FaultScope, string> {
  const { times } = value;
  if (times !== undefined && (typeof times !== 'number' || times < 1)) return err('times is a number from 1');
  return ok({
    ...(times === undefined ? {} : { times }),
    ...texts(value, ['verb', 'resource', 'namespace', 'name']),
  });
}

function texts(value: JsonObject, keys: readonly string[]): Record<string, string> {
  const found: [string, string][] = [];
  for (const key of keys) {
    const text = textAt(value, key);
    if (text !== undefined) found.push([key, text]);
  }
  return Object.fromEntries(found);
}
