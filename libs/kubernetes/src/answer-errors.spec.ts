import { Secret } from '@isthmus/model';
import { answerError } from './answer-errors.js';

const TOKEN = 'canary-token-1234567890';

const status = (parts: object) => JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', ...parts });

function errorOf(
  httpStatus: number,
  text: string,
  more: { readonly retryAfterMs?: number; readonly isWrite?: boolean } = {},
) {
  return answerError(
    { status: httpStatus, contentType: '', serverTimeMs: 0, retryAfterMs: more.retryAfterMs, text },
    { doing: 'updating ServiceEntry a', isWrite: more.isWrite ?? true, token: new Secret(TOKEN) },
  );
}

const MEANINGS: Readonly<Record<string, readonly [status: number, text: string, code: string, disposition: string]>> = {
  'a bad token': [401, status({ reason: 'Unauthorized' }), 'unauthorized', 'hold'],
  'a missing right': [403, status({ reason: 'Forbidden' }), 'forbidden', 'hold'],
  'a namespace that is being deleted': [
    403,
    status({ reason: 'Forbidden', details: { causes: [{ reason: 'NamespaceTerminating' }] } }),
    'namespace-terminating',
    'hold',
  ],
  'a version that is not served': [404, '404 page not found\n', 'api-missing', 'hold'],
  'a missing namespace': [404, status({ details: { kind: 'namespaces' } }), 'namespace-missing', 'hold'],
  'a missing object': [404, status({ details: { kind: 'serviceentries' } }), 'not-found', 'retry'],
  'a taken name': [409, status({ reason: 'AlreadyExists' }), 'already-exists', 'retry'],
  'a stale resourceVersion': [409, status({ reason: 'Conflict' }), 'conflict', 'retry'],
  'another uid': [422, status({ details: { causes: [{ field: 'metadata.uid' }] } }), 'conflict', 'retry'],
  'a rule of the schema': [422, status({ details: { causes: [{ field: 'spec.ports' }] } }), 'invalid-object', 'reject'],
  'an unknown field': [400, status({ message: 'unknown field "spec.bogus"' }), 'invalid-object', 'reject'],
  'a body over the limit': [413, status({ reason: 'RequestEntityTooLarge' }), 'too-large', 'reject'],
  'an object over the limit of etcd': [
    500,
    status({ message: 'etcdserver: request is too large' }),
    'too-large',
    'reject',
  ],
  'an object over the limit of gRPC': [
    500,
    status({ message: 'rpc error: trying to send message larger than max (2896217 vs. 2097152)' }),
    'too-large',
    'reject',
  ],
  'a position that is too old': [410, status({ reason: 'Expired' }), 'expired', 'retry'],
  'too many requests, in text': [429, 'Too many requests, please try again later.', 'throttled', 'retry'],
  'a webhook that does not answer': [
    500,
    status({ reason: 'InternalError', message: 'failed calling webhook "validation.istio.io"' }),
    'webhook-failed',
    'retry',
  ],
  'a webhook that refuses': [
    400,
    status({ message: 'admission webhook "validation.istio.io" denied the request: bad host' }),
    'invalid-object',
    'reject',
  ],
  'a failure inside': [500, status({ reason: 'InternalError', message: 'oops' }), 'server-error', 'retry'],
  'an API server that starts': [503, status({ reason: 'ServiceUnavailable' }), 'not-ready', 'retry'],
  'an API server that ran out of time': [504, status({ reason: 'Timeout' }), 'timeout', 'retry'],
  'a redirect': [302, '', 'invalid-answer', 'hold'],
};

describe('answerError', () => {
  it.each(Object.entries(MEANINGS))('understands %s', (_, [httpStatus, text, code, disposition]) => {
    expect(errorOf(httpStatus, text)).toMatchObject({ code, disposition, context: { status: httpStatus } });
  });

  it('takes the pause from the header, else from the Status, else a second for 429', () => {
    const inStatus = status({ details: { retryAfterSeconds: 2 } });
    expect(errorOf(503, inStatus, { retryAfterMs: 7_000 }).retryAfterMs).toBe(7_000);
    expect(errorOf(503, inStatus).retryAfterMs).toBe(2_000);
    expect(errorOf(429, 'Too many requests').retryAfterMs).toBe(1_000);
    expect(errorOf(500, status({})).retryAfterMs).toBeUndefined();
  });

  it('does not blame the object when a read is refused', () => {
    expect(errorOf(400, status({ message: 'bad' }), { isWrite: false }).code).toBe('invalid-answer');
  });

  it('names each field once, however often the answer does', () => {
    const causes = [1, 2, 3].map(() => ({ reason: 'FieldValueInvalid', field: 'metadata.labels' }));
    expect(errorOf(422, status({ details: { causes } })).context['fields']).toBe('metadata.labels');
  });

  it('names the fields of an invalid object, without the cause that only says that rules were skipped', () => {
    const causes = [{ field: 'spec.ports[0].number' }, { field: '<nil>' }];
    expect(errorOf(422, status({ details: { causes } })).context['fields']).toBe('spec.ports[0].number');
  });

  it('repeats nothing of the object that was sent, also when the answer was cut', () => {
    const echo = `"" is invalid: patch: Invalid value: ${JSON.stringify('{"spec":{"hosts":["private.shop"]}}')}: strict decoding error`;
    expect(errorOf(422, status({ message: echo })).message).toContain('strict decoding error');
    expect(errorOf(422, status({ message: echo })).message).not.toContain('private.shop');
    expect(errorOf(422, status({ message: echo }).slice(0, 140)).message).not.toContain('private.shop');
  });

  it('says which field is unknown', () => {
    const message = `strict decoding error: unknown field "spec.endpoints[0].bogus", value "private.shop"`;
    expect(errorOf(400, status({ message })).message).toMatch(/: unknown field "spec.endpoints\[0\].bogus"$/);
  });

  it('holds no token and at most 300 characters of what the API server says', () => {
    const jwt = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJodWIifQ.c2ln';
    const { message } = errorOf(500, `${TOKEN} Authorization: Bearer abc.def ${jwt} ${'x'.repeat(1_000)}`);
    expect(message).not.toMatch(/canary|abc\.def|eyJ/);
    expect(message.length).toBeLessThan(400);
  });

  it('puts what it says on one line', () => {
    expect(errorOf(500, 'a\nlevel=error msg=forged\u001b[31m').message).not.toMatch(/\p{Cc}/u);
  });
});
