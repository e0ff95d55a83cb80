import {
  DiscoverInstancesCommand,
  GetNamespaceCommand,
  GetServiceCommand,
  ListInstancesCommand,
  ListNamespacesCommand,
  ListServicesCommand,
} from '@aws-sdk/client-servicediscovery';
import type {
  NamespaceFilter,
  ServiceFilter,
  ServiceInputTypes,
  ServiceOutputTypes,
} from '@aws-sdk/client-servicediscovery';
import type {
  Answer,
  Code,
  Instance,
  InstancesAnswer,
  NamespaceRecord,
  Result,
  ServiceRecord,
  ServiceSummary,
  SourceSettings,
} from '@isthmus/model';
import { ATTRIBUTES, complete, failed } from '@isthmus/model';
import type { Clock, CloudMapSource, Metrics, Presence } from '@isthmus/ports';
import type { ApiRequest, Refusal, Reply } from './api-caller.js';
import { ApiCaller } from './api-caller.js';
import { CallerIdentity, isAwsEndpoint } from './caller-identity.js';
import type { CallTimeouts, Clients } from './clients.js';
import { createClients } from './clients.js';
import type { CredentialsProvider } from './credentials.js';
import { processCredentials, sourceCredentials } from './credentials.js';
import { uniteNamespaces } from './unite-namespaces.js';
import { confirmMembership, readDiscovery } from './discovery-answer.js';
import { invalidAnswer } from './translate-error.js';
import { ListReader } from './list-reader.js';
import { rateLimits } from './operation.js';
import { parseListed, parseNamespace, parseNamespaceId, parseService } from './parsing.js';
import { RequestLimiter } from './request-limiter.js';

export interface AwsCloudMapOptions {
  readonly settings: SourceSettings;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** Attributes of instances that are kept; the others are dropped where they arrive. Default: all of `ATTRIBUTES`. */
  readonly keptAttributes?: readonly string[];
  /** The identity of this process; default: one of its own. Give all sources the same. */
  readonly credentials?: CredentialsProvider;
  /** Default: the STS of the source's region. */
  readonly stsEndpoint?: string;
  readonly timeouts?: Partial<CallTimeouts>;
  /** Attempts per call, the first included (default 3). */
  readonly attempts?: number;
  /** MaxResults of DiscoverInstances; an answer of exactly this size is confirmed by ListInstances (default and most: 1000). */
  readonly discoverPageSize?: number;
}

/** Below 2 s the SDK leaves a timer behind for each connection that is refused. */
const DEFAULT_TIMEOUTS: CallTimeouts = { connectMs: 2000, requestMs: 4000, callMs: 10_000 };
const DEFAULT_ATTEMPTS = 3;
/** Most items of one page. Source: Cloud Map API reference, MaxResults of the List actions and of DiscoverInstances. */
const LIST_PAGE_SIZE = 100;
const DISCOVER_PAGE_SIZE = 1000;

/** One (account, region) of Cloud Map through the AWS SDK. */
export class AwsCloudMapSource implements CloudMapSource {
  readonly #clients: Clients;
  readonly #caller: ApiCaller;
  readonly #lists: ListReader;
  readonly #identity: CallerIdentity | undefined;
  readonly #keptAttributes: readonly string[];
  readonly #discoverPageSize: number;

