import type { DiscoverInstancesCommandOutput } from '@aws-sdk/client-servicediscovery';
import type { Answer, CompleteAnswer, Instance, InstancesAnswer, PartialAnswer } from '@isthmus/model';
import { CODES, complete, failed, IsthmusError } from '@isthmus/model';
import type { Reply } from './api-caller.js';
import type { CallSite } from './translate-error.js';
import { describeSite, invalidAnswer } from './translate-error.js';
import { parseDiscovered, parseItems, parseRevision } from './parsing.js';

/**
 * An answer of DiscoverInstances as ours. Without a list or a revision it is `failed`, never empty; the same when it
 * names an instance twice, because its order is random and neither of the two could be preferred.
 */
export function readDiscovery(
  reply: Reply<DiscoverInstancesCommandOutput>,
  keptAttributes: readonly string[],
  site: CallSite,
): Answer<InstancesAnswer> {
  const { output, observedAtMs } = reply;
  const revision = parseRevision(output.InstancesRevision);
  const parsed = parseItems(output.Instances, (raw) => parseDiscovered(raw, keptAttributes));
  if (parsed === undefined || revision === undefined) {
    return failed(invalidAnswer(site, parsed === undefined ? 'it holds no list' : 'it holds no revision'));
  }
  const { items: instances, unreadableCount } = parsed;
  if (idsOf(instances).size < instances.length) return failed(invalidAnswer(site, 'it names an instance twice'));
  if (unreadableCount === 0) return complete({ instances, revision }, observedAtMs);
  const missing = invalidAnswer(site, `${unreadableCount} instances are malformed`);
  return { kind: 'partial', value: { instances, revision }, observedAtMs, missing };
}

/**
 * Whether an answer that is as long as its limit is all there is: it is when the control plane lists the very same
 * instances. Otherwise both together are a `truncated` part; those that only the control plane lists have no health.
 */
export function confirmMembership(
  discovered: CompleteAnswer<InstancesAnswer> | PartialAnswer<InstancesAnswer>,
  listed: Answer<readonly Instance[]>,
  site: CallSite,
): Answer<InstancesAnswer> {
  const { instances, revision } = discovered.value;
  const discoveredIds = idsOf(instances);
  const others = listed.kind === 'failed' ? [] : listed.value.filter(({ id }) => !discoveredIds.has(id));
  const isSame = listed.kind === 'complete' && others.length === 0 && listed.value.length === instances.length;
  if (isSame && discovered.kind === 'complete') return discovered;
  return {
    kind: 'partial',
    value: { instances: [...instances, ...others], revision },
    observedAtMs: discovered.observedAtMs,
    missing: truncated(site, listed),
  };
}

function truncated(site: CallSite, listed: Answer<readonly Instance[]>): IsthmusError {
  const { source, region, operation } = site;
  const because = listed.kind === 'failed' ? `: ListInstances ended with ${listed.error.code}` : '';
  const message = `${describeSite(site)}: ${CODES.truncated.meaning}${because}`;
  return new IsthmusError('truncated', message, { context: { source, region, operation } });
}

function idsOf(instances: readonly Instance[]): ReadonlySet<string> {
  return new Set(instances.map(({ id }) => id));
}
