import { Secret } from '@isthmus/model';
import { generate } from 'selfsigned';
import type { Kubeconfig } from '../kubeconfig/kubeconfig.js';
import { credentialExpiryMs } from './credential-expiry.js';

const END_MS = Date.UTC(2027, 0, 1);
const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = (payload: object): Secret => new Secret(`${base64({ alg: 'RS256' })}.${base64(payload)}.c2ln`);
const kubeconfig = (changes: Partial<Kubeconfig>): Kubeconfig => ({
  server: 'https://a.example.com',
  caPem: undefined,
  serverName: undefined,
  token: undefined,
  clientCertificate: undefined,
  namespace: undefined,
  ...changes,
});

describe('credentialExpiryMs', () => {
  it('is the end that a token says itself', () => {
    expect(credentialExpiryMs(kubeconfig({ token: jwt({ exp: END_MS / 1000 }) }))).toBe(END_MS);
  });

  it('is the end of a client certificate, and the first of both', async () => {
    const notAfterDate = new Date(END_MS);
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'hub' }], { notAfterDate });
    const clientCertificate = { certPem: cert, keyPem: new Secret(key) };
    expect(credentialExpiryMs(kubeconfig({ clientCertificate }))).toBe(END_MS);
    const token = jwt({ exp: END_MS / 1000 - 60 });
    expect(credentialExpiryMs(kubeconfig({ clientCertificate, token }))).toBe(END_MS - 60_000);
  });

  it.each([
    ['no credential', undefined],
    ['a token that is no JWT', new Secret('opaque')],
    ['a JWT without an end', jwt({ sub: 'x' })],
    ['what only looks like a JWT', new Secret('a.b.c')],
  ])('is not known of %s', (_what, token) => {
    expect(credentialExpiryMs(kubeconfig({ token }))).toBeUndefined();
  });
});
