import { Secret } from '@isthmus/model';
import type { Kubeconfig } from '../kubeconfig/kubeconfig.js';
import { checkExpiry } from './check-expiry.js';

const NOW_MS = Date.UTC(2026, 10, 21, 12);
const HOUR_MS = 3_600_000;

const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const withToken = (token: string): Kubeconfig => ({
  server: 'https://a.example.com',
  caPem: undefined,
  serverName: undefined,
  token: new Secret(token),
  clientCertificate: undefined,
  namespace: undefined,
});
const endingIn = (ms: number): Kubeconfig =>
  withToken(`${base64({ alg: 'RS256' })}.${base64({ exp: (NOW_MS + ms) / 1000, sub: 'canary' })}.c2ln`);

describe('checkExpiry', () => {
  it.each([
    ['is fine for a token that ends in a year', 365 * 24 * HOUR_MS, 'ok', '2027-11-21T12:00:00Z, in 365 days'],
    ['is fine when seven days are left', 168 * HOUR_MS, 'ok', '2026-11-28T12:00:00Z, in 7 days'],
    ['warns when it is less', 168 * HOUR_MS - 1000, 'warning', '2026-11-28T11:59:59Z, in 6 days'],
    ['warns by the hour of the last days', 25.5 * HOUR_MS, 'warning', '2026-11-22T13:30:00Z, in 25 hours'],
    ['warns of the last hour', HOUR_MS, 'warning', '2026-11-21T13:00:00Z, in 1 hour'],
  ])('%s', (_what, ms, outcome, end) => {
    const check = checkExpiry('eks-us', endingIn(ms), NOW_MS);
    expect(check).toMatchObject({ name: 'expiry', outcome, message: `the credential ends at ${end}` });
    expect(check.fix === null).toBe(outcome === 'ok');
  });

  it('is a fault when it has ended', () => {
    const check = checkExpiry('eks-us', endingIn(-1000), NOW_MS);
    expect(check).toMatchObject({ outcome: 'failed', message: 'the credential ended at 2026-11-21T11:59:59Z' });
  });

  it('names the command that makes another one, and repeats nothing of the token', () => {
    const check = checkExpiry('eks-us', endingIn(HOUR_MS), NOW_MS);
    expect(check.fix).toContain('isthmus cluster add eks-us --context');
    expect(JSON.stringify(check)).not.toMatch(/canary|c2ln/);
  });

  it.each(['opaque', 'a.b.c', `${base64({})}.${base64({ exp: 'never' })}.`])('is fine for the token %s', (token) => {
    const message = 'the credential does not say that it ends';
    expect(checkExpiry('eks-us', withToken(token), NOW_MS)).toMatchObject({ outcome: 'ok', message });
  });
});
