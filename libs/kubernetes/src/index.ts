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
export {
  CLUSTER_LABEL,
  clusterSecret,
  ENTRY_VERBS,
  renderKubeconfig,
  roleManifests,
  targetManifests,
  TOKEN_SECRET,
} from './administrator/access-manifests.js';
export type { Access } from './administrator/access-manifests.js';
export { openAdministrator } from './administrator/administrator.js';
export type { AdministeredServer, Administrator, AdministratorOptions } from './administrator/administrator.js';
export { applyManifest, deleteObject, patchObject, seeObject } from './administrator/apply-manifest.js';
export type { Applied, ObjectSeen } from './administrator/apply-manifest.js';
export { findClusterSecrets } from './administrator/cluster-secrets.js';
export type { FoundSecret } from './administrator/cluster-secrets.js';
export { nameOf } from './administrator/manifest.js';
export type { Manifest } from './administrator/manifest.js';
export { waitForToken } from './administrator/token-secret.js';
export { checkCluster } from './checkup/check-cluster.js';
export type { ClusterCheckup, ClusterFindings } from './checkup/check-cluster.js';
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
