import type {
  ClusterStatus,
  Code,
  ErrorStatus,
  HeldStatus,
  HubStatus,
  PauseStatus,
  SourceStatus,
} from '@isthmus/model';
import { CODES } from '@isthmus/model';

/** One reason why not everything is applied everywhere, or something that a person should know. */
export interface StatusCause {
  /** `fault`: something is wrong; `notice`: it is meant, or it passes by itself. */
  readonly severity: 'fault' | 'notice';
  /** `hub`, `store`, `lease`, `source us` or `cluster eks`. */
  readonly subject: string;
  /** Null: a warning, which has no code. */
  readonly code: Code | null;
  /** What is the case, in one line. */
  readonly message: string;
  /** What to do; empty for a warning, which says it itself. */
  readonly next: string;
  /** ISO 8601; null where it is not known. */
  readonly since: string | null;
}

/** Holds that a person ends by an approval. */
const APPROVABLE: ReadonlySet<string> = new Set<Code>([
  'brake-objects',
  'brake-endpoints',
  'source-empty',
  'config-removal',
  'all-filtered',
  'all-rejected',
]);
/** Holds that are as they should be. */
const EXPECTED_HOLDS: ReadonlySet<string> = new Set<Code>(['pending-delete', 'mode-upsert-only']);
const UNPLANNED = 'what was read last is not planned yet';
/** How many objects of one reason are named. */
const NAMED_COUNT = 3;

/** Every cause, faults first, otherwise in the order of the status. Empty: everything is applied everywhere. */
export function findCauses(status: HubStatus): readonly StatusCause[] {
  const causes = [
    ...hubCauses(status),
    ...secretCauses(status.clusterSecrets),
    ...status.sources.flatMap(sourceCauses),
    // A replica that stands by looks at no cluster: the one cause says it for all.
    ...(status.leader.isLeader ? status.clusters.flatMap(clusterCauses) : []),
  ];
  const of = (severity: StatusCause['severity']) => causes.filter((cause) => cause.severity === severity);
  return [...of('fault'), ...of('notice')];
}

function hubCauses({ store, leader, readOnly, replica }: HubStatus): readonly StatusCause[] {
  const causes: StatusCause[] = [];
  if (store.error !== null) causes.push(errorCause('store', store.error));
  // A hub of an earlier version does not tell.
  const lease = leader.error ?? undefined;
  if (lease !== undefined) causes.push(errorCause('lease', lease));
  if (!leader.isLeader && leader.holder === '') causes.push(codeCause('fault', 'hub', { code: 'no-leader' }));
  else if (!leader.isLeader) {
    const message = `${replica} stands by, so it does not know how the clusters are`;
    const next = `Ask the leader, ${leader.holder}, by --server.`;
    causes.push({ severity: 'fault', subject: 'hub', code: 'standby', message, next, since: null });
  }
  if (readOnly) causes.push(codeCause('notice', 'hub', { code: 'read-only' }));
  return causes;
}

function secretCauses(secrets: HubStatus['clusterSecrets']): readonly StatusCause[] {
  if (secrets === null) return [];
  const subject = 'cluster Secrets';
  return [
    ...(secrets.error === null ? [] : [errorCause(subject, secrets.error)]),
    ...secrets.unconfigured.map(({ name, secret }) => {
      const more = `Secret ${secrets.namespace}/${secret}`;
      return codeCause('notice', `cluster ${name}`, { code: 'unconfigured', more });
    }),
    ...secrets.warnings.map((warning) => warningCause(subject, warning)),
  ];
}

const STATE_CODES: Partial<Record<SourceStatus['state'], Code>> = {
  stale: 'source-stale',
  frozen: 'source-frozen',
  unread: 'source-unread',
};

function sourceCauses({ name, state, error, paused, warnings }: SourceStatus): readonly StatusCause[] {
  const subject = `source ${name}`;
  // The pause is among the warnings, too.
  if (paused !== null) return [pauseCause(subject, paused, '')];
  const told = warnings.map((warning) => warningCause(subject, warning));
  if (error !== null) {
    const cause = errorCause(subject, error);
    if (state === 'fresh') return [{ ...cause, severity: 'notice' }, ...told];
    const isSaid = state === 'denied' || state === 'throttled';
    return [isSaid ? cause : { ...cause, message: `${state}: ${cause.message}` }, ...told];
  }
  const code = STATE_CODES[state];
  return [...(code === undefined ? [] : [codeCause('fault', subject, { code })]), ...told];
}

