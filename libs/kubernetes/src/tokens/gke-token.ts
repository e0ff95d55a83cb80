import { IsthmusError, Secret } from '@isthmus/model';
import { askForToken, tokenOf } from './ask-for-token.js';
import { externalAccountTokens } from './google-external-account.js';
import { GKE_SCOPES } from './google-scopes.js';
import type { TokenSurroundings } from './surroundings.js';
import type { MintToken } from './token-source.js';

const METADATA_HOST = 'metadata.google.internal';
const DOING = 'asking the metadata server for a token of a GKE cluster';

/**
 * Tokens of a GKE cluster: by the file that GOOGLE_APPLICATION_CREDENTIALS names (workload identity federation, from
 * EKS, AKS or anywhere else), or else from the metadata server of the machine.
 * Source: Google Cloud, “Authenticate workloads to APIs using service accounts” and “Workload Identity Federation”.
 */
export function gkeTokens(around: TokenSurroundings): MintToken {
  const { env, nowMs } = around;
  const file = env['GOOGLE_APPLICATION_CREDENTIALS'] ?? '';
  if (file !== '') return externalAccountTokens(file, around);
  return async (signal) => {
    const host = env['GCE_METADATA_HOST'] ?? METADATA_HOST;
    if (!/^[\w.-]+(:\d{1,5})?$/.test(host)) {
      throw new IsthmusError('token-unavailable', `${DOING}: GCE_METADATA_HOST is not a host`);
    }
    const url = new URL(`http://${host}/computeMetadata/v1/instance/service-accounts/default/token`);
    url.searchParams.set('scopes', GKE_SCOPES.join(','));
    const headers = { 'metadata-flavor': 'Google' };
    const answer = await askForToken({
      url: url.href,
      method: 'GET',
      headers,
      doing: DOING,
      secret: undefined,
      signal,
    });
    return tokenOf(answer, { doing: DOING, nowMs: nowMs(), wrap: (token) => new Secret(token) });
  };
}
