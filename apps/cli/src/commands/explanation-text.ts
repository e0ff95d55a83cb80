import type {
  ChangeView,
  ClusterExplanation,
  ComponentExplanation,
  HostExplanation,
  InstanceExplanation,
  NotMappedExplanation,
} from '@isthmus/federation';
import type { Tone } from '../terminal.js';
import { age } from './age.js';
import type { Line } from './document.js';
import { columns } from './document.js';
import { WRITES_STOPPED } from './plan-text.js';

/** Width of the names on the left. */
const NAME_WIDTH = 11;

const STATE_TONES: Readonly<Record<ClusterExplanation['state'], Tone>> = {
  synced: 'good',
  'out-of-sync': 'warning',
  held: 'warning',
  refused: 'bad',
  absent: 'warning',
  unknown: 'bad',
};

const OUTCOME_TONES: Readonly<Record<InstanceExplanation['outcome'], Tone>> = {
  in: 'good',
  kept: 'warning',
  'left-out': 'bad',
};

/** An explanation as a person reads it: per cluster, from Cloud Map down to the live object. */
export function explanationLines(explanation: HostExplanation): readonly Line[] {
  const { host, answeredAt, clusters, notMapped } = explanation;
  const nowMs = Date.parse(answeredAt);
  const parts = clusters.map((cluster) => clusterLines(host, cluster, nowMs));
  if (notMapped.length > 0) parts.push(notMappedLines(host, notMapped));
  return parts.flatMap((lines, n) => (n === 0 ? lines : [{ text: '' }, ...lines]));
}

function clusterLines(host: string, cluster: ClusterExplanation, nowMs: number): readonly Line[] {
  const { name, state, error, mode, writesStopped } = cluster;
  const tone = STATE_TONES[state];
  return [
    { text: `${host} in ${name}   ${state} · mode ${mode}`, tone },
    ...(error === null
      ? []
      : [named('Cluster', `${error.code}: ${error.message} (for ${age(error.since, nowMs)})`, 'bad')]),
    ...cluster.components.flatMap((component) => componentLines(component, nowMs)),
    ...cluster.rejections.map(({ component, source, reason, meaning, detail }) =>
      named('Refused', `${component} of ${source}: ${reason}, ${meaning}; ${detail}`, 'bad'),
    ),
    ...(cluster.components.length === 0 ? [] : [named('Route', cluster.route ?? 'no route maps it any more')]),
    ...objectLines(cluster),
    ...cluster.plan.flatMap(changeLines),
    ...(writesStopped === null ? [] : [named('Writes', WRITES_STOPPED[writesStopped], 'warning')]),
    ...cluster.holds.map(({ reason, meaning, detail, remedy }) =>
      named('Held', `${reason}: ${meaning}; ${detail} → ${remedy}`, 'warning'),
    ),
    ...cluster.heldRemovals.map(({ kind, component, reason, endpoints }) => {
      const what = kind === 'object' ? 'the removal of the object' : `the removal of ${endpoints} endpoints`;
      return named('Held', `${what} (${component}) waits for approval: ${reason}`, 'warning');
    }),
  ];
}

function componentLines(component: ComponentExplanation, nowMs: number): readonly Line[] {
  const { region, account, namespace, service, revision, observedAt, reason, verdict } = component;
  const read = observedAt === null ? 'unread' : `revision ${revision}, read ${age(observedAt, nowMs)} ago`;
  const known = component.instances.filter(({ id }) => id !== null).length;
  const count = observedAt === null ? '' : `${known} instance${known === 1 ? '' : 's'} · `;
  return [
    named('Cloud Map', `${region}  account ${account}  ${namespace}/${service}   ${count}${read}`),
    ...instanceLines(component.instances),
    ...sourceLines(component, nowMs),
    ...(reason === null || verdict === 'replace'
      ? []
      : [named('', `${verdict}: ${reason.reason}, ${reason.meaning} → ${reason.remedy}`, 'warning')]),
    ...proofLines(component, nowMs),
  ];
}

