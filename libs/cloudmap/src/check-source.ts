import type {
  Answer,
  Check,
  IsthmusError,
  NamespaceRecord,
  ServiceRecord,
  ServiceSummary,
  SourceSettings,
} from '@isthmus/model';
import { broken, CODES, componentKey, failureOf, fine, unseen, warned } from '@isthmus/model';
import type { CloudMapSource } from '@isthmus/ports';
import { iamPolicy, OPERATIONS } from './iam-policy.js';
import type { Operation } from './operation.js';

/** Ids that no namespace and no service has: “it does not exist” is an answer for whoever may ask. */
const NO_NAMESPACE = 'ns-isthmusdoctor0000';
const NO_SERVICE = 'srv-isthmusdoctor0000';

/** Makes one real read call of each operation that a hub needs, and says which of them AWS refuses. */
export async function checkSource(
  source: CloudMapSource,
  settings: Pick<SourceSettings, 'account' | 'region'>,
  signal: AbortSignal,
): Promise<readonly Check[]> {
  const namespaces = await source.listNamespaces(signal);
  const first = failureOf(namespaces);
  if (first !== undefined && first.code !== 'access-denied') return [unreachable(first)];
  const listed = valueOf(namespaces) ?? [];
  const denied = await deniedOperations(source, listed, signal);
  if (first !== undefined) denied.set('ListNamespaces', first);
  const identity = source.identity();
  return [
    connectionCheck(first, denied),
    identity === undefined ? unseen('identity', 'STS does not tell who the hub is') : fine('identity', identity),
    permissionCheck(denied),
    ...(first === undefined ? [placeCheck(listed, settings)] : []),
  ];
}

/** Operation → why AWS refuses it. */
async function deniedOperations(
  source: CloudMapSource,
  namespaces: readonly NamespaceRecord[],
  signal: AbortSignal,
): Promise<Map<Operation, IsthmusError>> {
  const namespace = namespaces.find(({ isShared }) => !isShared) ?? namespaces[0];
  const nothing = (): void => undefined;
  const [services, presence] = await Promise.all([
    namespace === undefined ? source.listAllServices(nothing, signal) : source.listServices(namespace, nothing, signal),
    source.getNamespace(namespace?.isShared === true ? namespace.arn : (namespace?.id ?? NO_NAMESPACE), signal),
  ]);
  const service = serviceOf(namespace, valueOf(services)?.[0]);
  const [known, members, endpoints] = await Promise.all([
    source.getService(service.identity.serviceId, signal),
    source.listInstances(service, signal),
    source.discoverInstances(service, signal),
  ]);
  const answers: readonly (readonly [Operation, Answer<unknown>])[] = [
    ['GetNamespace', presence],
    ['ListServices', services],
    ['GetService', known],
    ['ListInstances', members],
    ['DiscoverInstances', endpoints],
  ];
  return new Map(
    answers.flatMap(([operation, answer]) => {
      const failure = failureOf(answer);
      return failure?.code === 'access-denied' ? [[operation, failure] as const] : [];
    }),
  );
}

function connectionCheck(first: IsthmusError | undefined, denied: ReadonlyMap<Operation, IsthmusError>): Check {
  if (first === undefined) return fine('aws', 'Cloud Map answers');
  const isAll = denied.size === OPERATIONS.length;
  return isAll
    ? broken('aws', `Cloud Map answers and refuses everything: ${first.message}`, 'Look which identity the hub has.')
    : fine('aws', 'Cloud Map answers');
}

function permissionCheck(denied: ReadonlyMap<Operation, IsthmusError>): Check {
  if (denied.size === 0)
    return fine('permissions', `${OPERATIONS.length} of ${OPERATIONS.length} read calls are allowed`);
  const refused = OPERATIONS.filter((operation) => denied.has(operation));
  const names = refused.map((operation) => `servicediscovery:${operation}`).join(', ');
  return broken('permissions', `the identity may not call ${names}`, iamPolicy(refused));
}

/** Whether the answer is that of the account and region that the configuration names. */
function placeCheck(
  namespaces: readonly NamespaceRecord[],
  { account, region }: Pick<SourceSettings, 'account' | 'region'>,
): Check {
  const own = namespaces.filter(({ isShared }) => !isShared);
  const stranger = own.find((one) => one.region !== region || (account !== undefined && one.ownerAccount !== account));
  if (stranger !== undefined) {
    const message = `the namespaces are those of account ${stranger.ownerAccount}, region ${stranger.region}`;
    const fix = `account: "${stranger.ownerAccount}"  # or credentials of account ${account ?? 'your choice'}: ${CODES['wrong-account'].remedy}`;
    return broken('account', message, fix);
  }
  const shared = namespaces.length - own.length;
  const message = `${own.length} namespaces of its own, ${shared} shared with it`;
  if (namespaces.length > 0) return fine('account', message);
  return warned('account', 'there is no namespace', `Look whether Cloud Map is used in ${region} at all.`);
}

function unreachable(error: IsthmusError): Check {
  return broken('aws', error.message, CODES[error.code].remedy);
}

/** A service to ask for; one that nobody has where there is none. */
function serviceOf(namespace: NamespaceRecord | undefined, summary: ServiceSummary | undefined): ServiceRecord {
  const identity = {
    partition: namespace?.partition ?? 'aws',
    region: namespace?.region ?? '',
    ownerAccount: namespace?.ownerAccount ?? '',
    namespaceId: namespace?.id ?? NO_NAMESPACE,
    serviceId: summary?.id ?? NO_SERVICE,
  };
  return {
    key: componentKey(identity),
    identity,
    namespaceName: namespace?.name ?? 'isthmus-doctor',
    httpName: namespace?.httpName ?? 'isthmus-doctor',
    serviceName: summary?.name ?? 'isthmus-doctor',
    createdAtMs: 0,
    isShared: namespace?.isShared ?? false,
  };
}

function valueOf<Value>(answer: Answer<Value>): Value | undefined {
  return answer.kind === 'failed' ? undefined : answer.value;
}
