import type { ChangeView, PlanCounts, PlannedCluster, PlannedClusters } from '@isthmus/federation';
import type { WritesStopped } from '@isthmus/model';
import { CODES } from '@isthmus/model';
import type { Tone } from '../terminal.js';
import type { Line } from './document.js';

const SIGNS: Readonly<Record<ChangeView['kind'], { readonly sign: string; readonly tone: Tone }>> = {
  create: { sign: '+', tone: 'good' },
  update: { sign: '~', tone: 'warning' },
  mark: { sign: '-', tone: 'bad' },
  delete: { sign: '-', tone: 'bad' },
};

/** Why nothing is written, for people. */
export const WRITES_STOPPED: Readonly<Record<Exclude<WritesStopped, null>, string>> = {
  observe: 'mode observe writes nothing',
  'read-only': 'hub.readOnly stops every write',
  'push-off': 'push: false writes nothing here',
  paused: 'the cluster is paused',
};

/** What every plan of a fresh process has to say. */
export const PROOF_NOTE =
  'Removals need proof over time: that a service is gone, or empty, is shown by a running hub only.';

/** Plans as a person reads them: per cluster each change with its endpoints, then one sum. */
export function planLines(planned: PlannedClusters): readonly Line[] {
  const { clusters, problems, warnings } = planned;
  return [
    ...clusters.flatMap((cluster) => [...clusterLines(cluster), { text: '' }]),
    ...warnings.map((warning): Line => ({ text: `warning: ${warning}`, tone: 'warning' })),
    ...problems.map(problemLine),
    { text: sumOf(clusters.flatMap(({ plan }) => plan?.counts ?? [])) },
    { text: PROOF_NOTE },
  ];
}

/** One line of everything that a plan does: `+12 ~3 -1 =480 held 2`. */
export function sumOf(counts: readonly PlanCounts[]): string {
  const sum = (part: keyof PlanCounts): number => counts.reduce((total, one) => total + one[part], 0);
  return `+${sum('create')} ~${sum('update')} -${sum('remove')} =${sum('unchanged')} held ${sum('held')}`;
}

/** What a change does, without its endpoints: `~ cloudmap-cart.shop  update (content)`. */
export function changeText({ kind, name, reason }: ChangeView): string {
  const why = reason === null ? '' : ` (${reason})`;
  return `${SIGNS[kind].sign} ${name}  ${kind}${why}${kind === 'mark' ? ': its removal begins' : ''}`;
}

/** What is held in a cluster and what is refused, as texts. */
export function notesOf({ plan, rejections, warnings }: PlannedCluster): readonly string[] {
  return [
    ...(plan?.holds ?? []).map(
      ({ name, reason, detail }) => `! ${name}  held ${reason}: ${CODES[reason].meaning}; ${detail}`,
    ),
    ...(plan?.heldRemovals ?? []).map(
      ({ name, component, reason }) => `! ${name}  the removal of ${component} waits for approval: ${reason}`,
    ),
    ...rejections.map(
      ({ host, component, source, reason, detail }) =>
        `x ${host}  ${component} of ${source} is refused, ${reason}: ${CODES[reason].meaning}; ${detail}`,
    ),
    ...warnings.map((warning) => `! ${warning}`),
  ];
}

/** The name, mode and sum of a cluster. */
export function headOf({ name, mode, plan, writesStopped }: PlannedCluster): string {
  if (plan === null) return `${name} (${mode})  could not be read`;
  const note = writesStopped === null ? '' : `  nothing would be written: ${WRITES_STOPPED[writesStopped]}`;
  return `${name} (${mode})  ${sumOf([plan.counts])}${note}`;
}

function clusterLines(cluster: PlannedCluster): readonly Line[] {
  return [
    { text: headOf(cluster), tone: cluster.plan === null ? 'bad' : 'plain' },
    ...(cluster.plan?.changes ?? []).flatMap(changeLines),
    ...notesOf(cluster).map((note): Line => ({ text: ` ${note}`, tone: 'warning' })),
  ];
}

function changeLines(change: ChangeView): readonly Line[] {
  const { tone } = SIGNS[change.kind];
  return [
    { text: ` ${changeText(change)}`, tone },
    ...change.added.map((endpoint): Line => ({ text: `     + ${endpoint}`, tone: 'good' })),
    ...change.removed.map((endpoint): Line => ({ text: `     - ${endpoint}`, tone: 'bad' })),
  ];
}

function problemLine({ place, what, code, message }: PlannedClusters['problems'][number]): Line {
  return { text: `not read: ${place}, ${what}: ${code}, ${message}`, tone: 'bad' };
}
