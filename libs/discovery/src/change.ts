import type { ComponentKey, Snapshot, ServiceState } from '@isthmus/model';
import { withChanges } from './layered-map.js';

/** New states by key; undefined drops the service. */
export type StateChanges = ReadonlyMap<ComponentKey, ServiceState | undefined>;

/** What may change besides the services. */
export type SnapshotChange = Partial<Pick<Snapshot, 'account' | 'catalogue'>>;

/** The snapshot with these changes and the next version, or the very same one when nothing differs. */
export function change(snapshot: Snapshot, states: StateChanges, rest: SnapshotChange = {}): Snapshot {
  const services = changeServices(snapshot.services, states);
  const account = rest.account ?? snapshot.account;
  const catalogue = rest.catalogue ?? snapshot.catalogue;
  const isSame = services === snapshot.services && account === snapshot.account && catalogue === snapshot.catalogue;
  return isSame ? snapshot : { ...snapshot, account, catalogue, services, version: snapshot.version + 1 };
}

/** The same for one service. */
export function changeState(snapshot: Snapshot, state: ServiceState): Snapshot {
  return change(snapshot, new Map([[state.service.key, state]]));
}

function changeServices(services: Snapshot['services'], states: StateChanges): Snapshot['services'] {
  const real = [...states].filter(([key, state]) => services.get(key) !== state);
  return real.length === 0 ? services : withChanges(services, new Map(real));
}
