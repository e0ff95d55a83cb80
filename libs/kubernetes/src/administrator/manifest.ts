/** An object as it is written for `kubectl apply`. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: ManifestKind;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** The kinds that giving a hub access is made of. */
export type ManifestKind = 'Namespace' | 'ServiceAccount' | 'Secret' | 'Role' | 'RoleBinding';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';

const COLLECTIONS: Readonly<Record<ManifestKind, (namespace: string) => string>> = {
  Namespace: () => '/api/v1/namespaces',
  ServiceAccount: (namespace) => `/api/v1/namespaces/${namespace}/serviceaccounts`,
  Secret: (namespace) => `/api/v1/namespaces/${namespace}/secrets`,
  Role: (namespace) => `${RBAC}/namespaces/${namespace}/roles`,
  RoleBinding: (namespace) => `${RBAC}/namespaces/${namespace}/rolebindings`,
};

/** The path under which objects like this one are created. */
export function collectionOf({ kind, metadata }: Pick<Manifest, 'kind' | 'metadata'>): string {
  return COLLECTIONS[kind](encodeURIComponent(metadata.namespace ?? 'default'));
}

/** The path of this object. */
export function pathOf(manifest: Pick<Manifest, 'kind' | 'metadata'>): string {
  return `${collectionOf(manifest)}/${encodeURIComponent(manifest.metadata.name)}`;
}

/** `Role isthmus/isthmus`: the object, for people. */
export function nameOf({ kind, metadata }: Pick<Manifest, 'kind' | 'metadata'>): string {
  return `${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`;
}
