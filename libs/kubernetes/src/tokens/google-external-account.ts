import { IsthmusError, Secret } from '@isthmus/model';
import { isRecord, parseObject } from '../json.js';
import { askForToken, tokenOf } from './ask-for-token.js';
import { GKE_SCOPES } from './google-scopes.js';
import type { TokenSurroundings } from './surroundings.js';
import { issuerUrl, readSecretFile } from './surroundings.js';
import type { ClusterToken, MintToken } from './token-source.js';

const STS = 'https://sts.googleapis.com/v1/token';
const EXCHANGING = 'exchanging a token at Google STS';
const IMPERSONATING = 'asking Google IAM for a token of the service account';

/** What is used of a credential configuration of type `external_account`. */
interface ExternalAccount {
  readonly audience: string;
  readonly tokenType: string;
  readonly tokenFile: string;
  /** Field of a JSON file; undefined: the file is the token. */
  readonly field: string | undefined;
  readonly stsUrl: URL;
  readonly impersonationUrl: URL | undefined;
}

/**
 * Tokens by workload identity federation with a token that lies in a file. Keys of service accounts are refused, and so
 * are programs. Source: google.aip.dev/auth/4117 (External Account Credentials).
 */
export function externalAccountTokens(file: string, around: TokenSurroundings): MintToken {
  return async (signal) => {
    const account = await readAccount(file, around);
    const subject = await subjectToken(account, around);
    const exchanged = await exchange(account, subject, { around, signal });
    return account.impersonationUrl === undefined
      ? exchanged
      : impersonate(account.impersonationUrl, exchanged.token, signal);
  };
}

async function readAccount(file: string, { readText }: TokenSurroundings): Promise<ExternalAccount> {
  const text = await readText(file).catch(() => {
    throw new IsthmusError('token-unavailable', `GOOGLE_APPLICATION_CREDENTIALS: ${file} cannot be read`);
  });
  const { type, audience, subject_token_type: tokenType, credential_source: source, ...rest } = parseObject(text) ?? {};
  const tokenFile = isRecord(source) ? source['file'] : undefined;
  if (type !== 'external_account' || typeof audience !== 'string' || typeof tokenType !== 'string') {
    throw refusal(file, 'is no configuration of type external_account');
  }
  if (typeof tokenFile !== 'string') throw refusal(file, 'must take its token from a file (credential_source.file)');
  const format = isRecord(source) && isRecord(source['format']) ? source['format'] : {};
  const { token_url: stsUrl = STS, service_account_impersonation_url: url } = rest;
  return {
    audience,
    tokenType,
    tokenFile,
    field: format['type'] === 'json' ? String(format['subject_token_field_name']) : undefined,
    stsUrl: googleUrl(stsUrl, 'token_url'),
    impersonationUrl: url === undefined ? undefined : googleUrl(url, 'service_account_impersonation_url'),
  };
}

function refusal(file: string, what: string): IsthmusError {
  return new IsthmusError('token-unavailable', `GOOGLE_APPLICATION_CREDENTIALS: ${file} ${what}`);
}

/** The token goes to Google and to nobody else; this machine is for tests. */
function googleUrl(text: unknown, field: string): URL {
  const url = issuerUrl(String(text), field);
  if (url.protocol === 'http:' || url.hostname.endsWith('.googleapis.com')) return url;
  throw new IsthmusError('token-unavailable', `${field} is not a URL of googleapis.com`);
}

async function subjectToken({ tokenFile, field }: ExternalAccount, around: TokenSurroundings): Promise<Secret> {
  if (field === undefined) return readSecretFile(tokenFile, around, 'the subject token');
  const value = parseObject(await around.readText(tokenFile).catch(() => ''))?.[field];
  if (typeof value === 'string') return new Secret(value);
  throw new IsthmusError('token-unavailable', `the subject token in ${tokenFile} cannot be read`);
}

async function exchange(
  account: ExternalAccount,
  subject: Secret,
  { around, signal }: { readonly around: TokenSurroundings; readonly signal: AbortSignal },
): Promise<ClusterToken> {
  const body = new URLSearchParams({
    audience: account.audience,
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    scope: GKE_SCOPES[0],
    subject_token_type: account.tokenType,
    subject_token: subject.reveal(),
  });
  const answer = await askForToken({
    url: account.stsUrl.href,
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: body.toString(),
    doing: EXCHANGING,
    secret: subject,
    signal,
  });
  return tokenOf(answer, { doing: EXCHANGING, nowMs: around.nowMs(), wrap: (token) => new Secret(token) });
}

async function impersonate(url: URL, federated: Secret, signal: AbortSignal): Promise<ClusterToken> {
  const answer = await askForToken({
    url: url.href,
    method: 'POST',
    headers: { authorization: `Bearer ${federated.reveal()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ scope: GKE_SCOPES, lifetime: '3600s' }),
    doing: IMPERSONATING,
    secret: federated,
    signal,
  });
  const { accessToken, expireTime } = answer;
  const expiresAtMs = Date.parse(String(expireTime));
  if (typeof accessToken === 'string' && Number.isFinite(expiresAtMs)) {
    return { token: new Secret(accessToken), expiresAtMs };
  }
  throw new IsthmusError('token-unavailable', `${IMPERSONATING}: the answer holds no token`);
}
