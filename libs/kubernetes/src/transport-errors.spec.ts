import { transportError } from './transport-errors.js';

const doing = 'listing ServiceEntries';
const translate = (error: unknown, more: { readonly isAborted?: boolean; readonly isTimedOut?: boolean } = {}) =>
  transportError(error, { doing, timeoutMs: 5_000, isAborted: false, isTimedOut: false, ...more });

describe('transportError', () => {
  it.each([
    ['ECONNREFUSED', 'network'],
    ['ECONNRESET', 'network'],
    ['UND_ERR_SOCKET', 'network'],
    ['ENOTFOUND', 'network'],
    ['ADDRESS_REFUSED', 'network'],
    ['UND_ERR_CONNECT_TIMEOUT', 'timeout'],
    ['UND_ERR_BODY_TIMEOUT', 'timeout'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls'],
    ['CERT_HAS_EXPIRED', 'tls'],
    ['UND_ERR_DESTROYED', 'aborted'],
    ['UND_ERR_RES_EXCEEDED_MAX_SIZE', 'invalid-answer'],
    ['SyntaxError', 'invalid-answer'],
  ])('calls %s %s', (cause, code) => {
    expect(translate(Object.assign(new Error('detail'), { code: cause })).code).toBe(code);
    expect(translate(new Error('outer', { cause: { code: cause } })).code).toBe(code);
  });

  it('prefers what the caller did, then the deadline, to what the connection says', () => {
    const error = { code: 'ECONNRESET' };
    expect(translate(error, { isAborted: true, isTimedOut: true }).code).toBe('aborted');
    expect(translate(error, { isTimedOut: true })).toMatchObject({
      code: 'timeout',
      message: `${doing}: no answer within 5000 ms`,
    });
  });

  it('keeps nothing of the error but its code', () => {
    const { message, cause } = translate(Object.assign(new Error('Bearer secret'), { code: 'EPIPE' }));
    expect([message, cause]).toEqual([`${doing}: the connection failed or was cut (EPIPE)`, undefined]);
    expect(translate('Bearer secret').message).not.toContain('secret');
  });
});
