import type { CallOutcome } from './call-log.js';
import type { CloudMapCall } from './call.js';
import { CloudMapError } from './cloud-map-error.js';
import type { CloudMapFault, FaultEffect } from './faults.js';
import type { JsonObject } from './input.js';
import { planeOf } from './operations.js';

/** What comes of a call: an answer, or what befalls the connection. It comes `latencyMs` late. */
export type CloudMapReply =
  | { readonly kind: 'success'; readonly body: JsonObject; readonly latencyMs: number }
  | { readonly kind: 'truncated'; readonly body: JsonObject; readonly latencyMs: number }
  | { readonly kind: 'error'; readonly error: CloudMapError; readonly latencyMs: number }
  | { readonly kind: 'reset'; readonly latencyMs: number }
  | { readonly kind: 'hang' };

/** A reply, and how the call log names it. */
export interface Answer {
  readonly reply: CloudMapReply;
  readonly outcome: CallOutcome;
}

/** What an answer is made of: the rate limit, and the action itself on membership that is some changes old. */
export interface Action {
  readonly admits: () => boolean;
  readonly run: (revisionsBack: number) => JsonObject;
}

/** Lists that an empty answer empties. */
const LISTS = ['Namespaces', 'Services', 'Instances'] as const;

/** Answers a call under the effect of faults: connection faults first, then error faults, then rate limits, then the action. */
export function answer(call: CloudMapCall, effect: FaultEffect, action: Action): Answer {
  const { fault, latencyMs } = effect;
  const connection = connectionFault(fault);
  if (connection === 'hang') return { reply: { kind: 'hang' }, outcome: 'hang' };
  if (connection === 'reset') return { reply: { kind: 'reset', latencyMs }, outcome: 'reset' };
  try {
    const error = faultError(call, fault);
    if (error !== undefined) throw error;
    if (!action.admits()) throw throttled(call.operation);
    return success(effect, action.run(fault?.kind === 'staleRevision' ? fault.revisionsBack : 0));
  } catch (error) {
    if (!(error instanceof CloudMapError)) throw error;
    return { reply: { kind: 'error', error, latencyMs }, outcome: error.code };
  }
}

function connectionFault(fault: CloudMapFault | undefined): 'hang' | 'reset' | undefined {
  if (fault?.kind === 'outage') return fault.mode === 'hang' ? 'hang' : 'reset';
  return fault?.kind === 'hang' || fault?.kind === 'reset' ? fault.kind : undefined;
}

function faultError(call: CloudMapCall, fault: CloudMapFault | undefined): CloudMapError | undefined {
  if (fault?.kind === 'throttle' || fault?.kind === 'failPage') return throttled(call.operation);
  if (fault?.kind === 'accessDenied') return accessDenied(call);
  if (fault?.kind !== 'error500') return undefined;
  return new CloudMapError('InternalFailure', 'The request processing has failed because of an unknown error.');
}

function success({ fault, latencyMs }: FaultEffect, body: JsonObject): Answer {
  if (fault?.kind === 'truncatedJson') return { reply: { kind: 'truncated', body, latencyMs }, outcome: fault.kind };
  if (fault?.kind === 'staleRevision') return { reply: { kind: 'success', body, latencyMs }, outcome: fault.kind };
  if (fault?.kind !== 'emptyAnswer') return { reply: { kind: 'success', body, latencyMs }, outcome: 'ok' };
  const empty = emptied(body, fault.revisionsAhead ?? 0);
  return { reply: { kind: 'success', body: empty, latencyMs }, outcome: fault.kind };
}

/** The same answer as if nothing were there: empty lists, no further page, and the revision moved as far as asked. */
function emptied(body: JsonObject, revisionsAhead: number): JsonObject {
  const { NextToken: _, ...rest } = body;
  const lists = LISTS.filter((list) => list in rest).map((list) => [list, []]);
  const revision = rest['InstancesRevision'];
  return {
    ...rest,
    ...Object.fromEntries(lists),
    ...('Status' in rest ? { Status: {} } : {}),
    ...(typeof revision === 'number' ? { InstancesRevision: revision + revisionsAhead } : {}),
  };
}

/** The data plane has a modelled error for it, the control plane the one that all AWS services share. */
function throttled(operation: string): CloudMapError {
  if (planeOf(operation) === 'data') return new CloudMapError('RequestLimitExceeded', 'Rate exceeded');
  return new CloudMapError('ThrottlingException', 'Rate exceeded');
}

function accessDenied({ account, operation }: CloudMapCall): CloudMapError {
  const user = `arn:aws:iam::${account}:user/emulated`;
  const action = `servicediscovery:${operation}`;
  return new CloudMapError(
    'AccessDeniedException',
    `User: ${user} is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`,
  );
}