function instanceLines(instances: readonly InstanceExplanation[]): readonly Line[] {
  const rows = columns(
    instances.map(({ id, address, port, health, outcome, reason, meaning, isLive }) => [
      id ?? '(of the object)',
      address === null ? '–' : port === null ? address : `${address}${address.includes(':') ? ' ' : ':'}${port}`,
      health ?? '',
      `→ ${outcome}`,
      reason === null ? (isLive ? '' : 'not in the cluster yet') : `${reason}: ${meaning ?? ''}`,
    ]),
  );
  return rows.map((text, n) => ({
    text: ` ${n === rows.length - 1 ? '└' : '├'} ${text}`,
    tone: OUTCOME_TONES[instances[n]?.outcome ?? 'in'],
  }));
}

function sourceLines({ source }: ComponentExplanation, nowMs: number): readonly Line[] {
  const { name, state, error, lastCompleteReadAt } = source;
  if (state === 'fresh' && error === null) return [];
  const last =
    lastCompleteReadAt === null ? 'never read completely' : `read completely ${age(lastCompleteReadAt, nowMs)} ago`;
  const why = error === null ? '' : ` · ${error.code}: ${error.message}`;
  return [named('', `source ${name} is ${state}, ${last}${why}`, 'warning')];
}

function proofLines({ proof }: ComponentExplanation, nowMs: number): readonly Line[] {
  const { empty, gone, markedAt, graceEndsAt } = proof;
  const lines: Line[] = [];
  if (empty !== null) {
    const listed = empty.isConfirmed ? 'ListInstances agrees' : 'ListInstances was not asked yet';
    const proven = empty.isProven ? 'proven' : 'not proven yet';
    lines.push(named('', `empty: ${empty.reads} answers since ${age(empty.since, nowMs)}, ${listed}: ${proven}`));
  }
  if (gone !== null) {
    const asked = gone.notFoundAt === null ? 'GetService was not asked yet' : 'GetService does not know it';
    const proven = gone.isProven ? 'proven' : 'not proven yet';
    lines.push(named('', `gone: missing from ${gone.passesAt.length} catalogue passes, ${asked}: ${proven}`));
  }
  if (markedAt !== null) {
    const ends = graceEndsAt === null ? '' : `, its grace ends ${graceEndsAt}`;
    lines.push(named('', `marked for removal ${age(markedAt, nowMs)} ago${ends}`, 'warning'));
  }
  return lines;
}

function objectLines({ namespace, entry, live }: ClusterExplanation): readonly Line[] {
  if (live.length === 0) return [named('Object', `no ServiceEntry ${namespace}/${entry}`)];
  return live.map(({ name, uid, resourceVersion, isOurs, isIntact, endpoints }) => {
    const whose = isOurs
      ? `${endpoints.length} endpoints, ${isIntact === true ? 'as it was written' : 'edited by another hand'}`
      : 'not of this hub';
    const text = `ServiceEntry ${namespace}/${name}  uid ${uid}, resourceVersion ${resourceVersion}, ${whose}`;
    return isOurs && isIntact === true ? named('Object', text) : named('Object', text, 'warning');
  });
}

function changeLines({ kind, name, reason, added, removed }: ChangeView): readonly Line[] {
  return [
    named('Plan', `${kind} ${name}${reason === null ? '' : ` (${reason})`}`),
    ...added.map((endpoint): Line => named('', `+ ${endpoint}`, 'good')),
    ...removed.map((endpoint): Line => named('', `- ${endpoint}`, 'bad')),
  ];
}

function notMappedLines(host: string, services: readonly NotMappedExplanation[]): readonly Line[] {
  return [
    { text: `${host} is not mapped in` },
    ...services.flatMap(({ cluster, namespace, service, region, account, details }) => [
      named(cluster, `${namespace}/${service}  ${region}  account ${account}`),
      ...details.map((detail) => named('', detail)),
    ]),
  ];
}

function named(name: string, text: string, tone: Tone = 'plain'): Line {
  return { text: ` ${name.padEnd(NAME_WIDTH)}${name.length >= NAME_WIDTH ? ' ' : ''}${text}`, tone };
}
