declare const brand: unique symbol;

/** A primitive that carries its meaning in its type, so that a host is never passed where a cluster name is meant. */
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };

/** Name of a configured source: `sources[].name`. */
export type SourceName = Brand<string, 'SourceName'>;
/** Name of a configured cluster: `clusters[].name`. */
export type ClusterName = Brand<string, 'ClusterName'>;
/** A legal, lower-case host of a ServiceEntry. */
export type Host = Brand<string, 'Host'>;
/** `metadata.name` of a ServiceEntry. */
export type EntryName = Brand<string, 'EntryName'>;

export const sourceName = (name: string): SourceName => name as SourceName;
export const clusterName = (name: string): ClusterName => name as ClusterName;