function clusterCauses(cluster: ClusterStatus): readonly StatusCause[] {
  const { name, connection, error, paused } = cluster;
  const subject = `cluster ${name}`;
  const warnings = cluster.warnings.filter((warning) => paused === null || !warning.startsWith('paused until '));
  return [
    ...(error === null ? [] : [clusterError(name, error)]),
    ...(error === null && connection !== 'up' ? [codeCause('fault', subject, { code: 'cluster-unread' })] : []),
    ...holdCauses(cluster),
    ...changeCauses(cluster),
    ...warnings.map((warning) => warningCause(subject, warning)),
  ];
}

function clusterError(name: string, error: ErrorStatus): StatusCause {
  const cause = errorCause(`cluster ${name}`, error);
  return { ...cause, next: `${cause.next} \`isthmus doctor --cluster ${name}\` looks closer.` };
}

/** One cause per reason: a hundred objects that are held for one reason have one cause. */
function holdCauses({ name, held, plan }: ClusterStatus): readonly StatusCause[] {
  const byReason = [...Map.groupBy(held, ({ reason }) => reason)];
  return byReason
    .filter(([reason]) => reason !== 'pending-delete')
    .map(([reason, holds]) => holdCause(reason, holds, { cluster: name, isApprovable: plan.removals !== null }));
}

function holdCause(
  reason: string,
  holds: readonly HeldStatus[],
  { cluster, isApprovable }: { readonly cluster: string; readonly isApprovable: boolean },
): StatusCause {
  const code = codeOf(reason);
  const entry = code === null ? undefined : CODES[code];
  const names = [...new Set(holds.map((hold) => hold.name))];
  const more = names.length > NAMED_COUNT ? ` and ${names.length - NAMED_COUNT} more` : '';
  const waits = isApprovable && APPROVABLE.has(reason);
  return {
    severity: EXPECTED_HOLDS.has(reason) ? 'notice' : 'fault',
    subject: `cluster ${cluster}`,
    code,
    message: `${entry?.meaning ?? reason}: ${names.slice(0, NAMED_COUNT).join(', ')}${more}`,
    next: waits
      ? `\`isthmus approve ${cluster}\` shows what is held. ${entry?.remedy ?? ''}`.trim()
      : (entry?.remedy ?? ''),
    since: null,
  };
}

/** Changes that wait: for a person who stopped the writes, or for their turn. */
function changeCauses({
  name,
  plan,
  writesStopped,
  paused,
  error,
  sync,
  connection,
}: ClusterStatus): readonly StatusCause[] {
  const count = plan.create + plan.update + plan.mark + plan.delete;
  const subject = `cluster ${name}`;
  const waiting = count === 0 ? 'no change waits' : `${count} ${count === 1 ? 'change waits' : 'changes wait'}`;
  if (paused !== null) return [pauseCause(subject, paused, ` (${waiting})`)];
  if (writesStopped === null) {
    if (error !== null) return [];
    const isUnplanned = sync === 'unknown' && connection === 'up';
    if (count === 0 && isUnplanned) return [codeCause('notice', subject, { code: 'changes-pending', more: UNPLANNED })];
    if (count === 0) return [];
    return [codeCause('notice', subject, { code: 'changes-pending', more: `${count} of them` })];
  }
  // What stops the whole hub is not said again for each cluster without changes.
  if (count === 0 && writesStopped === 'read-only') return [];
  return [codeCause('notice', subject, { code: writesStopped, more: waiting })];
}

function codeCause(
  severity: StatusCause['severity'],
  subject: string,
  { code, more }: { readonly code: Code; readonly more?: string },
): StatusCause {
  const { meaning, remedy } = CODES[code];
  const message = more === undefined ? meaning : `${meaning} (${more})`;
  return { severity, subject, code, message, next: remedy, since: null };
}

function errorCause(subject: string, { code, message, since }: ErrorStatus): StatusCause {
  return { severity: 'fault', subject, code, message, next: CODES[code].remedy, since };
}

function pauseCause(subject: string, { reason, until }: PauseStatus, more: string): StatusCause {
  const message = `until ${until}, for ${reason}${more}`;
  return { severity: 'notice', subject, code: 'paused', message, next: CODES.paused.remedy, since: null };
}

function warningCause(subject: string, message: string): StatusCause {
  return { severity: 'notice', subject, code: null, message, next: '', since: null };
}

/** A hub that is newer than this command may know more codes. */
function codeOf(text: string): Code | null {
  return Object.hasOwn(CODES, text) ? (text as Code) : null;
}
