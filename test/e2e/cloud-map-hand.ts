import type { ServiceDiscoveryClient } from '@aws-sdk/client-servicediscovery';
import {
  CreateHttpNamespaceCommand,
  CreateServiceCommand,
  DeleteNamespaceCommand,
  DeleteServiceCommand,
  DeregisterInstanceCommand,
  DiscoverInstancesCommand,
  GetNamespaceCommand,
  GetOperationCommand,
  RegisterInstanceCommand,
  UpdateInstanceCustomHealthStatusCommand,
  paginateListInstances,
  paginateListNamespaces,
  paginateListServices,
} from '@aws-sdk/client-servicediscovery';
import type { CloudMapPlace, CloudMapRig } from '@isthmus/testing';
import { until } from './servers/server-process.js';

/** What a hand does of a rig. */
type Changes = Pick<
  CloudMapRig,
  'createNamespace' | 'deleteNamespace' | 'createService' | 'deleteService' | 'register' | 'deregister' | 'setHealth'
>;

/** AWS does most things within seconds; what it has not done by then it will not do. */
const OPERATION_MS = 120_000;

/** Fills a Cloud Map through its own API, as whoever runs services would; every namespace gets a prefix. */
export class CloudMapHand implements Changes {
  readonly #client: ServiceDiscoveryClient;
  readonly #prefix: string;
  /** Ids by name of a namespace, and by “namespace/service”. */
  readonly #ids = new Map<string, string>();
  /** What the data plane must come to say: the health of an instance, `any` for one that is there, undefined for none. */
  readonly #expected = new Map<string, Map<string, string | undefined>>();

  constructor(client: ServiceDiscoveryClient, prefix: string) {
    this.#client = client;
    this.#prefix = prefix;
  }

  nameOf(name: string): string {
    return `${this.#prefix}${name}`;
  }

  async createNamespace(name: string): Promise<void> {
    const { OperationId } = await this.#client.send(new CreateHttpNamespaceCommand({ Name: this.nameOf(name) }));
    const { NAMESPACE } = await this.#finished(OperationId);
    this.#ids.set(name, NAMESPACE ?? '');
  }

  async deleteNamespace(name: string): Promise<void> {
    const { OperationId } = await this.#client.send(new DeleteNamespaceCommand({ Id: this.#idOf(name) }));
    await this.#finished(OperationId);
  }

