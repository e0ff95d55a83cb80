import type { ClusterName, SourceName } from './brand.js';

/** What `isthmus.yaml` says, with every default filled in. Durations are milliseconds. */
export interface Configuration {
  readonly hub: HubSettings;
  readonly sources: readonly SourceSettings[];
  readonly clusters: readonly ClusterSettings[];
  readonly approvals: readonly Approval[];
}

export interface HubSettings {
  /** Stamped on every object; two hubs must not share it. */
  readonly name: string;
  readonly readOnly: boolean;
  readonly http: { readonly host: string; readonly port: number };
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
}

/** Globs: a name is selected when one of `include` and none of `exclude` matches it. */
export interface NameFilter {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

export interface SourceSettings {
  readonly name: SourceName;
  readonly region: string;
  /** Expected account, 12 digits; absent: whatever the ARNs say. */
  readonly account: string | undefined;
  /** Other endpoints than AWS's own, per plane: an emulator, or VPC endpoints. */
  readonly endpoint: { readonly control: string; readonly data: string } | undefined;
  readonly namespaces: NameFilter;
  readonly services: NameFilter;
  readonly poll: PollSettings;
  readonly limits: SourceLimits;
}

/** How often a service is polled: `hot` after a change, `warm` within a day of one, else `cold`; and the catalogue. */
export interface PollSettings {
  readonly hotMs: number;
  readonly warmMs: number;
  readonly coldMs: number;
  readonly catalogueMs: number;
}

export interface SourceLimits {
  readonly discoverPerSecond: number;
  readonly listServicesPerSecond: number;
  readonly listNamespacesPerSecond: number;
  readonly getPerSecond: number;
}

/** `primary`: its istiod reads the entries; `remote`: another cluster's istiod does; `external-config`: read by an istiod outside. */
export type ClusterRole = 'primary' | 'remote' | 'external-config';
/** `observe` plans only; `upsert-only` never deletes an object; `sync` does everything. */
export type ClusterMode = 'observe' | 'upsert-only' | 'sync';

export interface ClusterSettings {
  readonly name: ClusterName;
  readonly role: ClusterRole;
  /** Of a remote: the cluster whose istiod serves it. */
  readonly primary: ClusterName | undefined;
  /** False: planned and shown, never written to. */
  readonly push: boolean;
  /** Absolute path. */
  readonly kubeconfigFile: string;
  /** Namespace in which the entries live. */
  readonly namespace: string;
  readonly mode: ClusterMode;
  readonly routes: readonly RouteSettings[];
  readonly limits: { readonly writesPerSecond: number; readonly burst: number; readonly inFlight: number };
  readonly brake: BrakeSettings;
  readonly deletes: DeleteSettings;
  readonly sweepMs: number;
}

/** Shares (0 to 1) of one source in one cluster that may go within the window. */
export interface BrakeSettings {
  readonly objectsShare: number;
  readonly endpointsShare: number;
  readonly windowMs: number;
}

export interface DeleteSettings {
  /** Grace between the mark and the removal. */
  readonly pendingMs: number;
  /** How many empty readings, over how long, prove that the last instance is gone. */
  readonly emptyReads: number;
  readonly emptyAfterMs: number;
}

/** Which services go to a cluster (`from`), and as what (`to`). Per service the first matching route wins. */
export interface RouteSettings {
  readonly from: RouteSelector;
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
}

export interface RouteTarget {
  /** Template with the placeholders `{service}`, `{namespace}`, `{region}`, `{account}`. */
  readonly host: string;
  /** Service ports for instances that name none. */
  readonly ports: readonly RoutePort[];
  readonly servicePort: number | 'auto';
  readonly protocol: PortProtocol | 'auto';
  readonly location: 'MESH_EXTERNAL' | 'MESH_INTERNAL';
  readonly exportTo: readonly string[] | undefined;
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

/** A person's word that what is held on a cluster may go. */
export interface Approval {
  readonly cluster: ClusterName;
  /** The hash that status shows as `removals`. */
  readonly removals: string;
  readonly untilMs: number;
}
