import type { Code } from '@isthmus/model';
import { invalidAnswer, translateError } from './translate-error.js';
import type { CallEnd, CallSite } from './translate-error.js';

const SITE: CallSite = { source: 'shop', region: 'eu-west-1', operation: 'ListServices', subject: 'all services' };
const SENT: CallEnd = { cutOff: undefined, isSent: true };

const awsError = (name: string, fields: object = {}): Error =>
  Object.assign(new Error('Rate exceeded for key wJalrXUtnFEMI'), { name, $metadata: { httpStatusCode: 400 } }, fields);
const systemError = (code: string, name = 'Error'): Error =>
  Object.assign(new Error(`connect ${code}`), { code, name });
const codeOf = (error: unknown, end: CallEnd = SENT): Code => translateError(error, SITE, end).code;

const DENIAL =
  'User: arn:aws:sts::111122223333:assumed-role/hub/x is not authorized to perform: servicediscovery:ListServices on resource: arn:aws:servicediscovery:eu-west-1:111122223333:* because no policy allows it';

describe('translateError', () => {
  it.each<[string, Code]>([
    ['ThrottlingException', 'throttled'],
    ['RequestLimitExceeded', 'throttled'],
    ['TooManyRequestsException', 'throttled'],
    ['AccessDeniedException', 'access-denied'],
    ['AccessDenied', 'access-denied'],
    ['UnauthorizedOperation', 'access-denied'],
    ['ExpiredTokenException', 'credentials-missing'],
    ['ExpiredToken', 'credentials-missing'],
    ['UnrecognizedClientException', 'credentials-missing'],
    ['InvalidSignatureException', 'credentials-missing'],
    ['CredentialsProviderError', 'credentials-missing'],
    ['NamespaceNotFound', 'namespace-not-found'],
    ['ServiceNotFound', 'service-not-found'],
    ['TimeoutError', 'timeout'],
    ['InternalFailure', 'server-error'],
    ['ServiceUnavailable', 'server-error'],
    ['SyntaxError', 'invalid-answer'],
    ['UnknownOperationException', 'invalid-answer'],
    ['InvalidInput', 'internal-error'],
  ])('calls %s %s', (name, code) => {
    expect(codeOf(awsError(name))).toBe(code);
  });

  it.each<[string, Code]>([
    ['ECONNREFUSED', 'network'],
    ['ECONNRESET', 'network'],
    ['ENOTFOUND', 'network'],
    ['EAI_AGAIN', 'network'],
    ['ETIMEDOUT', 'timeout'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls'],
  ])('calls the system code %s %s, also where the SDK renamed the error to TimeoutError', (systemCode, code) => {
    expect(codeOf(systemError(systemCode))).toBe(code);
    expect(codeOf(systemError(systemCode, 'TimeoutError'))).toBe(code);
  });

  it('goes by the name and not by the HTTP status, which is 400 for throttles and refusals alike', () => {
    for (const httpStatusCode of [200, 400, 403, 429, 500]) {
      expect(codeOf(awsError('RequestLimitExceeded', { $metadata: { httpStatusCode } }))).toBe('throttled');
      expect(codeOf(awsError('AccessDeniedException', { $metadata: { httpStatusCode } }))).toBe('access-denied');
    }
  });

  it('calls an answer of 5xx without a known name a server error, parsed or not', () => {
    expect(codeOf(awsError('Whatever', { $metadata: { httpStatusCode: 503 } }))).toBe('server-error');
    expect(codeOf(awsError('SyntaxError', { $metadata: { httpStatusCode: 502 } }))).toBe('server-error');
  });

  it('calls a success that could not be read an invalid answer, never an empty one', () => {
    expect(codeOf(awsError('TypeError', { $metadata: { httpStatusCode: 200 } }))).toBe('invalid-answer');
  });

  it('calls what it does not know an internal error', () => {
    expect(codeOf(new Error('surprise'))).toBe('internal-error');
    expect(codeOf('surprise')).toBe('internal-error');
    expect(codeOf(undefined)).toBe('internal-error');
  });

  it('tells a budget that ran out from a caller that stopped, whatever the error says', () => {
    expect(codeOf(awsError('AbortError'), { cutOff: 'timeout', isSent: true })).toBe('timeout');
    expect(codeOf(systemError('ECONNRESET'), { cutOff: 'stopped', isSent: true })).toBe('aborted');
  });

  it('blames the credentials for a failure before the first attempt, unless the network failed', () => {
    const before: CallEnd = { cutOff: undefined, isSent: false };
    expect(codeOf(new Error('Could not load credentials'), before)).toBe('credentials-missing');
    expect(codeOf(awsError('AccessDenied'), before)).toBe('credentials-missing');
    expect(codeOf(systemError('ECONNREFUSED'), before)).toBe('network');
  });

  it('says what was tried, where, why it failed, and which permission is needed on what', () => {
    const error = translateError(awsError('AccessDeniedException', { message: DENIAL }), SITE, SENT);
    expect(error.message).toBe(
      'ListServices of all services, region eu-west-1: the identity of the hub may not make this call (AccessDeniedException); it needs servicediscovery:ListServices on arn:aws:servicediscovery:eu-west-1:111122223333:*: add it to role hub',
    );
    expect(error.disposition).toBe('hold');
  });

  it('gives what is missing as data, for whoever writes the policy', () => {
    const { context } = translateError(awsError('AccessDeniedException', { message: DENIAL }), SITE, SENT);
    expect(context).toMatchObject({
      action: 'servicediscovery:ListServices',
      resource: 'arn:aws:servicediscovery:eu-west-1:111122223333:*',
      principal: 'arn:aws:sts::111122223333:assumed-role/hub/x',
      isExplicit: false,
    });
  });

  it('does not ask to allow what a policy denies by name', () => {
    const message = DENIAL.replace('because no policy allows it', 'with an explicit deny in a service control policy');
    const error = translateError(awsError('AccessDeniedException', { message }), SITE, SENT);
    expect(error.message).toMatch(/a policy denies it by name$/);
    expect(error.context).toMatchObject({ isExplicit: true });
  });

  it('says nothing of who asks where AWS does not', () => {
    const { context, message } = translateError(awsError('AccessDeniedException', { message: 'no' }), SITE, SENT);
    expect(context).toMatchObject({ action: 'servicediscovery:ListServices', resource: '*', principal: undefined });
    expect(message).toMatch(/it needs servicediscovery:ListServices on \*$/);
  });

  it('carries nothing of the message, the request or the answer', () => {
    const canary = 'canary-7Q7Q';
    const leaky = awsError('ThrottlingException', {
      message: canary,
      $response: { headers: { authorization: canary, 'retry-after': canary } },
      $metadata: { httpStatusCode: 400, requestId: `${canary}\n${canary}` },
      cause: new Error(canary),
    });
    const error = translateError(leaky, SITE, SENT);
    const shown = JSON.stringify([error.message, error.context, error.stack, error.cause, error.retryAfterMs]);
    expect(shown).not.toContain(canary);
    expect(error.cause).toBeUndefined();
  });

  it('leaves out a name that is not one', () => {
    const error = translateError(awsError('<html>\n'), SITE, SENT);
    expect(error.message).not.toContain('<html>');
  });

  it('passes on how long AWS asks to wait, and the request id for AWS support', () => {
    const throttle = awsError('ThrottlingException', {
      $response: { headers: { 'retry-after': '3' } },
      $metadata: { httpStatusCode: 400, requestId: 'a1b2-c3' },
    });
    const error = translateError(throttle, SITE, SENT);
    expect(error.retryAfterMs).toBe(3000);
    expect(error.context).toEqual({
      source: 'shop',
      region: 'eu-west-1',
      operation: 'ListServices',
      awsError: 'ThrottlingException',
      httpStatus: 400,
      requestId: 'a1b2-c3',
    });
  });
});

describe('invalidAnswer', () => {
  it('says what is wrong with the answer', () => {
    const error = invalidAnswer(SITE, 'it holds no list');
    expect(error.code).toBe('invalid-answer');
    expect(error.message).toBe(
      'ListServices of all services, region eu-west-1: the answer could not be understood: it holds no list',
    );
  });
});
