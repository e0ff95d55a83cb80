import { CloudMapError } from './cloud-map-error.js';
import { hashHex, hashId } from './hash.js';
import { idOf, isArn } from './identity.js';
import type { Caller } from './identity.js';
import type { NamespaceRecord, ServiceRecord } from './records.js';

/** Asynchronous operations that one world remembers; older ones are OperationNotFound. */
const REMEMBERED_OPERATIONS = 1000;

/** What GetOperation answers about a finished operation. */
export interface OperationRecord {
  readonly id: string;
  readonly account: string;
  readonly type: 'CREATE_NAMESPACE' | 'DELETE_NAMESPACE' | 'REGISTER_INSTANCE' | 'DEREGISTER_INSTANCE';
  readonly atMs: number;
  readonly targets: Readonly<Record<string, string>>;
}

/** One account in one region. */
interface World {
  readonly namespaces: Map<string, NamespaceRecord>;
  readonly services: Map<string, ServiceRecord>;
  /** Namespace id → service name → service. */
  readonly servicesByName: Map<string, Map<string, ServiceRecord>>;
  readonly operations: Map<string, OperationRecord>;
  /** Name → how often a namespace of that name was created; deletions do not lower it. */
  readonly namesUsed: Map<string, number>;
}

/** All worlds of the model, with what one account sees of another through sharing. */
export class CloudMapState {
  readonly #worlds = new Map<string, World>();
  readonly #idsGiven = new Map<string, number>();
  #sequence = 0;

  /** A number above every number given before. */
  nextSequence(): number {
    this.#sequence += 1;
    return this.#sequence;
  }

