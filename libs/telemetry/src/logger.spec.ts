import { Secret } from '@isthmus/model';
import type { LogFields } from '@isthmus/ports';
import { createLogger } from './logger.js';
import type { LogLevel } from './logger.js';

/** Built at run time, so that no file holds a text that looks like a leaked secret. */
const CANARY = `canary${'7Q'.repeat(6)}`;
const ACCESS_KEY_ID = ['AKIA', 'ABCDEFGH', '12345678'].join('');
const SECRET_ACCESS_KEY = ['wJalrXUtnFEMI', '/K7MDENG/', 'bPxRfiCYEXAMPLEKEY'].join('');
const JWT = ['eyJhbGciOiJSUzI1NiJ9', 'eyJzdWIiOiJodWIifQ', CANARY].join('.');

const logged = (
  write: (logger: ReturnType<typeof createLogger>) => void,
  level: LogLevel = 'debug',
): { readonly text: string; readonly line: Record<string, unknown> } => {
  const lines: string[] = [];
  write(createLogger({ level, destination: { write: (line) => void lines.push(line) } }));
  const text = lines.join('');
  return { text, line: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
};

const asFields = (fields: object): LogFields => fields as LogFields;

describe('createLogger', () => {
  it('writes one JSON line with level, ISO time, message and fields, and nothing about the machine', () => {
    const { text, line } = logged((logger) => logger.info('source was read', { source: 'shop', services: 3 }));
    expect(text.endsWith('}\n')).toBe(true);
    expect(line).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      app: 'isthmus',
      source: 'shop',
      services: 3,
      msg: 'source was read',
    });
  });

  it('writes nothing below its level', () => {
    expect(logged((logger) => logger.info('quiet'), 'warn').text).toBe('');
    expect(logged((logger) => logger.error('loud'), 'warn').line).toMatchObject({ level: 'error', msg: 'loud' });
  });

  it.each([
    'token',
    'password',
    'redisPassword',
    'clientSecret',
    'Authorization',
    'kubeconfig',
    'credentials',
    'privateKey',
  ])('never prints what stands under the key %s', (key) => {
    const { text, line } = logged((logger) => logger.warn('x', { [key]: CANARY }));
    expect(text).not.toContain(CANARY);
    expect(line[key]).toBe('[redacted]');
  });

  it('never prints what stands under a secret-looking key at any depth', () => {
    const fields = asFields({
      request: { headers: [{ authorization: CANARY }], nested: { users: { token: CANARY } } },
    });
    expect(logged((logger) => logger.warn('x', fields)).text).not.toContain(CANARY);
  });

  it.each([
    ['a bearer token', `request with Authorization: Bearer ${CANARY}`],
    ['a JSON web token', `got ${JWT}`],
    ['an AWS access key id', `key ${ACCESS_KEY_ID} is unknown`],
    ['an AWS secret access key', `signed with ${SECRET_ACCESS_KEY}, refused`],
    ['an EKS token', `k8s-aws-v1.${CANARY}`],
    ['a password in a URL', `redis://user:${CANARY}@redis:6379/0`],
    ['a key and value in JSON', `{"password": "${CANARY}"}`],
    ['a key and value in YAML', `    token: ${CANARY}`],
    ['a query parameter', `https://sts/?X-Amz-Security-Token=${CANARY}&x=1`],
    ['a private key', `-----BEGIN RSA PRIVATE KEY-----\n${CANARY}\n-----END RSA PRIVATE KEY-----`],
  ])('never prints %s inside a text', (_, secret) => {
    const { text } = logged((logger) => logger.error(secret, { detail: secret, list: [secret] }));
    for (const canary of [CANARY, ACCESS_KEY_ID, SECRET_ACCESS_KEY]) expect(text).not.toContain(canary);
    expect(text).toContain('[redacted]');
  });

  it('leaves hashes, ARNs, hosts and paths as they are', () => {
    const harmless = {
      hash: '3b18e512dba79e4c8300dd08aeb37f8e728b8dad',
      arn: 'arn:aws:servicediscovery:eu-west-1:111122223333:service/srv-abcdefgh12345678',
      host: 'payments.shop-production.internal.example.com',
      path: './clusters/eks-us.yaml:12:5',
      sentence: 'users[0].user.tokenFile: is refused, write the token itself',
    };
    expect(logged((logger) => logger.info('x', harmless)).line).toMatchObject(harmless);
  });

  it('prints a Secret as [redacted]', () => {
    expect(logged((logger) => logger.info('x', asFields({ value: new Secret(CANARY) }))).line).toMatchObject({
      value: '[redacted]',
    });
  });

  it('cuts a text that is too long for a log line', () => {
    const { line } = logged((logger) => logger.info('x', { detail: 'ab '.repeat(10_000) }));
    expect(String(line['detail']).length).toBeLessThan(8200);
  });
});