  async createService(
    namespace: string,
    service: string,
    options?: { readonly hasHealthCheck: boolean },
  ): Promise<void> {
    const health = options?.hasHealthCheck === true ? { HealthCheckCustomConfig: { FailureThreshold: 1 } } : {};
    const command = new CreateServiceCommand({ Name: service, NamespaceId: this.#idOf(namespace), ...health });
    const { Service } = await this.#client.send(command);
    this.#ids.set(`${namespace}/${service}`, Service?.Id ?? '');
  }

  async deleteService(namespace: string, service: string): Promise<void> {
    await this.#client.send(new DeleteServiceCommand({ Id: this.#idOf(`${namespace}/${service}`) }));
  }

  async register(place: CloudMapPlace, attributes: Readonly<Record<string, string>>): Promise<void> {
    const { OperationId } = await this.#client.send(
      new RegisterInstanceCommand({
        ServiceId: this.#serviceIdOf(place),
        InstanceId: place.instance,
        // An instance says something of itself; this is nothing that a source keeps.
        Attributes: Object.keys(attributes).length === 0 ? { note: 'any' } : { ...attributes },
      }),
    );
    await this.#finished(OperationId);
    this.#expect(place, 'any');
  }

  async deregister(place: CloudMapPlace): Promise<void> {
    const target = { ServiceId: this.#serviceIdOf(place), InstanceId: place.instance };
    const { OperationId } = await this.#client.send(new DeregisterInstanceCommand(target));
    await this.#finished(OperationId);
    this.#expect(place, undefined);
  }

  async setHealth(place: CloudMapPlace, health: 'HEALTHY' | 'UNHEALTHY'): Promise<void> {
    const target = { ServiceId: this.#serviceIdOf(place), InstanceId: place.instance };
    await this.#client.send(new UpdateInstanceCustomHealthStatusCommand({ ...target, Status: health }));
    this.#expect(place, health);
  }

  /** Resolves when the data plane, which follows some time after, says all that was done here. */
  async settle(): Promise<void> {
    for (const [place, instances] of this.#expected) {
      const [namespace = '', ServiceName] = place.split('/');
      const { Namespace } = await this.#client.send(new GetNamespaceCommand({ Id: this.#idOf(namespace) }));
      const NamespaceName = Namespace?.Properties?.HttpProperties?.HttpName ?? this.nameOf(namespace);
      const query = { NamespaceName, ServiceName, HealthStatus: 'ALL', MaxResults: 1000 } as const;
      await until(`${place} as it was registered`, OPERATION_MS, async () => {
        const { Instances = [] } = await this.#client.send(new DiscoverInstancesCommand(query));
        const seen = new Map(Instances.map(({ InstanceId, HealthStatus }) => [InstanceId, HealthStatus]));
        return [...instances].every(([id, health]) => (health === 'any' ? seen.has(id) : seen.get(id) === health));
      });
      this.#expected.delete(place);
    }
  }

  /** Removes everything whose namespace has the prefix, also what an earlier step only began. */
  async removeAll(): Promise<void> {
    const Filters = [{ Name: 'NAME' as const, Condition: 'BEGINS_WITH' as const, Values: [this.#prefix] }];
    const found: string[] = [];
    for await (const { Namespaces = [] } of paginateListNamespaces({ client: this.#client }, { Filters })) {
      // A Cloud Map that ignores the filter must not lose what others have.
      found.push(...Namespaces.filter(({ Name = '' }) => Name.startsWith(this.#prefix)).map(({ Id = '' }) => Id));
    }
    for (const Id of found) {
      await this.#deleteServices(Id);
      await until(`namespace ${Id} deleted`, OPERATION_MS, async () => {
        const { OperationId } = await this.#client.send(new DeleteNamespaceCommand({ Id }));
        return this.#finished(OperationId);
      });
    }
  }

  async #deleteServices(namespaceId: string): Promise<void> {
    const Filters = [{ Name: 'NAMESPACE_ID' as const, Condition: 'EQ' as const, Values: [namespaceId] }];
    const found: string[] = [];
    for await (const { Services = [] } of paginateListServices({ client: this.#client }, { Filters })) {
      found.push(...Services.map(({ Id = '' }) => Id));
    }
    for (const Id of found) {
      await this.#deregisterAll(Id);
      await until(`service ${Id} deleted`, OPERATION_MS, async () => {
        await this.#client.send(new DeleteServiceCommand({ Id }));
        return true;
      });
    }
  }

  async #deregisterAll(ServiceId: string): Promise<void> {
    const found: string[] = [];
    for await (const { Instances = [] } of paginateListInstances({ client: this.#client }, { ServiceId })) {
      found.push(...Instances.map(({ Id = '' }) => Id));
    }
    for (const InstanceId of found) {
      await this.#client.send(new DeregisterInstanceCommand({ ServiceId, InstanceId }));
    }
  }

  #expect({ namespace, service, instance }: CloudMapPlace, health: string | undefined): void {
    const key = `${namespace}/${service}`;
    this.#expected.set(key, (this.#expected.get(key) ?? new Map<string, string | undefined>()).set(instance, health));
  }

  /** The targets of an operation that came to its end. */
  #finished(OperationId: string | undefined): Promise<Partial<Record<string, string>>> {
    return until(`operation ${OperationId} ended`, OPERATION_MS, async () => {
      const { Operation } = await this.#client.send(new GetOperationCommand({ OperationId }));
      if (Operation?.Status === 'FAIL') throw new Error(`operation failed: ${Operation.ErrorMessage}`);
      return Operation?.Status === 'SUCCESS' ? (Operation.Targets ?? {}) : undefined;
    });
  }

  #serviceIdOf({ namespace, service }: CloudMapPlace): string {
    return this.#idOf(`${namespace}/${service}`);
  }

  #idOf(name: string): string {
    const id = this.#ids.get(name);
    if (id === undefined) throw new Error(`${name} was not created here`);
    return id;
  }
}
