import type { CloudMapErrorCode, CloudMapModel, CloudMapReply } from '@isthmus/emulation';
import type {
  Answer,
  Code,
  Instance,
  InstancesAnswer,
  NamespaceRecord,
  Result,
  ServiceRecord,
  ServiceSummary,
} from '@isthmus/model';
import { complete, err, failed, IsthmusError, ok } from '@isthmus/model';
import type { Clock, CloudMapSource, Presence } from '@isthmus/ports';

/** The real adapter gives a call up after this. */
const CALL_MS = 10_000;

const CODE_OF: Partial<Record<CloudMapErrorCode, Code>> = {
  ThrottlingException: 'throttled',
  RequestLimitExceeded: 'throttled',
  AccessDeniedException: 'access-denied',
  ServiceNotFound: 'service-not-found',
  NamespaceNotFound: 'namespace-not-found',
};

type Body = Readonly<Record<string, unknown>>;
type Call = readonly [operation: string, input: Body, signal: AbortSignal];

interface RawService {
  readonly Id: string;
  readonly Arn: string;
  readonly Name: string;
  readonly CreateDate: number;
}
interface RawInstance {
  readonly Id?: string;
  readonly InstanceId?: string;
  readonly HealthStatus?: Instance['health'];
  readonly Attributes: Readonly<Record<string, string>>;
}
interface RawNamespace {
  readonly Id: string;
  readonly Arn: string;
  readonly Name: string;
  readonly Properties: { readonly HttpProperties: { readonly HttpName: string } };
}

/** How a call reaches the model and its reply comes back: `perform` is what happens when it arrives. */
export type CloudMapChannel = (
  operation: string,
  perform: () => CloudMapReply,
  signal: AbortSignal,
) => Promise<CloudMapReply>;

/** Whose Cloud Map is read, and how. */
export interface ModelCloudMapPlace {
  readonly account: string;
  readonly region: string;
  /** At once, unless given. */
  readonly channel?: CloudMapChannel;
  /** Items on a page of a listing; 100 unless given. */
  readonly pageSize?: number;
}

/** One account and region of the emulated Cloud Map without a wire: every page and fault of it, on a clock that a test moves. */
export class ModelCloudMap implements CloudMapSource {
  /** Answers of DiscoverInstances are cut at this size, and then nothing confirms them. */
  truncatesAt: number | undefined;
  readonly #model: CloudMapModel;
  readonly #clock: Clock;
  readonly #caller: { readonly account: string; readonly region: string };
  readonly #channel: CloudMapChannel;
  readonly #pageSize: number;

  constructor(model: CloudMapModel, clock: Clock, place: ModelCloudMapPlace) {
    const { account, region, channel, pageSize = 100 } = place;
    this.#model = model;
    this.#clock = clock;
    this.#caller = { account, region };
    this.#channel = channel ?? ((_, perform) => Promise.resolve(perform()));
    this.#pageSize = pageSize;
  }