  constructor(options: AwsCloudMapOptions) {
    const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
    const { settings, stsEndpoint } = options;
    this.#clients = createClients({
      settings,
      credentials: sourceCredentials({ settings, base: options.credentials ?? processCredentials(), stsEndpoint }),
      timeouts,
      attempts: options.attempts ?? DEFAULT_ATTEMPTS,
    });
    this.#caller = createCaller(options, timeouts.callMs);
    this.#lists = new ListReader(this.#caller, this.#clients.control);
    this.#identity = identityOf(options, this.#clients.control.config.credentials);
    this.#keptAttributes = options.keptAttributes ?? Object.values(ATTRIBUTES);
    this.#discoverPageSize = options.discoverPageSize ?? DISCOVER_PAGE_SIZE;
  }

  identity(): string | undefined {
    return this.#identity?.arn;
  }

  async listNamespaces(signal: AbortSignal): Promise<Answer<readonly NamespaceRecord[]>> {
    void this.#identity?.learn(signal);
    const own = await this.#readNamespaces('SELF', signal);
    return own.kind === 'failed' ? own : uniteNamespaces(own, await this.#readNamespaces('OTHER_ACCOUNTS', signal));
  }

  listServices(
    namespace: NamespaceRecord,
    onPage: (page: readonly ServiceSummary[]) => void,
    signal: AbortSignal,
  ): Promise<Answer<readonly ServiceSummary[]>> {
    const value = namespace.isShared ? namespace.arn : namespace.id;
    const filter: ServiceFilter = { Name: 'NAMESPACE_ID', Condition: 'EQ', Values: [value] };
    return this.#readServices(
      { subject: `services in namespace ${namespace.name}`, filters: [filter], onPage },
      signal,
    );
  }

  listAllServices(
    onPage: (page: readonly ServiceSummary[]) => void,
    signal: AbortSignal,
  ): Promise<Answer<readonly ServiceSummary[]>> {
    return this.#readServices({ subject: 'all services', filters: undefined, onPage }, signal);
  }

  async getService(
    idOrArn: string,
    signal: AbortSignal,
  ): Promise<Answer<{ readonly namespaceId: string } | 'not-found'>> {
    const subject = `service ${idOrArn}`;
    const command = new GetServiceCommand({ Id: idOrArn });
    const reply = await this.#control({ operation: 'GetService', subject, command }, signal);
    if (!reply.ok) return notFoundOrFailed(reply.error, 'service-not-found');
    const namespaceId = parseNamespaceId(reply.value.output.Service?.NamespaceId);
    if (namespaceId !== undefined) return complete({ namespaceId }, reply.value.observedAtMs);
    return failed(invalidAnswer(this.#caller.site('GetService', subject), 'it names no namespace'));
  }

  async getNamespace(idOrArn: string, signal: AbortSignal): Promise<Answer<Presence>> {
    const subject = `namespace ${idOrArn}`;
    const command = new GetNamespaceCommand({ Id: idOrArn });
    const reply = await this.#control({ operation: 'GetNamespace', subject, command }, signal);
    if (!reply.ok) return notFoundOrFailed(reply.error, 'namespace-not-found');
    if (reply.value.output.Namespace !== undefined) return complete('present', reply.value.observedAtMs);
    return failed(invalidAnswer(this.#caller.site('GetNamespace', subject), 'it holds no namespace'));
  }

  async discoverInstances(service: ServiceRecord, signal: AbortSignal): Promise<Answer<InstancesAnswer>> {
    const subject = describeService(service);
    const command = new DiscoverInstancesCommand({
      NamespaceName: service.httpName,
      ServiceName: service.serviceName,
      MaxResults: this.#discoverPageSize,
      HealthStatus: 'ALL',
      ...(service.isShared ? { OwnerAccount: service.identity.ownerAccount } : {}),
    });
    const request = { client: this.#clients.data, operation: 'DiscoverInstances', subject, command } as const;
    const reply = await this.#caller.call(request, signal);
    if (!reply.ok) return failed(reply.error.error);
    const site = this.#caller.site('DiscoverInstances', subject);
    const answer = readDiscovery(reply.value, this.#keptAttributes, site);
    const isFull = (reply.value.output.Instances?.length ?? 0) >= this.#discoverPageSize;
    if (answer.kind === 'failed' || !isFull) return answer;
    return confirmMembership(answer, await this.listInstances(service, signal), site);
  }

  listInstances(service: ServiceRecord, signal: AbortSignal): Promise<Answer<readonly Instance[]>> {
    const ServiceId = serviceIdOrArn(service);
    return this.#lists.read(
      {
        operation: 'ListInstances',
        subject: describeService(service),
        command: (NextToken) => new ListInstancesCommand({ ServiceId, MaxResults: LIST_PAGE_SIZE, NextToken }),
        rawItems: ({ Instances }) => Instances,
        parse: (raw) => parseListed(raw, this.#keptAttributes),
        idOf: ({ id }) => id,
        onPage: () => undefined,
      },
      signal,
    );
  }

  /** Ends what is under way as `aborted`, and lets go of sockets. */
  close(): void {
    this.#caller.close();
    this.#clients.control.destroy();
    this.#clients.data.destroy();
    this.#identity?.close();
  }

  /** A namespace names its owner, but nothing names the reader: only the filter tells own namespaces from shared ones. */
  #readNamespaces(owner: 'SELF' | 'OTHER_ACCOUNTS', signal: AbortSignal): Promise<Answer<readonly NamespaceRecord[]>> {
    const isShared = owner === 'OTHER_ACCOUNTS';
    const Filters: NamespaceFilter[] = [{ Name: 'RESOURCE_OWNER', Condition: 'EQ', Values: [owner] }];
    return this.#lists.read(
      {
        operation: 'ListNamespaces',
        subject: isShared ? 'shared namespaces' : 'own namespaces',
        command: (NextToken) => new ListNamespacesCommand({ MaxResults: LIST_PAGE_SIZE, NextToken, Filters }),
        rawItems: ({ Namespaces }) => Namespaces,
        parse: (raw) => parseNamespace(raw, isShared),
        idOf: ({ arn }) => arn,
        onPage: () => undefined,
      },
      signal,
    );
  }

  #readServices(
    listing: {
      readonly subject: string;
      readonly filters: ServiceFilter[] | undefined;
      readonly onPage: (page: readonly ServiceSummary[]) => void;
    },
    signal: AbortSignal,
  ): Promise<Answer<readonly ServiceSummary[]>> {
    const { subject, filters, onPage } = listing;
    return this.#lists.read(
      {
        operation: 'ListServices',
        subject,
        command: (NextToken) => new ListServicesCommand({ MaxResults: LIST_PAGE_SIZE, NextToken, Filters: filters }),
        rawItems: ({ Services }) => Services,
        parse: parseService,
        idOf: ({ id }) => id,
        onPage,
      },
      signal,
    );
  }

  #control<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
    request: Omit<ApiRequest<Input, Output>, 'client'>,
    signal: AbortSignal,
  ): Promise<Result<Reply<Output>, Refusal>> {
    return this.#caller.call({ ...request, client: this.#clients.control }, signal);
  }
}