  /** An id that depends only on what it is for and how often that was created: the same run gives the same ids. */
  newId(prefix: string, purpose: string): string {
    const count = (this.#idsGiven.get(purpose) ?? 0) + 1;
    this.#idsGiven.set(purpose, count);
    return `${prefix}-${hashId(`${purpose}|${count}`)}`;
  }

  /** The HttpName of a new namespace: its Name, with a hash appended once the Name was used before. */
  newHttpName(owner: Caller, name: string): string {
    const names = this.#writableWorld(owner).namesUsed;
    const count = names.get(name) ?? 0;
    names.set(name, count + 1);
    return count === 0 ? name : `${name}-${hashHex(`${owner.account}|${owner.region}|${name}|${count}`).slice(0, 8)}`;
  }

  /** Accounts that have a world. */
  accounts(): readonly string[] {
    return [...new Set([...this.#worlds.keys()].map((key) => key.slice(0, key.indexOf('/'))))];
  }

  /** Gives an account a world in a region, empty unless it has one. */
  addWorld(place: Caller): void {
    this.#writableWorld(place);
  }

  /** Every namespace of every world, in order of creation. */
  allNamespaces(): readonly NamespaceRecord[] {
    return [...this.#worlds.values()]
      .flatMap((world) => [...world.namespaces.values()])
      .sort((one, other) => one.sequence - other.sequence);
  }

  /** Namespaces that an account owns in a region, in order of creation. */
  ownNamespaces(caller: Caller): readonly NamespaceRecord[] {
    return [...this.#worldOf(caller).namespaces.values()];
  }

  /** Namespaces that a caller sees: its own and those shared with it. */
  visibleNamespaces(caller: Caller): readonly NamespaceRecord[] {
    return this.allNamespaces().filter((namespace) => isVisible(namespace, caller));
  }

  /** Services of the namespaces that a caller sees, in order of creation. */
  visibleServices(caller: Caller): readonly ServiceRecord[] {
    return this.visibleNamespaces(caller)
      .flatMap((namespace) => this.servicesOf(namespace))
      .sort((one, other) => one.sequence - other.sequence);
  }

  /** Services of one namespace, in order of creation. */
  servicesOf(namespace: NamespaceRecord): readonly ServiceRecord[] {
    return [...(this.#worldOf(namespace).servicesByName.get(namespace.id)?.values() ?? [])];
  }

  /** The service of a namespace with exactly this name, or nothing. */
  serviceNamed(namespace: NamespaceRecord, name: string): ServiceRecord | undefined {
    return this.#worldOf(namespace).servicesByName.get(namespace.id)?.get(name);
  }

  /** The namespace with this id (own) or ARN (own or shared); NamespaceNotFound otherwise. */
  namespace(caller: Caller, idOrArn: string): NamespaceRecord {
    const own = this.#worldOf(caller).namespaces.get(idOf(idOrArn));
    const found = own ?? (isArn(idOrArn) ? this.#shared(caller, idOrArn) : undefined);
    if (found !== undefined && (!isArn(idOrArn) || found.arn === idOrArn)) return found;
    throw new CloudMapError('NamespaceNotFound', `No namespace with id ${idOrArn}`);
  }

  /** The service with this id (in an own namespace) or ARN (own or shared), and its namespace; ServiceNotFound otherwise. */
  service(caller: Caller, idOrArn: string): { namespace: NamespaceRecord; service: ServiceRecord } {
    const id = idOf(idOrArn);
    const owners = isArn(idOrArn) ? this.visibleNamespaces(caller) : this.ownNamespaces(caller);
    for (const owner of owners) {
      const service = this.#worldOf(owner).services.get(id);
      if (service?.namespaceId === owner.id && (!isArn(idOrArn) || service.arn === idOrArn)) {
        return { namespace: owner, service };
      }
    }
    throw new CloudMapError('ServiceNotFound', `No service with id ${idOrArn}`);
  }

  /** True when a namespace or a service of the world has this id. */
  isIdTaken(place: Caller, id: string): boolean {
    const world = this.#worldOf(place);
    return world.namespaces.has(id) || world.services.has(id);
  }

  /** Puts a new namespace into its owner's world. */
  addNamespace(namespace: NamespaceRecord): void {
    const world = this.#writableWorld(namespace);
    world.namespaces.set(namespace.id, namespace);
    world.servicesByName.set(namespace.id, new Map());
  }

  /** Removes a namespace. */
  removeNamespace(namespace: NamespaceRecord): void {
    const world = this.#worldOf(namespace);
    world.namespaces.delete(namespace.id);
    world.servicesByName.delete(namespace.id);
  }

  /** Puts a new service into the world of its namespace. */
  addService(namespace: NamespaceRecord, service: ServiceRecord): void {
    const world = this.#writableWorld(namespace);
    world.services.set(service.id, service);
    world.servicesByName.get(namespace.id)?.set(service.name, service);
  }

  /** Removes a service. */
  removeService(namespace: NamespaceRecord, service: ServiceRecord): void {
    const world = this.#worldOf(namespace);
    world.services.delete(service.id);
    world.servicesByName.get(namespace.id)?.delete(service.name);
  }

  /** Remembers a finished operation and returns its id. */
  addOperation(caller: Caller, operation: Omit<OperationRecord, 'id' | 'account'>): string {
    const { operations } = this.#writableWorld(caller);
    const id = this.newId('op', `${caller.account}/${caller.region}/operation`);
    operations.set(id, { ...operation, id, account: caller.account });
    const oldest = operations.keys().next().value;
    if (operations.size > REMEMBERED_OPERATIONS && oldest !== undefined) operations.delete(oldest);
    return id;
  }

  /** A remembered operation of the caller, or nothing. */
  operation(caller: Caller, id: string): OperationRecord | undefined {
    return this.#worldOf(caller).operations.get(id);
  }

  #shared(caller: Caller, arn: string): NamespaceRecord | undefined {
    return this.visibleNamespaces(caller).find((namespace) => namespace.arn === arn);
  }

  /** To read: a place that nothing was created in has an empty world, and stays without one. */
  #worldOf(place: Caller): World {
    return this.#worlds.get(keyOf(place)) ?? emptyWorld();
  }

  #writableWorld(place: Caller): World {
    const world = this.#worldOf(place);
    this.#worlds.set(keyOf(place), world);
    return world;
  }
}

function keyOf(place: Caller): string {
  return `${place.account}/${place.region}`;
}

function emptyWorld(): World {
  return {
    namespaces: new Map(),
    services: new Map(),
    servicesByName: new Map(),
    operations: new Map(),
    namesUsed: new Map(),
  };
}

function isVisible(namespace: NamespaceRecord, caller: Caller): boolean {
  if (namespace.region !== caller.region) return false;
  return namespace.account === caller.account || namespace.sharedWith.has(caller.account);
}
