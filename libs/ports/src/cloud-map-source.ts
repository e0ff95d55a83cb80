import type { Answer, Instance, InstancesAnswer, NamespaceRecord, ServiceRecord, ServiceSummary } from '@isthmus/model';

/** Whether a thing exists by id, asked directly. */
export type Presence = 'present' | 'not-found';

/**
 * One (account, region) of AWS Cloud Map, read-only. No method throws for what AWS or the network does: the answer
 * says so. Each call waits for its own rate limit and has a timeout.
 */
export interface CloudMapSource {
  /** Who the source is taken for, as an ARN; undefined while that is not known. */
  identity(): string | undefined;
  /** Every page of ListNamespaces, own and shared ones. */
  listNamespaces(signal: AbortSignal): Promise<Answer<readonly NamespaceRecord[]>>;
  /** Every page of ListServices of one namespace; `onPage` sees each page as it comes, so that polling need not wait for the last. */
  listServices(
    namespace: NamespaceRecord,
    onPage: (page: readonly ServiceSummary[]) => void,
    signal: AbortSignal,
  ): Promise<Answer<readonly ServiceSummary[]>>;
  /** Every page of ListServices without a filter: cheaper when there are many namespaces. */
  listAllServices(
    onPage: (page: readonly ServiceSummary[]) => void,
    signal: AbortSignal,
  ): Promise<Answer<readonly ServiceSummary[]>>;
  /** GetService, by id or, for what another account shares, by ARN: the id of its namespace, or that it does not exist. */
  getService(idOrArn: string, signal: AbortSignal): Promise<Answer<{ readonly namespaceId: string } | 'not-found'>>;
  /** GetNamespace, by id or, for what another account shares, by ARN: whether it exists. */
  getNamespace(idOrArn: string, signal: AbortSignal): Promise<Answer<Presence>>;
  /** DiscoverInstances with HealthStatus ALL and MaxResults 1000; exactly 1000 are confirmed by ListInstances, else `partial`. */
  discoverInstances(service: ServiceRecord, signal: AbortSignal): Promise<Answer<InstancesAnswer>>;
  /** Every page of ListInstances: the control plane's view of the membership, without health. */
  listInstances(service: ServiceRecord, signal: AbortSignal): Promise<Answer<readonly Instance[]>>;
  /** Lets go of sockets. */
  close(): void;
}
