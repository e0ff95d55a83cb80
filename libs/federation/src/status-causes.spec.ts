import type { ClusterStatus, HubStatus, SourceStatus } from '@isthmus/model';
import { findCauses } from './status-causes.js';

const SOURCE: SourceStatus = {
  name: 'us',
  account: null,
  region: 'us-east-1',
  identity: null,
  state: 'fresh',
  lastCompleteReadAt: null,
  services: 1,
  instances: 2,
  error: null,
  paused: null,
  warnings: [],
};

const CLUSTER: ClusterStatus = {
  name: 'eks',
  role: 'primary',
  mode: 'sync',
  connection: 'up',
  sync: 'synced',
  desired: 1,
  liveObjects: 1,
  liveEndpoints: 2,
  held: [],
  plan: { create: 0, update: 0, mark: 0, delete: 0, hash: 'abc', removals: null },
  lastAppliedAt: null,
  error: null,
  writesStopped: null,
  paused: null,
  warnings: [],
};

function hub(changes: Partial<HubStatus>): HubStatus {
  return {
    hub: 'prod',
    replica: 'hub-0',
    readOnly: false,
    leader: { isLeader: true, holder: 'hub-0', epoch: 1, error: null },
    store: { kind: 'memory', error: null },
    clusterSecrets: null,
    sources: [SOURCE],
    clusters: [CLUSTER],
    ...changes,
  };
}

const source = (changes: Partial<SourceStatus>): HubStatus => hub({ sources: [{ ...SOURCE, ...changes }] });
const cluster = (changes: Partial<ClusterStatus>): HubStatus => hub({ clusters: [{ ...CLUSTER, ...changes }] });
const held = (reason: string, count = 1): ClusterStatus['held'] =>
  Array.from({ length: count }, (_, n) => ({ name: `cloudmap-${n}.shop`, host: `${n}.shop`, reason, detail: 'why' }));

const ERROR = { code: 'timeout', message: 'no answer', since: '2026-01-01T00:00:00Z' } as const;
const PAUSED = { reason: 'migration', until: '2026-01-02T00:00:00Z' };
const CHANGES = { ...CLUSTER.plan, create: 2, mark: 1 };

