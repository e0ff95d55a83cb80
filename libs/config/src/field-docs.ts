/** What a person has to know of one field beside its type and default. */
export interface FieldDoc {
  readonly meaning: string;
  /** Unit or form of the value, where the type does not say it. */
  readonly form?: string;
  /** Absent: a change acts within 10 s. */
  readonly needsRestart?: true;
}

const doc = (meaning: string, form?: string): FieldDoc => (form === undefined ? { meaning } : { meaning, form });
const atStart = (meaning: string, form?: string): FieldDoc => ({ ...doc(meaning, form), needsRestart: true });

const DURATION = 'duration up to 168h, as 500ms, 5s, 10m, 1h';
const PER_SECOND = 'calls per second';
const GLOBS = 'globs: * and ?';
const TIME = 'ISO 8601 with a zone';
const SHARE = 'percentage, 0% to 100%';
const NETWORKS = 'networks in CIDR notation';

/** Every field of the configuration by its path; `[]` stands for each entry of a list. */
export const FIELD_DOCS: Readonly<Record<string, FieldDoc>> = {
  apiVersion: atStart('Version of this file.'),
  'hub.name': atStart('Stamped on every object; two hubs must not share it.', 'DNS label'),
  'hub.formerNames': doc('Earlier names of this hub: their objects count as its own.', 'DNS labels'),
  'hub.readOnly': doc('Stops every write at once.'),
  'hub.http.host': atStart('Address on which probes, metrics and the API listen.'),
  'hub.http.port': atStart('Port of probes, metrics and the API; 0 takes a free one.'),
  'hub.log.level': atStart('Least level that is logged.'),
  'store.memory': atStart('The embedded store: one replica, and nothing survives a restart.'),
  'defaults.source': doc('Put under every entry of sources: maps merge deep, lists replace, the own value wins.'),
  'defaults.cluster': doc('Put under every entry of clusters, in the same way.'),
  'defaults.to': doc('Put under the `to` of every route, but for what its preset decides.'),
  'sources[].name': doc('Name of the source; with `regions` the region is added to it.', 'DNS label'),
  'sources[].region': doc('AWS region to read.'),
  'sources[].regions': doc('AWS regions to read: one source of each.'),
  'sources[].account': doc('Account that the answers must come from; another one proves nothing.', '12 digits'),
  'sources[].endpoint': doc('Other endpoint than AWS’s, for both planes or as { control, data }.', 'URL'),
  'sources[].credentials.assumeRole.arn': doc('Role to assume; without it, the SDK’s own chain.', 'ARN'),
  'sources[].credentials.assumeRole.externalId': doc('External id that the role’s trust asks for.'),
  'sources[].credentials.assumeRole.sessionName': doc('Name of the session in CloudTrail.'),
  'sources[].credentials.static.accessKeyIdFile': doc('File that holds an access key id.', 'path'),
  'sources[].credentials.static.secretAccessKeyFile': doc('File that holds its secret.', 'path'),
  'sources[].credentials.static.sessionTokenFile': doc('File that holds a session token.', 'path'),
  'sources[].namespaces.include': doc('Namespaces to read, by name.', GLOBS),
  'sources[].namespaces.exclude': doc('Namespaces to leave out.', GLOBS),
  'sources[].services.include': doc('Services to read, by name.', GLOBS),
  'sources[].services.exclude': doc('Services to leave out.', GLOBS),
  'sources[].health': doc('Which instances get traffic: the healthy ones or else all, only healthy ones, or all.'),
  'sources[].poll.hot': doc('Between two polls of a service that changed less than 10 min ago.', DURATION),
  'sources[].poll.warm': doc('Between two polls of a service that changed within a day.', DURATION),
  'sources[].poll.cold': doc('Between two polls of any other service.', DURATION),
  'sources[].poll.catalogue': doc('Between two readings of what namespaces and services there are.', DURATION),
  'sources[].limits.discoverPerSecond': doc('Most calls of DiscoverInstances.', PER_SECOND),
  'sources[].limits.listServicesPerSecond': doc('Most calls of ListServices.', PER_SECOND),
  'sources[].limits.listNamespacesPerSecond': doc('Most calls of ListNamespaces.', PER_SECOND),
  'sources[].limits.getPerSecond': doc('Most calls of GetService, GetNamespace and ListInstances.', PER_SECOND),
  'sources[].staleAfter': doc('Age of the last complete reading from which the source is stale.', DURATION),
  'sources[].frozenAfter': doc('Age from which it is frozen; nothing is removed by age.', DURATION),
  'sources[].paused.reason': doc('Why the source is not polled.'),
  'sources[].paused.until': doc('When polling goes on by itself.', TIME),
  'clusters[].name': doc('Name of the cluster; stamped on its objects.', 'DNS label'),
  'clusters[].formerNames': doc('Earlier names of this entry: their objects count as its own.', 'DNS labels'),
  'clusters[].role': doc('Whether its istiod reads the entries, another cluster’s does, or one outside.'),
  'clusters[].primary': doc('Of a remote: the cluster whose istiod serves it.'),
  'clusters[].push': doc('False: planned and shown, never written to.'),
  'clusters[].kubeconfig.file': doc('Kubeconfig with inline data; read again every 10 s.', 'path'),
  'clusters[].namespace': doc('Namespace in which the entries live.', 'DNS label'),
  'clusters[].createNamespace': doc(
    'Create the namespace when it is missing; needs the rights of `deploy/rbac/create-namespace.yaml`.',
  ),
  'clusters[].previousNamespaces': doc(
    'Namespaces from which entries move: created here, then deleted there.',
    'DNS labels',
  ),
  'clusters[].mode': doc('observe writes nothing, upsert-only deletes no object, sync does everything.'),
  'clusters[].routes[].from.sources': doc('Sources that the route takes; absent: all.', GLOBS),
  'clusters[].routes[].from.accounts': doc('Accounts that own the namespace.', GLOBS),
  'clusters[].routes[].from.regions': doc('AWS regions.', GLOBS),
  'clusters[].routes[].from.namespaces': doc('Namespaces, by name.', GLOBS),
  'clusters[].routes[].from.services': doc('Services, by name.', GLOBS),
  'clusters[].routes[].from.instances.where': doc(
    'Attributes that an instance must have, all of them; it leaves instances out and does not choose the route.',
    'attribute: value',
  ),
  'clusters[].routes[].preset': doc(
    'Rules of istio-cloud-map; they decide host, ports, servicePort, protocol, resolution and location, which are refused beside it.',
  ),
  'clusters[].routes[].to.host': doc('Host of the entry.', 'template of {service} {namespace} {region} {account}'),
  'clusters[].routes[].to.hostSuffixes': doc('Suffixes of which a host must have one; empty: any legal host.'),
  'clusters[].routes[].to.allowHosts': doc(
    'Hosts that are taken although they belong to Kubernetes or a cloud.',
    GLOBS,
  ),
  'clusters[].routes[].to.ports[].number': doc('Service port of instances that name none.'),
  'clusters[].routes[].to.ports[].name': doc('Its name.', 'DNS label'),
  'clusters[].routes[].to.ports[].protocol': doc('Its protocol.', 'one of Istio’s names'),
  'clusters[].routes[].to.servicePort': doc('Service port of the host, whatever the instances name.'),
  'clusters[].routes[].to.protocol': doc('Protocol of ports that no instance attribute names.', 'one of Istio’s names'),
  'clusters[].routes[].to.resolution': doc('STATIC for IPs and DNS for names, or one of them always.'),
  'clusters[].routes[].to.location': doc('Whether the service counts as part of the mesh.'),
  'clusters[].routes[].to.exportTo': doc('Namespaces that see the entry.'),
  'clusters[].routes[].to.revision': doc('Label istio.io/rev of the entry.', 'label value'),
  'clusters[].routes[].to.endpointLabels': doc(
    'Labels of an endpoint and the attributes that they come from.',
    'label: attribute',
  ),
  'clusters[].routes[].to.addressAttribute': doc('Attribute that holds the address as a URL, a host or host:port.'),
  'clusters[].routes[].to.merge': doc(
    'What may share a host: one service in several regions, also across accounts, or nothing.',
  ),
  'clusters[].routes[].to.trafficDistribution': doc(
    'Prefer endpoints that are close; a dead one is not failed over without outlier detection.',
  ),
  'clusters[].localities': doc('The mesh’s own name of an AWS region, in localities.', 'region: name'),
  'clusters[].allowedCidrs': doc(
    'Addresses that may be endpoints; empty: all. A list leaves host names out.',
    NETWORKS,
  ),
  'clusters[].deniedCidrs': doc('Addresses that may not; it wins over allowedCidrs.', NETWORKS),
  'clusters[].limits.writesPerSecond': doc('Most writes in the long run.', 'writes per second'),
  'clusters[].limits.burst': doc('Most writes at once.', 'writes'),
  'clusters[].limits.inFlight': doc('Most writes at the same time.', 'requests'),
  'clusters[].brake.objects': doc('Share of a source’s objects that may go within the window.', SHARE),
  'clusters[].brake.endpoints': doc('Share of its endpoints that may go within the window.', SHARE),
  'clusters[].brake.window': doc('How far back the brake counts.', DURATION),
  'clusters[].deletes.pending': doc('Grace between the mark and the removal.', DURATION),
  'clusters[].deletes.emptyReads': doc('Empty answers in a row that prove the last instance gone.', 'answers'),
  'clusters[].deletes.emptyAfter': doc('Over how long they must come.', DURATION),
  'clusters[].sweep': doc('Between two looks at what others changed.', DURATION),
  'clusters[].paused.reason': doc('Why the cluster is not written to.'),
  'clusters[].paused.until': doc('When writing goes on by itself.', TIME),
  'approvals[].cluster': doc('Cluster whose held removals may go.'),
  'approvals[].removals': doc('The hash that status shows for what is held.', 'hex'),
  'approvals[].until': doc('When the approval ends.', TIME),
};

