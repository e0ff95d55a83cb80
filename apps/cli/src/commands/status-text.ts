import type { StatusCause } from '@isthmus/federation';
import type { ClusterStatus, HubStatus, SourceStatus } from '@isthmus/model';
import type { Tone } from '../terminal.js';
import { age } from './age.js';
import type { Line } from './document.js';
import { columns } from './document.js';

/** A status as it is shown: what the hub says, and why not everything is applied everywhere. */
export interface ShownStatus {
  readonly status: HubStatus;
  readonly causes: readonly StatusCause[];
  /** When it was asked (epoch ms). */
  readonly askedAtMs: number;
  readonly isWide: boolean;
}

const SIGNS: Readonly<Record<StatusCause['severity'], { readonly sign: string; readonly tone: Tone }>> = {
  fault: { sign: '✗', tone: 'bad' },
  notice: { sign: '‼', tone: 'warning' },
};

/** The status as tables of sources and clusters, one line per cause, and one line that answers. */
export function statusLines(shown: ShownStatus): readonly Line[] {
  const { status, causes } = shown;
  const { sources, clusters } = status;
  return [
    headLine(status),
    ...(sources.length === 0 ? [] : ['', ...sourceRows(shown)].map((text) => ({ text }))),
    ...(clusters.length === 0 ? [] : ['', ...clusterRows(shown)].map((text) => ({ text }))),
    { text: '' },
    ...causes.map((cause) => causeLine(cause, shown)),
    ...(shown.isWide ? heldLines(clusters) : []),
    verdictLine(status, causes),
  ];
}

/** One line that answers: is everything applied everywhere? */
export function verdictLine(
  { clusters, leader }: Pick<HubStatus, 'clusters' | 'leader'>,
  causes: readonly StatusCause[],
): Line {
  const count = (severity: StatusCause['severity']): number =>
    causes.filter((cause) => cause.severity === severity).length;
  const [faults, notices] = [count('fault'), count('notice')];
  const told = [many(faults, 'fault'), many(notices, 'notice')].filter((text) => text !== '').join(', ');
  if (!leader.isLeader) return { text: `unknown whether everything is applied: ${told}`, tone: 'bad' };
  const waiting = clusters.filter(({ sync }) => sync !== 'synced').map(({ name }) => name);
  if (waiting.length > 0) {
    const text = `not everything is applied in ${waiting.join(', ')}${told === '' ? '' : `: ${told}`}`;
    return { text, tone: faults > 0 ? 'bad' : 'warning' };
  }
  const applied = clusters.length === 0 ? 'no cluster is configured' : 'everything that is known is applied everywhere';
  return { text: told === '' ? applied : `${applied}; ${told}`, tone: faults > 0 ? 'bad' : 'good' };
}

function headLine({ hub, replica, leader, store, readOnly }: HubStatus): Line {
  const leads = leader.isLeader ? `leader ${replica} (epoch ${leader.epoch})` : `standby ${replica}`;
  const other = leader.isLeader ? '' : `, leader ${leader.holder === '' ? 'unknown' : leader.holder}`;
  const kept = `store ${store.kind} ${store.error === null ? 'up' : 'down'}`;
  return { text: [`hub ${hub}`, `${leads}${other}`, kept, ...(readOnly ? ['read-only'] : [])].join(' · ') };
}

function sourceRows({ status, askedAtMs, isWide }: ShownStatus): readonly string[] {
  const head = ['SOURCE', 'ACCOUNT', 'REGION', 'STATE', 'READ', 'SERVICES', 'INSTANCES'];
  const row = (source: SourceStatus): readonly string[] => [
    source.name,
    source.account ?? '–',
    source.region,
    source.paused === null ? source.state : `${source.state} (paused)`,
    ago(source.lastCompleteReadAt, askedAtMs),
    String(source.services),
    String(source.instances),
    ...(isWide ? [source.error?.code ?? '–', source.lastCompleteReadAt ?? '–', source.identity ?? '–'] : []),
  ];
  return columns([isWide ? [...head, 'ERROR', 'READ AT', 'IDENTITY'] : head, ...status.sources.map(row)]);
}

function clusterRows({ status, askedAtMs, isWide }: ShownStatus): readonly string[] {
  const head = ['CLUSTER', 'ROLE', 'MODE', 'CONNECTION', 'SYNC', 'OBJECTS', 'ENDPOINTS', 'CHANGES', 'HELD', 'APPLIED'];
  const row = (cluster: ClusterStatus): readonly string[] => [
    cluster.name,
    cluster.role,
    cluster.paused === null ? cluster.mode : `${cluster.mode} (paused)`,
    cluster.connection,
    cluster.sync,
    cluster.connection === 'up' ? `${cluster.liveObjects}/${cluster.desired}` : '–',
    cluster.connection === 'up' ? String(cluster.liveEndpoints) : '–',
    String(changesOf(cluster)),
    String(new Set(cluster.held.map(({ name }) => name)).size),
    ago(cluster.lastAppliedAt, askedAtMs),
    ...(isWide ? [planOf(cluster), cluster.plan.removals ?? '–', cluster.error?.code ?? '–'] : []),
  ];
  return columns([isWide ? [...head, 'PLAN', 'REMOVALS', 'ERROR'] : head, ...status.clusters.map(row)]);
}

function causeLine({ severity, subject, code, message, next, since }: StatusCause, { askedAtMs }: ShownStatus): Line {
  const { sign, tone } = SIGNS[severity];
  const what = code === null ? message : `${code}: ${message}`;
  const lasting = since === null ? '' : ` (for ${age(since, askedAtMs)})`;
  return { text: `${sign} ${subject}: ${what}${lasting}${next === '' ? '' : ` → ${next}`}`, tone };
}

function heldLines(clusters: readonly ClusterStatus[]): readonly Line[] {
  return clusters.flatMap(({ name, held }) =>
    held.map((hold): Line => {
      const host = hold.host === '' ? '' : ` (${hold.host})`;
      return { text: `  ${name}: ${hold.name}${host} ${hold.reason}: ${hold.detail}`, tone: 'warning' };
    }),
  );
}

function planOf({ plan }: ClusterStatus): string {
  return `+${plan.create} ~${plan.update} -${plan.mark + plan.delete}`;
}

function changesOf({ plan }: ClusterStatus): number {
  return plan.create + plan.update + plan.mark + plan.delete;
}

function ago(time: string | null, nowMs: number): string {
  return time === null ? 'never' : `${age(time, nowMs)} ago`;
}

/** `1 fault`, `2 faults`, and nothing for none. */
function many(count: number, noun: string): string {
  if (count === 0) return '';
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}
