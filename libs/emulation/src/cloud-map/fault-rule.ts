import { CheckedValue } from './checked-value.js';
import type { CloudMapFault, CloudMapFaultRule, FaultScope } from './faults.js';

const KINDS = [
  'accessDenied',
  'emptyAnswer',
  'error500',
  'failPage',
  'hang',
  'latency',
  'outage',
  'reset',
  'staleRevision',
  'throttle',
  'truncatedJson',
] as const;
const SCOPE = ['account', 'region', 'plane', 'operation', 'service'] as const;
const DETAILS = ['page', 'latencyMs', 'revisionsAhead', 'revisionsBack', 'mode'] as const;

/** Which detail each kind of fault takes. */
const DETAIL_OF: Readonly<Record<(typeof KINDS)[number], (typeof DETAILS)[number] | undefined>> = {
  accessDenied: undefined,
  emptyAnswer: 'revisionsAhead',
  error500: undefined,
  failPage: 'page',
  hang: undefined,
  latency: 'latencyMs',
  outage: 'mode',
  reset: undefined,
  staleRevision: 'revisionsBack',
  throttle: undefined,
  truncatedJson: undefined,
};

/** Reads a fault rule, such as `{ kind: failPage, page: 2, operation: ListServices }`; throws CloudMapProblems. */
export function parseCloudMapFaultRule(value: unknown): CloudMapFaultRule {
  const rule = new CheckedValue(value);
  if (!rule.isGiven) rule.problem('must be an object');
  const members = rule.members('kind', 'times', ...SCOPE, ...DETAILS);
  const kind = members.kind.choice(KINDS);
  if (!members.kind.isGiven) members.kind.problem(`is missing; one of ${KINDS.join(', ')}`);
  if (kind === undefined) throw rule.refusal('The fault');
  const fault = faultOf(kind, members);
  const times = members.times.count(1, Number.MAX_SAFE_INTEGER);
  const scope = scopeOf(members);
  rule.throwProblems('The fault');
  return { ...fault, ...scope, ...(times === undefined ? {} : { times }) };
}

type Members = Readonly<Record<'kind' | 'times' | (typeof SCOPE)[number] | (typeof DETAILS)[number], CheckedValue>>;

function faultOf(kind: (typeof KINDS)[number], members: Members): CloudMapFault {
  for (const detail of DETAILS) {
    const isForeign = members[detail].isGiven && detail !== DETAIL_OF[kind];
    if (isForeign) members[detail].problem(`does not go with kind ${kind}`);
  }
  switch (kind) {
    case 'failPage':
      return { kind, page: members.page.requiredCount(1, 1_000_000) };
    case 'latency':
      return { kind, latencyMs: members.latencyMs.requiredCount(0, 3_600_000) };
    case 'emptyAnswer':
      return { kind, revisionsAhead: members.revisionsAhead.count(0, 1_000_000) ?? 0 };
    case 'staleRevision':
      return { kind, revisionsBack: members.revisionsBack.count(1, 256) ?? 1 };
    case 'outage':
      return { kind, mode: members.mode.choice(['hang', 'refuse']) ?? 'hang' };
    case 'accessDenied':
    case 'error500':
    case 'hang':
    case 'reset':
    case 'throttle':
    case 'truncatedJson':
      return { kind };
  }
}

function scopeOf(members: Members): FaultScope {
  const texts = (['account', 'region', 'operation', 'service'] as const).flatMap((name) => {
    const text = members[name].text();
    return text === undefined ? [] : [[name, text] as const];
  });
  const plane = members.plane.choice(['control', 'data']);
  return { ...Object.fromEntries(texts), ...(plane === undefined ? {} : { plane }) };
}