  listNamespaces(signal: AbortSignal): Promise<Answer<readonly NamespaceRecord[]>> {
    const Filters = [{ Name: 'RESOURCE_OWNER', Condition: 'EQ', Values: ['SELF'] }];
    const list = this.#pages('Namespaces', (raw): NamespaceRecord => {
      const { Id, Arn, Name, Properties } = raw as RawNamespace;
      const [, partition = '', , region = '', ownerAccount = ''] = Arn.split(':');
      const httpName = Properties.HttpProperties.HttpName;
      return { id: Id, arn: Arn, name: Name, httpName, partition, region, ownerAccount, isShared: false };
    });
    return list(['ListNamespaces', { Filters }, signal], () => undefined);
  }

  listServices(
    namespace: NamespaceRecord,
    onPage: (page: readonly ServiceSummary[]) => void,
    signal: AbortSignal,
  ): Promise<Answer<readonly ServiceSummary[]>> {
    const Filters = [{ Name: 'NAMESPACE_ID', Condition: 'EQ', Values: [namespace.id] }];
    return this.#services(['ListServices', { Filters }, signal], onPage);
  }

  listAllServices(
    onPage: (page: readonly ServiceSummary[]) => void,
    signal: AbortSignal,
  ): Promise<Answer<readonly ServiceSummary[]>> {
    return this.#services(['ListServices', {}, signal], onPage);
  }

  async getService(Id: string, signal: AbortSignal): Promise<Answer<{ readonly namespaceId: string } | 'not-found'>> {
    const reply = await this.#call('GetService', { Id }, signal);
    if (!reply.ok) return this.#notFoundOr(reply.error, 'service-not-found');
    const { NamespaceId } = reply.value['Service'] as { readonly NamespaceId: string };
    return complete({ namespaceId: NamespaceId }, dateOf(reply.value));
  }

  async getNamespace(Id: string, signal: AbortSignal): Promise<Answer<Presence>> {
    const reply = await this.#call('GetNamespace', { Id }, signal);
    return reply.ok ? complete('present', dateOf(reply.value)) : this.#notFoundOr(reply.error, 'namespace-not-found');
  }

  async discoverInstances(service: ServiceRecord, signal: AbortSignal): Promise<Answer<InstancesAnswer>> {
    const { httpName: NamespaceName, serviceName: ServiceName } = service;
    const input = { NamespaceName, ServiceName, HealthStatus: 'ALL', MaxResults: 1000 };
    const reply = await this.#call('DiscoverInstances', input, signal);
    if (!reply.ok) return failed(reply.error);
    const listed = (reply.value['Instances'] as readonly RawInstance[]).map(instanceOf);
    const value = { instances: listed.slice(0, this.truncatesAt), revision: Number(reply.value['InstancesRevision']) };
    if (value.instances.length !== this.truncatesAt) return complete(value, dateOf(reply.value));
    const missing = new IsthmusError('truncated', 'the answer was as long as the limit');
    return { kind: 'partial', value, observedAtMs: dateOf(reply.value), missing };
  }

  listInstances(service: ServiceRecord, signal: AbortSignal): Promise<Answer<readonly Instance[]>> {
    const list = this.#pages('Instances', (raw) => instanceOf(raw as RawInstance));
    return list(['ListInstances', { ServiceId: service.identity.serviceId }, signal], () => undefined);
  }

  identity(): undefined {
    return undefined;
  }

  close(): void {
    // There is nothing to let go of.
  }

  #services(call: Call, onPage: (page: readonly ServiceSummary[]) => void): Promise<Answer<readonly ServiceSummary[]>> {
    const list = this.#pages('Services', (raw): ServiceSummary => {
      const { Id, Arn, Name, CreateDate } = raw as RawService;
      return { id: Id, arn: Arn, name: Name, createdAtMs: CreateDate * 1000 };
    });
    return list(call, onPage);
  }

  #pages<Item>(
    member: string,
    parse: (raw: unknown) => Item,
  ): (call: Call, onPage: (page: readonly Item[]) => void) => Promise<Answer<readonly Item[]>> {
    return async ([operation, input, signal], onPage) => {
      const items: Item[] = [];
      let observedAtMs = this.#atMs();
      let token: unknown;
      do {
        const reply = await this.#call(operation, { ...input, MaxResults: this.#pageSize, NextToken: token }, signal);
        if (!reply.ok && token === undefined) return failed(reply.error);
        if (!reply.ok) return { kind: 'partial', value: items, observedAtMs: this.#atMs(), missing: reply.error };
        const page = (reply.value[member] as readonly unknown[]).map(parse);
        items.push(...page);
        onPage(page);
        token = reply.value['NextToken'];
        observedAtMs = dateOf(reply.value);
      } while (token !== undefined);
      return complete(items, observedAtMs);
    };
  }

  async #call(operation: string, input: Body, signal: AbortSignal): Promise<Result<Body, IsthmusError>> {
    const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
    let atMs = this.#atMs();
    const perform = (): CloudMapReply => {
      atMs = this.#atMs();
      return this.#model.call({ ...this.#caller, operation, input: given });
    };
    const reply = await this.#channel(operation, perform, signal);
    const about = `${operation} in ${this.#caller.region}`;
    switch (reply.kind) {
      case 'success':
        return ok({ ...reply.body, Date: atMs });
      case 'truncated':
        return err(new IsthmusError('invalid-answer', about));
      case 'error':
        return err(new IsthmusError(CODE_OF[reply.error.code] ?? 'server-error', `${about}: ${reply.error.message}`));
      case 'reset':
        return err(new IsthmusError('network', about));
      case 'hang':
        await this.#clock.sleep(CALL_MS, signal).catch(() => undefined);
        return err(new IsthmusError(signal.aborted ? 'aborted' : 'timeout', about));
    }
  }

  #notFoundOr(error: IsthmusError, notFound: Code): Answer<'not-found'> {
    return error.code === notFound ? complete('not-found', this.#atMs()) : failed(error);
  }

  /** The `Date` of an answer: whole seconds. */
  #atMs(): number {
    return Math.floor(this.#model.nowMs() / 1000) * 1000;
  }
}

/** When the model answered, however long the answer was on its way. */
function dateOf(body: Body): number {
  return Number(body['Date']);
}

function instanceOf({ Id, InstanceId, HealthStatus, Attributes }: RawInstance): Instance {
  return {
    id: InstanceId ?? Id ?? '',
    health: HealthStatus ?? 'UNKNOWN',
    attributes: new Map(Object.entries(Attributes)),
  };
}
