import { REGIONS } from '../../libs/testing/src/simulation/index.js';
import type { Bench, SeenWrite } from './bench.js';
import type { ObjectView } from './object-view.js';

const OBJECTS_SHARE = 0.2;
const KEPT_SHARE = 0.4;
/** Of two who lead at a time each sees the removals of the other late, and keeps its own share of what it knows. */
const KEPT_SHARE_OF_TWO = KEPT_SHARE ** 2;
/** Endpoints of a burst that a decision could not see yet. */
const SLACK = 2;

/** What one term found and did in one cluster with one region. */
interface TermRecord {
  peak: number;
  readonly marked: Set<string>;
}

/** Counts what each term removes, as the brake should: per cluster and region. */
export class BrakeLedger {
  readonly #keptShare: number;
  readonly #live = new Map<string, Map<string, ObjectView>>();
  /** Endpoints that others took away and no hub has put back, by cluster. */
  readonly #taken = new Map<string, Set<string>>();
  readonly #terms = new Map<string, TermRecord>();
  /** Most components of a region that a cluster ever held. */
  readonly #components = new Map<string, number>();

  constructor(isLeadingForced: boolean) {
    this.#keptShare = isLeadingForced ? KEPT_SHARE_OF_TWO : KEPT_SHARE;
  }

  /** Takes what stands now. */
  record({ cluster, name, before, after, sender }: SeenWrite): void {
    const taken = this.#taken.get(cluster) ?? new Set<string>();
    this.#taken.set(cluster, taken);
    if (sender.hub === 'others') for (const address of before?.addresses ?? []) taken.add(address);
    for (const address of after?.addresses ?? []) taken.delete(address);
    const objects = this.#live.get(cluster) ?? new Map<string, ObjectView>();
    this.#live.set(cluster, objects);
    if (after === undefined) objects.delete(name);
    else objects.set(name, after);
    for (const region of REGIONS) {
      const place = `${cluster} ${region}`;
      this.#components.set(place, Math.max(this.#components.get(place) ?? 0, this.#componentsIn(cluster, region)));
    }
  }

  judge(write: SeenWrite, bench: Bench): void {
    this.#forgive(write);
    for (const region of REGIONS) {
      const record = this.#recordOf(write, region);
      this.#judgeMarks(write, { region, record }, bench);
      this.#judgeEndpoints(write, { region, record }, bench);
    }
  }

  /** A mark that somebody took away counts for nobody any more: what it was on does not leave. */
  #forgive({ before, after, name, cluster }: SeenWrite): void {
    for (const { serviceId, region } of after?.components.values() ?? []) {
      if (before?.marks.has(serviceId) !== true || after?.marks.has(serviceId) === true) continue;
      for (const [id, { marked }] of this.#terms) {
        if (id.endsWith(` ${cluster} ${region}`)) marked.delete(`${name} ${serviceId}`);
      }
    }
  }

  #recordOf({ sender, cluster }: SeenWrite, region: string): TermRecord {
    const id = `${sender.term} ${cluster} ${region}`;
    const record = this.#terms.get(id) ?? { peak: 0, marked: new Set() };
    record.peak = Math.max(record.peak, this.#addressesIn(cluster, region).size);
    this.#terms.set(id, record);
    return record;
  }

  #judgeMarks(
    { before, after, name, cluster }: SeenWrite,
    { region, record }: { readonly region: string; readonly record: TermRecord },
    { violate }: Bench,
  ): void {
    for (const component of after?.components.values() ?? []) {
      const id = `${name} ${component.serviceId}`;
      const isMarked = after?.marks.has(component.serviceId) === true;
      if (component.region !== region) continue;
      if (!isMarked) record.marked.delete(id);
      else if (before?.marks.has(component.serviceId) !== true) record.marked.add(id);
    }
    const most = Math.max(this.#components.get(`${cluster} ${region}`) ?? 0, this.#componentsIn(cluster, region));
    const limit = Math.max(OBJECTS_SHARE * most, Math.min(2, most - 1));
    if (record.marked.size > Math.max(1, limit)) {
      violate('brake-objects', `${record.marked.size} of ${most} of ${region} marked in one term`);
    }
  }

  #judgeEndpoints(
    { before, after, cluster }: SeenWrite,
    { region, record }: { readonly region: string; readonly record: TermRecord },
    { truth, violate }: Bench,
  ): void {
    const gone = [...(before?.addresses ?? [])].filter((address) => after?.addresses.has(address) !== true);
    const leaving = gone.filter((address) => truth.ownerOf(address)?.region === region);
    if (leaving.length === 0) return;
    const live = this.#addressesIn(cluster, region);
    for (const address of leaving) live.delete(address);
    for (const address of after?.addresses ?? []) if (truth.ownerOf(address)?.region === region) live.add(address);
    // No hub removed what others took away, also where it was registered no more before a hub could put it back …
    for (const address of this.#taken.get(cluster) ?? []) {
      if (truth.ownerOf(address)?.region === region) live.add(address);
    }
    // … and what is registered and not there, which is unhealthy.
    for (const service of truth.live) {
      if (service.region === region) for (const address of service.addresses) live.add(address);
    }
    const remaining = live.size;
    if (record.peak >= 8 && remaining < this.#keptShare * record.peak - SLACK) {
      violate('brake-endpoints', `${remaining} endpoints of ${region} remain of ${record.peak} in one term`);
    }
  }

  #componentsIn(cluster: string, region: string): number {
    let count = 0;
    for (const { components } of this.#live.get(cluster)?.values() ?? []) {
      for (const component of components.values()) if (component.region === region) count++;
    }
    return count;
  }

  #addressesIn(cluster: string, region: string): Set<string> {
    const objects = [...(this.#live.get(cluster)?.values() ?? [])];
    const components = objects.flatMap((object) => [...object.components.values()]);
    return new Set(
      components.filter((component) => component.region === region).flatMap(({ addresses }) => [...addresses]),
    );
  }
}
