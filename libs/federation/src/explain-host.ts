import type { Configuration, Host, Result } from '@isthmus/model';
import { err, ok } from '@isthmus/model';

import type { ClusterFacts } from './explain-cluster.js';
import { explainCluster } from './explain-cluster.js';
import { viewReason } from './explain-components.js';
import { hostByTemplate, HostServices } from './explain-services.js';
import type { HostExplanation, RejectionExplanation, UnknownHost } from './explain-view.js';
import { nearHosts } from './near-hosts.js';
import type { SourceView } from './source-view.js';

/** Everything that is known at one moment. */
export interface ExplainInput {
  readonly configuration: Configuration;
  readonly sources: readonly SourceView[];
  readonly clusters: readonly ClusterFacts[];
  readonly nowMs: number;
}

/** Explains one host in every cluster; a host that is unknown everywhere is answered with what is near it. */
export function explainHost(input: ExplainInput, asked: string): Result<HostExplanation, UnknownHost> {
  const host = asked.toLowerCase().replace(/\.$/, '') as Host;
  const query = { host, services: new HostServices(host, input.configuration), sources: input.sources };
  const answers = input.clusters.map((facts) => explainCluster(facts, query));
  const clusters = answers.flatMap(({ explanation }) => explanation ?? []);
  const notMapped = answers.flatMap((answer) => answer.notMapped);
  if (clusters.length === 0 && notMapped.length === 0) return err(unknownHost(input, host));
  const { configuration, nowMs } = input;
  return ok({ host, hub: configuration.hub.name, answeredAt: new Date(nowMs).toISOString(), clusters, notMapped });
}

function unknownHost({ clusters }: ExplainInput, host: string): UnknownHost {
  const refused = new Map<string, RejectionExplanation>();
  for (const { view } of clusters) {
    for (const rejection of view.decision?.rejections ?? []) {
      const { component, source, reason, detail } = rejection;
      refused.set(`${rejection.host} ${component}`, {
        component,
        source,
        host: rejection.host,
        detail,
        ...viewReason(reason),
      });
    }
  }
  const nearRefused = new Set(
    nearHosts(
      host,
      [...refused.values()].map((rejection) => rejection.host),
    ),
  );
  return {
    host,
    near: nearHosts(host, knownHosts(clusters)),
    refused: [...refused.values()].filter((rejection) => nearRefused.has(rejection.host)),
  };
}

/** Hosts of live objects, and of services by the default template: not every route of every cluster is gone through. */
function knownHosts(clusters: readonly ClusterFacts[]): ReadonlySet<string> {
  const hosts = new Set<string>();
  const snapshots = new Set(clusters.flatMap(({ input }) => input.snapshots));
  for (const { services } of snapshots) {
    for (const { service } of services.values()) hosts.add(hostByTemplate('{service}.{namespace}', service));
  }
  for (const { input } of clusters) {
    for (const { spec } of input.observed) for (const host of spec.hosts) hosts.add(host.toLowerCase());
  }
  return hosts;
}
