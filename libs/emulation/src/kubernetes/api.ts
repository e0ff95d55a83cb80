/** Names of the one resource that is served in full: `serviceentries.networking.istio.io`. */
export const ENTRIES = {
  group: 'networking.istio.io',
  kind: 'ServiceEntry',
  listKind: 'ServiceEntryList',
  plural: 'serviceentries',
  singular: 'serviceentry',
  /** In the order in which the API group prefers them. */
  versions: ['v1', 'v1beta1', 'v1alpha3'],
} as const;

/** Forms in which an API server takes and gives objects; this one knows JSON alone. */
export const MEDIA_TYPES = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';

/** A version of the group `networking.istio.io`. */
export type EntryVersion = (typeof ENTRIES.versions)[number];

/** A verb of Kubernetes' access rules. */
export type Verb = 'get' | 'list' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

/** Limits of a real API server and of etcd behind it, in bytes. */
export const LIMITS = {
  requestBytes: 3_145_728,
  grpcBytes: 2_097_152,
  etcdBytes: 1_572_864,
  annotationBytes: 262_144,
} as const;
