import type { Attributes } from '@isthmus/model';
import { ATTRIBUTES } from '@isthmus/model';

/**
 * `region/zone` of an instance, or the region alone when its zone is unknown or lies elsewhere.
 * Istio compares it with the `topology.kubernetes.io` labels of the caller's node.
 */
export function localityOf(region: string, attributes: Attributes): string {
  const zone = attributes.get(ATTRIBUTES.zone);
  return zone !== undefined && zone.startsWith(region) && /^[a-z0-9-]{1,63}$/.test(zone) ? `${region}/${zone}` : region;
}
