/** Quotas of an account in a region. Source: AWS Cloud Map developer guide, quotas. */
export interface CloudMapQuotas {
  /** Adjustable at AWS. */
  readonly namespaces: number;
  /** Adjustable at AWS. */
  readonly instancesPerNamespace: number;
  /** Not adjustable: one DiscoverInstances with MaxResults 1000 is always complete. */
  readonly instancesPerService: number;
}

/** The quotas that a new AWS account has. */
export const DEFAULT_QUOTAS: CloudMapQuotas = {
  namespaces: 50,
  instancesPerNamespace: 2000,
  instancesPerService: 1000,
};
