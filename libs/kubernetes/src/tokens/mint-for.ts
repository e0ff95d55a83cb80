import type { ClusterAuth } from '@isthmus/model';
import { aksTokens } from './aks-token.js';
import type { AwsSigningKeyProvider } from './aws-credentials.js';
import { eksTokens } from './eks-token.js';
import { gkeTokens } from './gke-token.js';
import type { TokenSurroundings } from './surroundings.js';
import type { MintToken } from './token-source.js';

/** The role by which an EKS cluster is entered; without one, the hub's own identity. */
export type EksAuth = Extract<ClusterAuth, { readonly kind: 'eks' }>;

/** How tokens of a cluster are made; undefined: its kubeconfig holds the credential. */
export function mintFor(
  auth: ClusterAuth,
  around: { readonly surroundings: TokenSurroundings; readonly awsKeys: (auth: EksAuth) => AwsSigningKeyProvider },
): MintToken | undefined {
  const { surroundings, awsKeys } = around;
  switch (auth.kind) {
    case 'kubeconfig':
      return undefined;
    case 'eks': {
      const { clusterName, region } = auth;
      return eksTokens({ clusterName, region, credentials: awsKeys(auth), nowMs: surroundings.nowMs });
    }
    case 'aks':
      return aksTokens(auth, surroundings);
    case 'gke':
      return gkeTokens(surroundings);
  }
}
