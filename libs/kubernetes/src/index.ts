export type { ApiAnswer, ApiRequest, Transport } from './transport.js';
export type {
  ClientCertificate,
  Kubeconfig,
  KubeconfigProblem,
  KubeconfigProblemCode,
} from './kubeconfig/kubeconfig.js';
export { parseKubeconfig } from './kubeconfig/parse-kubeconfig.js';
export { KubernetesLeaseStore } from './lease/kubernetes-lease-store.js';
export type { KubernetesLeaseStoreOptions, LeaseTransport } from './lease/kubernetes-lease-store.js';
export type { CredentialPlace } from './kubeconfig/parse-kubeconfig.js';
export { KubernetesClusterClient } from './kubernetes-cluster-client.js';
export type { KubernetesClusterClientOptions } from './kubernetes-cluster-client.js';
export { openOwnCluster } from './own-cluster/open-own-cluster.js';
export type { OwnCluster, WatchEvent, WatchRequest } from './own-cluster/own-cluster.js';
export { KubernetesClusterRegistry } from './registry/kubernetes-cluster-registry.js';
export { listClusterSecrets } from './registry/list-cluster-secrets.js';
export type { KubernetesClusterRegistryOptions } from './registry/kubernetes-cluster-registry.js';
export { aksTokens } from './tokens/aks-token.js';
export type { AksTokenOptions } from './tokens/aks-token.js';
export type { AwsSigningKey, AwsSigningKeyProvider } from './tokens/aws-credentials.js';
export { CachedTokenSource } from './tokens/cached-token-source.js';
export type { CachedTokenSourceOptions } from './tokens/cached-token-source.js';
export { credentialExpiryMs } from './tokens/credential-expiry.js';
export { eksTokens } from './tokens/eks-token.js';
export type { EksTokenOptions } from './tokens/eks-token.js';
export { gkeTokens } from './tokens/gke-token.js';
export { mintFor } from './tokens/mint-for.js';
export type { EksAuth } from './tokens/mint-for.js';
export { StaticTokenSource } from './tokens/static-token-source.js';
export type { TokenSurroundings } from './tokens/surroundings.js';
export type { ClusterToken, MintToken, TokenSource } from './tokens/token-source.js';
