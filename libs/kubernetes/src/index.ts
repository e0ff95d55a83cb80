export type { ApiAnswer, ApiRequest, Transport } from './transport.js';
export type {
  ClientCertificate,
  Kubeconfig,
  KubeconfigProblem,
  KubeconfigProblemCode,
} from './kubeconfig/kubeconfig.js';
export { parseKubeconfig } from './kubeconfig/parse-kubeconfig.js';
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
export { applyManifest, deleteObject, patchObject } from './administrator/apply-manifest.js';
export type { Applied } from './administrator/apply-manifest.js';
export { findClusterSecrets } from './administrator/cluster-secrets.js';
export type { FoundSecret } from './administrator/cluster-secrets.js';
export { nameOf } from './administrator/manifest.js';
export type { Manifest } from './administrator/manifest.js';
export { waitForToken } from './administrator/token-secret.js';
export { checkCluster } from './checkup/check-cluster.js';
export type { ClusterCheckup, ClusterFindings } from './checkup/check-cluster.js';
