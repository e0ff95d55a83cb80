import type { IncomingMessage } from 'node:http';
import { CloudMapError, planeOf } from '@isthmus/emulation';
import type { CloudMapModel, CloudMapReply } from '@isthmus/emulation';
import { credentialScopeOf } from './credential-scope.js';
import { parseObject } from './wire.js';

const TARGET_PREFIX = 'Route53AutoNaming_v20170314.';

/** The account of every access key while the model has none. */
const DEFAULT_ACCOUNT = '123456789012';

/** What the API face needs besides the model. */
export interface ApiOptions {
  /** Refuse each plane on the other's host: only hosts that begin with `data-` discover. */
  readonly hasStrictHosts: boolean;
}

/** Answers one request of an AWS SDK from the model. */
export function answerApi(
  model: CloudMapModel,
  options: ApiOptions,
  request: { readonly headers: IncomingMessage['headers']; readonly body: string | undefined },
): CloudMapReply {
  try {
    const { accessKeyId, region } = scopeOf(request.headers);
    const account = accountOf(model, accessKeyId);
    const operation = operationOf(request.headers, options);
    const input = request.body === undefined ? undefined : parseObject(request.body);
    if (input === undefined) throw new CloudMapError('SerializationException', 'The body is not a JSON object');
    return model.call({ account, region, operation, input });
  } catch (error) {
    if (error instanceof CloudMapError) return { kind: 'error', error, latencyMs: 0 };
    throw error;
  }
}

function scopeOf(headers: IncomingMessage['headers']): { readonly accessKeyId: string; readonly region: string } {
  const scope = credentialScopeOf(headers.authorization);
  if (scope !== undefined) return scope;
  throw new CloudMapError('MissingAuthenticationTokenException', 'Missing Authentication Token');
}

function accountOf(model: CloudMapModel, accessKeyId: string): string {
  const account = model.accountOf(accessKeyId) ?? (model.accounts().length === 0 ? DEFAULT_ACCOUNT : undefined);
  if (account !== undefined) return account;
  throw new CloudMapError('UnrecognizedClientException', 'The security token included in the request is invalid.');
}

function operationOf(headers: IncomingMessage['headers'], options: ApiOptions): string {
  const target = headers['x-amz-target'];
  if (typeof target !== 'string' || !target.startsWith(TARGET_PREFIX)) {
    throw new CloudMapError('UnknownOperationException', 'x-amz-target names no operation of Cloud Map');
  }
  const operation = target.slice(TARGET_PREFIX.length);
  const isDataHost = headers.host?.startsWith('data-') ?? false;
  if (options.hasStrictHosts && isDataHost !== (planeOf(operation) === 'data')) {
    throw new CloudMapError('UnknownOperationException', `${operation} is not served on host ${headers.host ?? ''}`);
  }
  return operation;
}
