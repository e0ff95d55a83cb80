import type {
  Answer,
  Instance,
  InstancesAnswer,
  IsthmusError,
  NamespaceRecord,
  ServiceRecord,
  ServiceSummary,
} from '@isthmus/model';
import { complete, failed } from '@isthmus/model';
import type { Clock, CloudMapSource, Presence } from '@isthmus/ports';

/** Names of the calls of a source. */
export type CloudMapCall = Exclude<keyof CloudMapSource, 'close'>;

interface FakeService {
  readonly namespace: NamespaceRecord;
  readonly summary: ServiceSummary;
  answer: InstancesAnswer;
}

/** A Cloud Map in memory, without pages, delays or limits; any call can be made to fail or to hang. */
export class FakeCloudMap implements CloudMapSource {
  readonly calls: { readonly call: CloudMapCall; readonly about: string; readonly atMs: number }[] = [];
  isClosed = false;
  readonly #clock: Clock;
  readonly #region: string;
  readonly #account: string;
  readonly #namespaces = new Map<string, NamespaceRecord>();
  readonly #services = new Map<string, FakeService>();
  readonly #faults = new Map<CloudMapCall, IsthmusError | 'hang'>();

  constructor(options: { readonly clock: Clock; readonly region?: string; readonly account?: string }) {
    this.#clock = options.clock;
    this.#region = options.region ?? 'us-east-1';
    this.#account = options.account ?? '111122223333';
  }

  /** Registers `service.namespace` with these instances; the ids follow from the names. Each call is a new revision. */
  register(name: string, instances: readonly Instance[]): void {
    const dot = name.indexOf('.');
    const [service, namespace] = [name.slice(0, dot), name.slice(dot + 1)];
    const id = `srv-${service}`;
    const revision = (this.#services.get(id)?.answer.revision ?? 0) + 1;
    this.#services.set(id, {
      namespace: this.#addNamespace(namespace),
      summary: { id, arn: this.#arn(`service/${id}`), name: service, createdAtMs: 0 },
      answer: { instances, revision },
    });
  }

  /** Deletes the service and leaves its namespace. */
  unregister(name: string): void {
    this.#services.delete(`srv-${name.slice(0, name.indexOf('.'))}`);
  }

  fail(call: CloudMapCall, fault: IsthmusError | 'hang'): void {
    this.#faults.set(call, fault);
  }

  heal(): void {
    this.#faults.clear();
  }

  countOf(call: CloudMapCall): number {
    return this.calls.filter((one) => one.call === call).length;
  }

  listNamespaces(signal: AbortSignal): Promise<Answer<readonly NamespaceRecord[]>> {
    return this.#answer({ call: 'listNamespaces', about: '', signal }, () => [...this.#namespaces.values()]);
  }

  listServices(
    namespace: NamespaceRecord,
    onPage: (page: readonly ServiceSummary[]) => void,
    signal: AbortSignal,
  ): Promise<Answer<readonly ServiceSummary[]>> {
    return this.#answer({ call: 'listServices', about: namespace.id, signal }, () => {
      const page = this.#summaries((service) => service.namespace.id === namespace.id);
      onPage(page);
      return page;
    });
  }

  listAllServices(
    onPage: (page: readonly ServiceSummary[]) => void,
    signal: AbortSignal,
  ): Promise<Answer<readonly ServiceSummary[]>> {
    return this.#answer({ call: 'listAllServices', about: '', signal }, () => {
      const page = this.#summaries(() => true);
      onPage(page);
      return page;
    });
  }

  getService(serviceId: string, signal: AbortSignal): Promise<Answer<{ readonly namespaceId: string } | 'not-found'>> {
    return this.#answer({ call: 'getService', about: serviceId, signal }, () => {
      const service = this.#services.get(serviceId);
      return service === undefined ? 'not-found' : { namespaceId: service.namespace.id };
    });
  }

  getNamespace(namespaceId: string, signal: AbortSignal): Promise<Answer<Presence>> {
    return this.#answer({ call: 'getNamespace', about: namespaceId, signal }, () =>
      this.#namespaces.has(namespaceId) ? 'present' : 'not-found',
    );
  }

  discoverInstances(service: ServiceRecord, signal: AbortSignal): Promise<Answer<InstancesAnswer>> {
    const { serviceId } = service.identity;
    return this.#answer({ call: 'discoverInstances', about: serviceId, signal }, () => this.#answerOf(serviceId));
  }

  listInstances(service: ServiceRecord, signal: AbortSignal): Promise<Answer<readonly Instance[]>> {
    const { serviceId } = service.identity;
    return this.#answer({ call: 'listInstances', about: serviceId, signal }, () => this.#answerOf(serviceId).instances);
  }

  identity(): undefined {
    return undefined;
  }

  close(): void {
    this.isClosed = true;
  }

  async #answer<T>(
    asked: { readonly call: CloudMapCall; readonly about: string; readonly signal: AbortSignal },
    value: () => T,
  ): Promise<Answer<T>> {
    const { call, about, signal } = asked;
    this.calls.push({ call, about, atMs: this.#clock.monotonicMs() });
    const fault = this.#faults.get(call);
    if (fault === 'hang') await untilAborted(signal);
    else if (fault !== undefined) return failed(fault);
    return complete(value(), this.#clock.nowMs());
  }

  #answerOf(serviceId: string): InstancesAnswer {
    return this.#services.get(serviceId)?.answer ?? { instances: [], revision: 0 };
  }

  #summaries(isWanted: (service: FakeService) => boolean): readonly ServiceSummary[] {
    return [...this.#services.values()].filter(isWanted).map(({ summary }) => summary);
  }

  #addNamespace(name: string): NamespaceRecord {
    const id = `ns-${name}`;
    const known = this.#namespaces.get(id);
    if (known !== undefined) return known;
    const namespace: NamespaceRecord = {
      id,
      arn: this.#arn(`namespace/${id}`),
      name,
      httpName: name,
      partition: 'aws',
      region: this.#region,
      ownerAccount: this.#account,
      isShared: false,
    };
    this.#namespaces.set(id, namespace);
    return namespace;
  }

  #arn(resource: string): string {
    return `arn:aws:servicediscovery:${this.#region}:${this.#account}:${resource}`;
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
