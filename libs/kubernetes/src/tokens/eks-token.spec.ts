import { createHash, createHmac } from 'node:crypto';
import type { AwsSigningKey } from './aws-credentials.js';
import { eksTokens, stsHost } from './eks-token.js';

const NOW_MS = Date.UTC(2026, 10, 21, 10, 4, 5);
const KEY: AwsSigningKey = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'a/secret+with=signs' };
const SESSION: AwsSigningKey = { ...KEY, accessKeyId: 'ASIAEXAMPLE', sessionToken: 'session/token+with=signs&more' };
const signal = new AbortController().signal;

/** What the verifier of aws-iam-authenticator lets through (pkg/token/token.go). */
const ALLOWED = new Set([
  'action',
  'version',
  'x-amz-algorithm',
  'x-amz-credential',
  'x-amz-date',
  'x-amz-expires',
  'x-amz-security-token',
  'x-amz-signature',
  'x-amz-signedheaders',
]);

async function tokenOf(key: AwsSigningKey, region = 'eu-west-1', clusterName = 'prod-eu') {
  const mint = eksTokens({ clusterName, region, credentials: () => Promise.resolve(key), nowMs: () => NOW_MS });
  const { token, expiresAtMs } = await mint(signal);
  return { text: token.reveal(), expiresAtMs };
}

/** The URL in a token, by the verifier's own steps. */
function verified(text: string): URL {
  expect(text.length).toBeLessThanOrEqual(4096);
  expect(text).toMatch(/^k8s-aws-v1\.[A-Za-z0-9_-]+$/);
  const url = new URL(Buffer.from(text.slice('k8s-aws-v1.'.length), 'base64url').toString('utf8'));
  expect(url.protocol).toBe('https:');
  expect(url.pathname).toBe('/');
  expect(url.hostname).toMatch(/^sts\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/);
  const names = [...url.searchParams.keys()].map((name) => name.toLowerCase());
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => !ALLOWED.has(name))).toEqual([]);
  expect(url.searchParams.get('Action')).toBe('GetCallerIdentity');
  expect(url.searchParams.get('X-Amz-SignedHeaders')).toBe('host;x-k8s-aws-id');
  const expires = Number(url.searchParams.get('X-Amz-Expires'));
  expect(expires).toBeGreaterThanOrEqual(0);
  expect(expires).toBeLessThanOrEqual(900);
  expect(url.searchParams.get('X-Amz-Date')).toBe('20261121T100405Z');
  return url;
}

/** Signature V4 of a presigned request, by hand. Source: AWS General Reference, “Create a signed AWS API request”. */
function signatureOf(url: URL, { secretAccessKey }: AwsSigningKey, clusterName: string): string {
  const encode = (text: string): string =>
    encodeURIComponent(text).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  const query = [...url.searchParams]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .toSorted()
    .join('&');
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
  const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
  const headers = `host:${url.hostname}\nx-k8s-aws-id:${clusterName}\n`;
  const canonical = ['GET', '/', query, headers, 'host;x-k8s-aws-id', sha256('')].join('\n');
  const [, ...scope] = (url.searchParams.get('X-Amz-Credential') ?? '').split('/');
  const toSign = ['AWS4-HMAC-SHA256', url.searchParams.get('X-Amz-Date'), scope.join('/'), sha256(canonical)].join(
    '\n',
  );
  const key = scope.reduce<string | Buffer>((last, part) => hmac(last, part), `AWS4${secretAccessKey}`);
  return hmac(key, toSign).toString('hex');
}

describe('eksTokens', () => {
  it.each([
    ['a user', KEY, 'eu-west-1'],
    ['a session', SESSION, 'eu-west-1'],
    ['China', KEY, 'cn-north-1'],
    ['GovCloud', SESSION, 'us-gov-west-1'],
  ])('signs as an independent computation does, and as the verifier of EKS asks: %s', async (_what, key, region) => {
    const url = verified((await tokenOf(key, region)).text);
    expect(url.searchParams.get('X-Amz-Signature')).toBe(signatureOf(url, key, 'prod-eu'));
    expect(url.searchParams.get('X-Amz-Credential')).toBe(`${key.accessKeyId}/20261121/${region}/sts/aws4_request`);
    expect(url.searchParams.get('X-Amz-Security-Token')).toBe(key.sessionToken ?? null);
  });

  it('is worth nothing for another cluster', async () => {
    const url = verified((await tokenOf(KEY)).text);
    expect(url.searchParams.get('X-Amz-Signature')).not.toBe(signatureOf(url, KEY, 'another'));
  });

  it('says that it is good for 14 minutes, or until the session that signed it ends', async () => {
    expect((await tokenOf(KEY)).expiresAtMs).toBe(NOW_MS + 14 * 60_000);
    const expiration = new Date(NOW_MS + 300_000);
    expect((await tokenOf({ ...SESSION, expiration })).expiresAtMs).toBe(NOW_MS + 300_000);
  });

  it('makes no token by credentials that are over', async () => {
    await expect(tokenOf({ ...SESSION, expiration: new Date(NOW_MS) })).rejects.toMatchObject({
      code: 'token-unavailable',
    });
  });

  it('does not hold the secret key', async () => {
    const { text } = await tokenOf(SESSION);
    expect(Buffer.from(text.slice(11), 'base64url').toString()).not.toContain(encodeURIComponent(KEY.secretAccessKey));
  });
});

describe('stsHost', () => {
  it.each([
    ['us-east-1', 'sts.us-east-1.amazonaws.com'],
    ['us-gov-east-1', 'sts.us-gov-east-1.amazonaws.com'],
    ['cn-northwest-1', 'sts.cn-northwest-1.amazonaws.com.cn'],
    ['eusc-de-east-1', 'sts.eusc-de-east-1.amazonaws.eu'],
    ['us-iso-east-1', 'sts.us-iso-east-1.c2s.ic.gov'],
    ['us-isob-east-1', 'sts.us-isob-east-1.sc2s.sgov.gov'],
  ])('is that of the partition of %s', (region, host) => {
    expect(stsHost(region)).toBe(host);
  });
});
