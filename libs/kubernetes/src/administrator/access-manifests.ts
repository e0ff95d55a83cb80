import { OBJECT } from '@isthmus/model';
import { stringify } from 'yaml';
import type { Manifest } from './manifest.js';

/** What a hub is called in a cluster that it writes to. */
const NAME = 'isthmus';
const RBAC_VERSION = 'rbac.authorization.k8s.io/v1';

/** What the hub does with ServiceEntries; `watch` is for what comes later. */
export const ENTRY_VERBS = ['get', 'list', 'watch', 'create', 'patch', 'delete'] as const;
/** What it does in a namespace that entries move from. */
export const PREVIOUS_VERBS = ['get', 'list', 'watch', 'delete'] as const;

/** Name of the Secret that holds the token of the hub in a target cluster. */
export const TOKEN_SECRET = `${NAME}-token`;

/** Label of the Secrets that hold kubeconfigs, in the hub's own cluster. */
export const CLUSTER_LABEL = 'isthmus.dev/cluster';

/** Everything that a hub needs in a cluster that it writes to, in the order in which it is created: deploy/rbac/target-cluster.yaml. */
export function targetManifests(namespace: string): readonly Manifest[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: NAME, namespace },
      automountServiceAccountToken: false,
    },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: TOKEN_SECRET, namespace, annotations: { 'kubernetes.io/service-account.name': NAME } },
      type: 'kubernetes.io/service-account-token',
    },
    ...roleManifests(namespace),
  ];
}

/** The right to write ServiceEntries in one namespace, and who has it. */
export function roleManifests(namespace: string): readonly Manifest[] {
  return [
    {
      apiVersion: RBAC_VERSION,
      kind: 'Role',
      metadata: { name: NAME, namespace },
      rules: [{ apiGroups: ['networking.istio.io'], resources: ['serviceentries'], verbs: [...ENTRY_VERBS] }],
    },
    {
      apiVersion: RBAC_VERSION,
      kind: 'RoleBinding',
      metadata: { name: NAME, namespace },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: NAME },
      subjects: [{ kind: 'ServiceAccount', name: NAME, namespace }],
    },
  ];
}

/** The Secret by which a hub finds a cluster. Without a kubeconfig it is a form to be filled in. */
export function clusterSecret(
  cluster: string,
  { namespace, kubeconfig }: { readonly namespace: string; readonly kubeconfig: string },
): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: cluster,
      namespace,
      labels: { [CLUSTER_LABEL]: 'true', [OBJECT.managedBy]: OBJECT.managedByValue },
    },
    type: 'Opaque',
    data: { [cluster]: Buffer.from(kubeconfig).toString('base64') },
  };
}

/** What a kubeconfig says that stands alone: it names no file and starts no program. */
export interface Access {
  readonly server: string;
  readonly caPem: string | undefined;
  readonly serverName: string | undefined;
  readonly token: string;
}

/** A kubeconfig with one cluster, one user and a token. */
export function renderKubeconfig(cluster: string, { server, caPem, serverName, token }: Access): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': cluster,
    contexts: [{ name: cluster, context: { cluster, user: NAME } }],
    clusters: [
      {
        name: cluster,
        cluster: {
          server,
          ...(caPem === undefined ? {} : { 'certificate-authority-data': Buffer.from(caPem).toString('base64') }),
          ...(serverName === undefined ? {} : { 'tls-server-name': serverName }),
        },
      },
    ],
    users: [{ name: NAME, user: { token } }],
  });
}
