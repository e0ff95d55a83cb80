export type { ApiAnswer, ApiRequest, Transport } from './api-transport.js';
export type {
  ClientCertificate,
  Kubeconfig,
  KubeconfigProblem,
  KubeconfigProblemCode,
} from './kubeconfig/kubeconfig.js';
export { parseKubeconfig } from './kubeconfig/parse-kubeconfig.js';
export { KubernetesLeaseStore } from './lease/kubernetes-lease-store.js';
export type { KubernetesLeaseStoreOptions, LeaseTransport } from './lease/kubernetes-lease-store.js';
export { KubernetesClusterClient } from './kubernetes-cluster-client.js';
export type { KubernetesClusterClientOptions } from './kubernetes-cluster-client.js';