describe('findCauses', () => {
  it.each<[string, HubStatus, readonly (readonly (string | null)[])[]]>([
    ['nothing when everything is applied', hub({}), []],
    ['a source that was not read', source({ state: 'unread' }), [['fault', 'source us', 'source-unread']]],
    ['a source that is stale', source({ state: 'stale' }), [['fault', 'source us', 'source-stale']]],
    ['a source that is frozen', source({ state: 'frozen' }), [['fault', 'source us', 'source-frozen']]],
    [
      'the error of a source in place of its state',
      source({ state: 'stale', error: ERROR }),
      [['fault', 'source us', 'timeout']],
    ],
    ['an error of a few services as a notice', source({ error: ERROR }), [['notice', 'source us', 'timeout']]],
    [
      'a pause once, without the state that it causes',
      source({ state: 'stale', paused: PAUSED, warnings: ['paused until then'] }),
      [['notice', 'source us', 'paused']],
    ],
    ['a warning of a source', source({ warnings: ['odd'] }), [['notice', 'source us', null]]],
    ['the store', hub({ store: { kind: 'redis', error: ERROR } }), [['fault', 'store', 'timeout']]],
    ['that the hub is read-only', hub({ readOnly: true }), [['notice', 'hub', 'read-only']]],
    [
      'a cluster that was not looked at',
      cluster({ connection: 'unknown', sync: 'unknown' }),
      [['fault', 'cluster eks', 'cluster-unread']],
    ],
    ['the error of a cluster', cluster({ connection: 'down', error: ERROR }), [['fault', 'cluster eks', 'timeout']]],
    [
      'a failed write, and not its changes',
      cluster({ error: ERROR, plan: CHANGES }),
      [['fault', 'cluster eks', 'timeout']],
    ],
    ['changes on their way', cluster({ plan: CHANGES }), [['notice', 'cluster eks', 'changes-pending']]],
    ['a reading that is not planned yet', cluster({ sync: 'unknown' }), [['notice', 'cluster eks', 'changes-pending']]],
    ['mode observe', cluster({ writesStopped: 'observe', plan: CHANGES }), [['notice', 'cluster eks', 'observe']]],
    ['push: false', cluster({ writesStopped: 'push-off' }), [['notice', 'cluster eks', 'push-off']]],
    [
      'a pause of a cluster',
      cluster({ writesStopped: 'paused', paused: PAUSED }),
      [['notice', 'cluster eks', 'paused']],
    ],
    [
      'what a read-only hub does not write',
      hub({ readOnly: true, clusters: [{ ...CLUSTER, writesStopped: 'read-only', plan: CHANGES }] }),
      [
        ['notice', 'hub', 'read-only'],
        ['notice', 'cluster eks', 'read-only'],
      ],
    ],
    [
      'the Secrets of clusters',
      hub({
        clusterSecrets: {
          namespace: 'isthmus-clusters',
          error: ERROR,
          unconfigured: [{ name: 'gke', secret: 'gke' }],
          warnings: ['odd'],
        },
      }),
      [
        ['fault', 'cluster Secrets', 'timeout'],
        ['notice', 'cluster gke', 'unconfigured'],
        ['notice', 'cluster Secrets', null],
      ],
    ],
    ['a warning of a cluster', cluster({ warnings: ['odd'] }), [['notice', 'cluster eks', null]]],
    [
      'one cause for each reason of a hold',
      cluster({ held: [...held('foreign-owner', 5), ...held('host-taken')] }),
      [
        ['fault', 'cluster eks', 'foreign-owner'],
        ['fault', 'cluster eks', 'host-taken'],
      ],
    ],
    ['no hold that passes by itself', cluster({ held: held('pending-delete') }), []],
    [
      'a hold that the mode means as a notice',
      cluster({ held: held('mode-upsert-only') }),
      [['notice', 'cluster eks', 'mode-upsert-only']],
    ],
    ['a reason that it does not know', cluster({ held: held('of-a-newer-hub') }), [['fault', 'cluster eks', null]]],
    [
      'who leads, and nothing of the clusters, when a replica stands by',
      hub({
        leader: { isLeader: false, holder: 'hub-1', epoch: 1, error: null },
        clusters: [{ ...CLUSTER, connection: 'unknown' }],
      }),
      [['fault', 'hub', 'standby']],
    ],
    [
      'that nobody leads',
      hub({ leader: { isLeader: false, holder: '', epoch: 0, error: null } }),
      [['fault', 'hub', 'no-leader']],
    ],
    [
      'that the lease cannot be used',
      hub({ leader: { isLeader: true, holder: 'hub-0', epoch: 1, error: ERROR } }),
      [['fault', 'lease', 'timeout']],
    ],
  ])('tells %s', (_what, status, expected) => {
    expect(findCauses(status).map(({ severity, subject, code }) => [severity, subject, code])).toEqual(expected);
  });

  it('tells faults before notices', () => {
    const status = hub({ readOnly: true, sources: [{ ...SOURCE, state: 'frozen' }] });
    expect(findCauses(status).map(({ severity }) => severity)).toEqual(['fault', 'notice']);
  });

  it('names three objects of a reason and counts the others', () => {
    expect(findCauses(cluster({ held: held('foreign-owner', 5) }))[0]?.message).toMatch(
      /: cloudmap-0\.shop, cloudmap-1\.shop, cloudmap-2\.shop and 2 more$/,
    );
  });

  it('says how to approve a removal, and only of one that can be approved', () => {
    const next = (reason: string, removals: string | null) =>
      findCauses(cluster({ held: held(reason), plan: { ...CLUSTER.plan, removals } }))[0]?.next;
    expect(next('source-empty', 'abc')).toMatch(/^`isthmus approve eks` shows what is held\. Look at the source/);
    expect(next('source-empty', null)).toMatch(/^Look at the source/);
    expect(next('host-taken', 'abc')).not.toMatch(/approve/);
  });
});