/** One value for each field whose form its default does not show. */
export const FIELD_EXAMPLES: Readonly<Record<string, unknown>> = {
  'hub.name': 'prod',
  'hub.formerNames': ['prod-old'],
  'sources[].name': 'shop',
  'sources[].region': 'us-east-1',
  'sources[].regions': ['us-east-1', 'eu-west-1'],
  'sources[].account': '111122223333',
  'sources[].endpoint': { control: 'https://sd.example.com', data: 'https://data-sd.example.com' },
  'sources[].credentials.assumeRole.arn': 'arn:aws:iam::111122223333:role/isthmus',
  'sources[].credentials.static.accessKeyIdFile': '/run/secrets/aws/id',
  'sources[].credentials.static.secretAccessKeyFile': '/run/secrets/aws/secret',
  'sources[].credentials.static.sessionTokenFile': '/run/secrets/aws/session',
  'sources[].paused.until': '2030-01-31T18:00:00Z',
  'clusters[].name': 'eks-us',
  'clusters[].formerNames': ['eks'],
  'clusters[].primary': 'eks-us',
  'clusters[].kubeconfig.file': './clusters/eks-us.yaml',
  'clusters[].previousNamespaces': ['mesh-egress'],
  'clusters[].localities': { 'eu-west-1': 'westeurope' },
  'clusters[].allowedCidrs': ['10.0.0.0/8', 'fd00::/8'],
  'clusters[].deniedCidrs': ['10.96.0.0/12'],
  'clusters[].paused.until': '2030-01-31T18:00:00Z',
  'clusters[].routes[].from.sources': ['shop-*'],
  'clusters[].routes[].from.accounts': ['1111*'],
  'clusters[].routes[].from.regions': ['us-*'],
  'clusters[].routes[].from.namespaces': ['shop*'],
  'clusters[].routes[].from.services': ['frontend'],
  'clusters[].routes[].from.instances.where': { version: '1.0' },
  'clusters[].routes[].to.host': '{service}.{namespace}.{region}.shop.internal',
  'clusters[].routes[].to.hostSuffixes': ['shop.internal'],
  'clusters[].routes[].to.allowHosts': ['*.amazonaws.com'],
  'clusters[].routes[].to.ports[].number': 8080,
  'clusters[].routes[].to.ports[].name': 'http-web',
  'clusters[].routes[].to.ports[].protocol': 'HTTP',
  'clusters[].routes[].to.servicePort': 8080,
  'clusters[].routes[].to.protocol': 'GRPC',
  'clusters[].routes[].to.exportTo': ['.', 'istio-system'],
  'clusters[].routes[].to.revision': 'canary',
  'clusters[].routes[].to.endpointLabels': { version: 'version' },
  'clusters[].routes[].to.addressAttribute': 'url',
  'approvals[].until': '2030-01-31T18:00:00Z',
};
