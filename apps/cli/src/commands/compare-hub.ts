import type { ClusterComponents, ConfigRemoval } from '@isthmus/federation';
import { findConfigRemovals } from '@isthmus/federation';
import type { Configuration, HubStatus, Result } from '@isthmus/model';
import { err, ok } from '@isthmus/model';
import { EXIT } from '../exit-codes.js';
import type { AskHub } from './ask-hub.js';
import { isObject } from './ask-hub.js';
import type { Failure } from './find-hub.js';
import { baseUrl } from './find-hub.js';

/** What a configuration would remove of what a running hub holds. */
export interface HubComparison {
  /** URL of the hub. */
  readonly hub: string;
  readonly removals: readonly ConfigRemoval[];
  /** Clusters of which the hub cannot tell what they hold, and why. */
  readonly unknown: readonly { readonly cluster: string; readonly message: string }[];
}

/** Asks a hub what it holds, cluster by cluster, and compares a configuration with it. */
export async function compareWithHub(
  next: Configuration,
  server: string,
  askHub: AskHub,
): Promise<Result<HubComparison, Failure>> {
  const url = baseUrl(server);
  if (!url.ok) return url;
  const hub = url.value;
  const status = await askHub(hub, '/api/v1/status');
  if (!status.ok) return status;
  const { clusters, sources } = status.value.body as Partial<HubStatus>;
  if (status.value.status !== 200 || !Array.isArray(clusters) || !Array.isArray(sources))
    return err(strange(hub, status.value.status));
  const held: ClusterComponents[] = [];
  const unknown: { cluster: string; message: string }[] = [];
  for (const { name } of clusters as HubStatus['clusters']) {
    const answer = await askHub(hub, `/api/v1/clusters/${encodeURIComponent(name)}/components`);
    if (!answer.ok) {
      if (answer.error.exitCode !== EXIT.hubUnreachable) return answer;
      unknown.push({ cluster: name, message: answer.error.lines.join(' ') });
    } else if (isComponents(answer.value.body)) held.push(answer.value.body);
    else return err(strange(hub, answer.value.status));
  }
  return ok({
    hub,
    removals: findConfigRemovals(next, { clusters: held, sources: sources as HubStatus['sources'] }),
    unknown,
  });
}

function isComponents(body: unknown): body is ClusterComponents {
  return isObject(body) && typeof body['cluster'] === 'string' && Array.isArray(body['hosts']);
}

function strange(hub: string, status: number): Failure {
  const line = `isthmus: the hub at ${hub} answered ${status} → is it as new as this command?`;
  return { exitCode: EXIT.error, lines: [line] };
}