/** Makes the source of one (account, region). It asks nothing of AWS until its first call. */
export function createAwsCloudMapSource(options: AwsCloudMapOptions): AwsCloudMapSource {
  return new AwsCloudMapSource(options);
}

/** An emulator has no STS beside it, and AWS's own must not hear of keys that are not its own. */
function identityOf(
  { settings, stsEndpoint, clock }: AwsCloudMapOptions,
  credentials: CredentialsProvider,
): CallerIdentity | undefined {
  const isElsewhere = settings.endpoint !== undefined && !isAwsEndpoint(settings.endpoint.control);
  if (isElsewhere && stsEndpoint === undefined) return undefined;
  return new CallerIdentity({ region: settings.region, credentials, endpoint: stsEndpoint, clock });
}

function createCaller({ settings, clock, metrics }: AwsCloudMapOptions, callMs: number): ApiCaller {
  const limits = rateLimits(settings.limits);
  return new ApiCaller({
    source: settings.name,
    region: settings.region,
    account: settings.account ?? 'unknown',
    clock,
    metrics,
    callMs,
    limiters: {
      listNamespaces: new RequestLimiter(limits.listNamespaces, clock),
      listServices: new RequestLimiter(limits.listServices, clock),
      get: new RequestLimiter(limits.get, clock),
      listInstances: new RequestLimiter(limits.listInstances, clock),
      discover: new RequestLimiter(limits.discover, clock),
    },
  });
}

function notFoundOrFailed(refusal: Refusal, notFound: Code): Answer<'not-found'> {
  return refusal.error.code === notFound ? complete('not-found', refusal.observedAtMs) : failed(refusal.error);
}

function describeService(service: ServiceRecord): string {
  return `service ${service.serviceName} in namespace ${service.namespaceName}`;
}

/** The control plane takes ids for what the reader owns, and ARNs for what was shared with it. */
function serviceIdOrArn({ identity, isShared }: ServiceRecord): string {
  const { partition, region, ownerAccount, serviceId } = identity;
  return isShared ? `arn:${partition}:servicediscovery:${region}:${ownerAccount}:service/${serviceId}` : serviceId;
}
