/** Which services go to a cluster (`from`), and as what (`to`). Per service the first matching route wins. */
export interface RouteSettings {
  readonly from: RouteSelector;
  /** A set of rules in place of the defaults: those of istio-cloud-map. */
  readonly preset: 'istio-cloud-map' | undefined;
  readonly to: RouteTarget;
  /** Where it stands, as `isthmus.yaml:31`. */
  readonly place: string;
}

/** Every list that is given must match; undefined matches everything. Entries are globs. */
export interface RouteSelector {
  readonly sources: readonly string[] | undefined;
  readonly accounts: readonly string[] | undefined;
  readonly regions: readonly string[] | undefined;
  readonly namespaces: readonly string[] | undefined;
  readonly services: readonly string[] | undefined;
  /** Instance attribute → value that it must have, all of them; judged on each instance. Empty: every instance. */
  readonly where: ReadonlyMap<string, string>;
}

export interface RouteTarget {
  /** Template with the placeholders `{service}`, `{namespace}`, `{region}`, `{account}`. */
  readonly host: string;
  /** Suffixes, at label boundaries, that a host must have one of; empty: any legal host. */
  readonly hostSuffixes: readonly string[];
  /** Hosts (globs) that are allowed although they belong to Kubernetes or a cloud. */
  readonly allowHosts: readonly string[];
  /** Service ports for instances that name none. */
  readonly ports: readonly RoutePort[];
  readonly servicePort: number | 'auto';
  readonly protocol: PortProtocol | 'auto';
  readonly location: 'MESH_EXTERNAL' | 'MESH_INTERNAL';
  readonly exportTo: readonly string[] | undefined;
  readonly resolution: 'auto' | 'static' | 'dns';
  /** Label `istio.io/rev` of the entry. */
  readonly revision: string | undefined;
  /** Endpoint label → instance attribute whose value it takes. */
  readonly endpointLabels: ReadonlyMap<string, string>;
  /** Attribute that holds the address as a URL, a host, or host:port. */
  readonly addressAttribute: string | undefined;
  /** What may share a host: one service name in several regions, also across accounts, or nothing. */
  readonly merge: 'regions' | 'sources' | 'none';
  /** Annotation `networking.istio.io/traffic-distribution`. */
  readonly trafficDistribution: 'PreferClose' | undefined;
}

export interface RoutePort {
  readonly number: number;
  readonly name: string;
  readonly protocol: PortProtocol;
}

/** Istio's protocol names. Source: istio.io, “Protocol Selection”. UDP is left out: Istio skips it silently. */
export const PORT_PROTOCOLS = [
  'HTTP',
  'HTTPS',
  'HTTP2',
  'GRPC',
  'GRPC-WEB',
  'TCP',
  'TLS',
  'MONGO',
  'MYSQL',
  'REDIS',
] as const;
export type PortProtocol = (typeof PORT_PROTOCOLS)[number];
