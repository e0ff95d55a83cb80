import type { Brand } from './brand.js';

/**
 * What one Cloud Map service contributes to one host, named so that a re-created or shared service is never
 * mistaken for another: names alone are not an identity, because AWS allows a namespace name to be reused.
 */
export interface ComponentIdentity {
  /** `aws`, `aws-cn`, `aws-us-gov`, … (second field of the ARN). */
  readonly partition: string;
  readonly region: string;
  /** Account that owns the namespace; differs from the reader's account for shared namespaces. */
  readonly ownerAccount: string;
  /** `ns-…` */
  readonly namespaceId: string;
  /** `srv-…` */
  readonly serviceId: string;
}

/** `partition/region/ownerAccount/namespaceId/serviceId`: the identity as a map key and as it stands in annotations. */
export type ComponentKey = Brand<string, 'ComponentKey'>;

/** The key of an identity. None of the five parts can contain a slash. */
export function componentKey(identity: ComponentIdentity): ComponentKey {
  const { partition, region, ownerAccount, namespaceId, serviceId } = identity;
  return `${partition}/${region}/${ownerAccount}/${namespaceId}/${serviceId}` as ComponentKey;
}

/** The identity behind a key, or undefined when the text is not one (annotations are untrusted input). */
export function parseComponentKey(text: string): ComponentIdentity | undefined {
  const parts = text.split('/');
  const [partition, region, ownerAccount, namespaceId, serviceId] = parts;
  if (parts.length !== 5 || !partition || !region || !ownerAccount || !namespaceId || !serviceId) return undefined;
  return { partition, region, ownerAccount, namespaceId, serviceId };
}
