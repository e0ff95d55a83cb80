import type { Attributes } from '@isthmus/model';
import { ATTRIBUTES, pooled } from '@isthmus/model';

/**
 * `region/zone` of an instance, or the region alone when its zone is unknown or lies elsewhere. Istio compares it with
 * the `topology.kubernetes.io` labels of the caller's node.
 *
 * `localities` gives a region the name that the mesh has for it. The zone is then left out: no node of the mesh bears
 * an AWS zone's name, so it could only say that every caller is elsewhere.
 */
export function localityOf(region: string, attributes: Attributes, localities: ReadonlyMap<string, string>): string {
  const renamed = localities.get(region);
  if (renamed !== undefined && renamed !== region) return renamed;
  const zone = attributes.get(ATTRIBUTES.zone);
  return zone !== undefined && zone.startsWith(region) && /^[a-z0-9-]{1,63}$/.test(zone)
    ? pooled(`${region}/${zone}`)
    : region;
}
