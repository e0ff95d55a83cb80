import type { HealthCheckKind, HealthStatus, NamespaceType } from './records.js';

/** What a model begins with: read from YAML or JSON, each part with its place there. */
export interface CloudMapSeed {
  /** Access key id → account. */
  readonly accessKeys: ReadonlyMap<string, string>;
  readonly regions: readonly RegionSeed[];
}

/** One region of one account. */
export interface RegionSeed {
  readonly account: string;
  readonly region: string;
  readonly namespaces: readonly NamespaceSeed[];
}

/** One namespace; when it is there already, what is named is added to it. */
export interface NamespaceSeed {
  readonly place: string;
  readonly name: string;
  readonly type: NamespaceType;
  readonly id: string | undefined;
  readonly httpName: string | undefined;
  readonly vpc: string | undefined;
  readonly description: string | undefined;
  readonly createdAtMs: number | undefined;
  readonly sharedWith: readonly string[] | undefined;
  readonly services: readonly ServiceSeed[];
}

/** One service; when it is there already, its instances are added or replaced. */
export interface ServiceSeed {
  readonly place: string;
  readonly name: string;
  readonly id: string | undefined;
  readonly description: string | undefined;
  readonly createdAtMs: number | undefined;
  readonly healthCheck: HealthCheckKind;
  /** Types of its DNS records; empty for an API-only service. */
  readonly recordTypes: readonly string[];
  readonly instances: readonly InstanceSeed[];
}

/** One instance. */
export interface InstanceSeed {
  readonly place: string;
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Its health from now on, without the delay of an update. */
  readonly health: HealthStatus | undefined;
}
