import { IsthmusError, Secret } from '@isthmus/model';
import { askForToken, tokenOf } from './ask-for-token.js';
import type { TokenSurroundings } from './surroundings.js';
import { issuerUrl, readSecretFile } from './surroundings.js';
import type { MintToken } from './token-source.js';

export interface AksTokenOptions {
  /** Undefined: AZURE_TENANT_ID. */
  readonly tenantId: string | undefined;
  /** Undefined: AZURE_CLIENT_ID. */
  readonly clientId: string | undefined;
}

/** The application that every AKS API server with Entra integration is. Source: Azure/kubelogin, “AKS Microsoft Entra Server”. */
const AKS_SERVER = '6dae42f8-4368-4678-94ff-3960e28e3630';
const AUTHORITY = 'https://login.microsoftonline.com/';
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const DOING = 'asking Entra for a token of an AKS cluster';

/**
 * Tokens of an AKS cluster with Entra integration: the projected ServiceAccount token is exchanged at Entra.
 * Source: Microsoft identity platform, “client credentials flow”, third case: with a federated credential. The names in
 * the environment are those of Microsoft Entra Workload ID.
 */
export function aksTokens(options: AksTokenOptions, around: TokenSurroundings): MintToken {
  const { env, nowMs } = around;
  return async (signal) => {
    const tenant = options.tenantId ?? needed(env, 'AZURE_TENANT_ID', 'auth.aks.tenantId');
    const client = options.clientId ?? needed(env, 'AZURE_CLIENT_ID', 'auth.aks.clientId');
    const file = needed(env, 'AZURE_FEDERATED_TOKEN_FILE', undefined);
    const authority = issuerUrl(env['AZURE_AUTHORITY_HOST'] ?? AUTHORITY, 'AZURE_AUTHORITY_HOST');
    const assertion = await readSecretFile(file, around, 'the federated token');
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: client,
      scope: `${AKS_SERVER}/.default`,
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: assertion.reveal(),
    });
    const answer = await askForToken({
      url: new URL(`/${encodeURIComponent(tenant)}/oauth2/v2.0/token`, authority).href,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: body.toString(),
      doing: DOING,
      secret: assertion,
      signal,
    });
    return tokenOf(answer, { doing: DOING, nowMs: nowMs(), wrap: (token) => new Secret(token) });
  };
}

function needed(env: TokenSurroundings['env'], name: string, field: string | undefined): string {
  const value = env[name];
  if (value !== undefined && value !== '') return value;
  const remedy =
    field === undefined ? 'label the pod azure.workload.identity/use: "true"' : `set it, or ${field} of the cluster`;
  throw new IsthmusError('token-unavailable', `${DOING}: ${name} is not set → ${remedy}`);
}
