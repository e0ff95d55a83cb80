import type { EntryName, Hold, ObservedEntry } from '@isthmus/model';
import type { Owner } from './ownership.js';
import { isFromIstioCloudMap, ownershipOf } from './ownership.js';
import type { ForeignObjects } from './plan-cluster.js';

/** Everything of a namespace, told apart: what is ours, and what of somebody else's we must respect. */
export function sortByOwner(
  observed: readonly ObservedEntry[],
  owner: Owner,
): { readonly ours: readonly ObservedEntry[]; readonly foreign: ForeignObjects } {
  const ours: ObservedEntry[] = [];
  const names = new Map<EntryName, Hold>();
  const hosts = new Map<string, EntryName>();
  const stops: Hold[] = [];
  for (const entry of observed) {
    const ownership = ownershipOf(entry, owner);
    const host = entry.spec.hosts[0] ?? '';
    if (isFromIstioCloudMap(entry)) {
      stops.push({
        name: entry.name,
        host,
        reason: 'istio-cloud-map-present',
        detail: 'it carries istio-cloud-map’s owner reference',
      });
    }
    if (ownership === 'ours') {
      ours.push(entry);
    } else {
      names.set(entry.name, { name: entry.name, host, reason: ownership, detail: 'it is not written' });
      for (const taken of entry.spec.hosts) hosts.set(taken.toLowerCase(), entry.name);
    }
  }
  return { ours, foreign: { names, hosts, stops } };
}
