/** A test by its file and its name as it stands there. */
export type NamedTest = readonly [file: string, name: string];

/** A fault, what must come of it, and the tests that show it: each fails when its guard is taken out. */
export interface FaultRow {
  readonly number: number;
  readonly fault: string;
  readonly expected: string;
  readonly tests: readonly NamedTest[];
}

const UNREAD = 'test/faults/unread.spec.ts';
const REMOVALS = 'test/faults/removals.spec.ts';
const HOSTILE = 'test/faults/hostile.spec.ts';
const OWNERSHIP = 'test/faults/ownership.spec.ts';
const RUNS = 'test/simulation/fault-runs.ts';
const ELECTION = 'libs/election/src/election.spec.ts';
const ELECTOR = 'libs/election/src/elector.spec.ts';
const REPLICA = 'libs/federation/src/replica.spec.ts';
const CLIENT = 'test/integration/cluster-client.spec.ts';
const STORE = 'test/e2e/redis/snapshot-store.spec.ts';

/** The faults that Isthmus must survive. docs/reference/faults.generated.md is made from this. */
export const FAULT_TESTS: readonly FaultRow[] = [
  {
    number: 1,
    fault: 'The first polls after a start fail while our entries stand in the cluster',
    expected: 'nothing is written; the entries are known again and updated when a poll succeeds',
    tests: [
      [UNREAD, 'writes nothing while no call succeeds, and names the cause'],
      [UNREAD, 'knows the 50 again when a poll succeeds, and updates the same objects'],
    ],
  },
  {
    number: 2,
    fault: 'A page of the catalogue is throttled until the retries end',
    expected: 'what the other pages show is added, nothing is removed',
    tests: [
      [UNREAD, 'adds the services of page 1'],
      [UNREAD, 'removes nothing that only the missing pages list, not even after a restart'],
    ],
  },
  {
    number: 3,
    fault: 'A complete reading shows that every service is gone',
    expected: 'the removals wait for an approval, which releases exactly them',
    tests: [
      [REMOVALS, 'holds every removal when they are proven gone, says why, and goes on adding'],
      [REMOVALS, 'removes exactly what an approval names'],
    ],
  },
  {
    number: 4,
    fault: 'Services vanish a few at a time',
    expected: 'the brake stops before a fifth of the last hour is gone',
    tests: [
      [REMOVALS, 'stops before more than a fifth of the hour’s objects are gone, and time does not release the rest'],
    ],
  },
  {
    number: 5,
    fault: 'A service goes from ten instances to none',
    expected: 'its endpoints stay until three complete readings and 60 s prove it; a flap writes nothing',
    tests: [
      [REMOVALS, 'keeps the endpoints for three complete readings and 60 s, then empties the entry and leaves it'],
      [REMOVALS, 'writes nothing for empty answers that pass'],
    ],
  },
  {
    number: 6,
    fault: 'An answer is exactly as long as its limit',
    expected: 'it adds and removes nothing',
    tests: [[UNREAD, 'adds what it shows and removes nothing, however high its revision']],
  },
  {
    number: 7,
    fault: 'A region is gone for six hours',
    expected: 'its endpoints stay everywhere, the others go on',
    tests: [[UNREAD, 'keeps its endpoints in every cluster, while the other region goes on within 30 s']],
  },
  {
    number: 8,
    fault: 'The revision of a service goes back, or the service is created anew',
    expected: 'one older answer is ignored, three in a row are believed, a new service at once',
    tests: [
      [REMOVALS, 'ignores one older answer and counts it'],
      [REMOVALS, 'accepts a lower revision that is answered three times over 60 s'],
      [REMOVALS, 'accepts the first revision of a service that was created anew, at once and without a delete'],
    ],
  },
  {
    number: 9,
    fault: 'Names that no host may have',
    expected: 'refused with a reason, nothing else is touched',
    tests: [[HOSTILE, 'refuses %s, says so, and serves its sibling']],
  },
  {
    number: 10,
    fault: 'Two services want one host',
    expected: 'the incumbent keeps it, through restarts and in any order',
    tests: [[OWNERSHIP, 'leaves the host with the incumbent of another account, through restarts, %s']],
  },
  {
    number: 11,
    fault: 'Addresses that nobody may have',
    expected: 'dropped with a reason; when all are such, the last good ones stay',
    tests: [
      [HOSTILE, 'drops %s, says so, and keeps its sibling'],
      [HOSTILE, 'keeps the last good endpoints when every address of a service becomes one of them'],
    ],
  },
  {
    number: 12,
    fault: 'Ports and attributes that nobody may have',
    expected: 'refused with a reason; no prototype, log line or label is changed',
    tests: [
      [HOSTILE, 'drops an instance on port “%s”, says so, and keeps its sibling'],
      [HOSTILE, 'copies no attribute that no route names, changes no prototype and breaks no log line'],
    ],
  },
  {
    number: 13,
    fault: 'Somebody else has the object or the host',
    expected: 'never written or deleted; taken when it is free',
    tests: [[OWNERSHIP, 'never writes to %s, says so, and takes the host when it is gone']],
  },
  {
    number: 14,
    fault: 'A leader is frozen between check and send, another takes over, the first wakes',
    expected: 'its write is refused or changes nothing; it leads no more before its next write',
    tests: [
      [RUNS, 'what a frozen leader sends when it wakes overwrites nothing that is newer'],
      [RUNS, 'a hub that pauses between check and send writes nothing before it has looked at its lease again'],
      [
        'test/e2e/redis/takeover.spec.ts',
        'is taken over within 20 s when the leader is frozen, which changes nothing when it wakes (%i)',
      ],
    ],
  },
  {
    number: 15,
    fault: 'A failover of Redis loses the lease, or Redis is split and both hubs lead',
    expected: 'no revision and no epoch goes back; the clusters become what they should be',
    tests: [
      [RUNS, 'both hubs lead all the time through failovers and a split Redis, and no revision goes back'],
      [RUNS, 'after a failover that lost the lease, the higher epoch of two configurations stays'],
      ['test/e2e/redis/election.spec.ts', 'survives a failover to a replica that lags behind'],
    ],
  },
  {
    number: 16,
    fault: 'Redis is down, comes back empty, or holds a damaged document',
    expected: 'clusters stay as they are; damaged is unknown and not empty; one leads within 45 s of the return',
    tests: [
      [ELECTION, 'waits for the lease when there is no record: it may have been lost while somebody leads'],
      ['libs/redis/src/document.spec.ts', 'is not believed when it %s'],
      [REPLICA, 'takes over what another leader left without a single write, and proves nothing by it'],
      ['libs/federation/src/restore-snapshot.spec.ts', 'proves the absence of nothing'],
      [REPLICA, 'goes on without removals where the lease is elsewhere, says so, and removes when the store is back'],
      [STORE, 'knows nothing, rather than nothing being there, with %s'],
      ['test/e2e/redis/degraded.spec.ts', 'leaves the clusters as they are while it is %s'],
    ],
  },
  {
    number: 17,
    fault: 'A write arrives late, after a newer one or a deletion, or its answer is lost',
    expected: 'refused by uid and resourceVersion; nothing comes back; a repetition changes nothing',
    tests: [
      [RUNS, 'a write that arrives late, or whose answer was lost, replaces nothing that came after it'],
      [RUNS, 'nothing that was removed comes back by a late write, because it was marked before'],
      [CLIENT, 'ends with conflict when it repeats an update whose answer was lost'],
    ],
  },
  {
    number: 18,
    fault: 'A list is stale or expires on its way, a cluster accepts and never answers, or asks for a pause',
    expected: 'the list begins anew and a part of it decides nothing; the others are not held up; the pause is kept',
    tests: [
      [CLIENT, 'starts again from the beginning when its position has expired, and never returns a part'],
      [RUNS, 'lists that are stale or expire lead to no write over a newer object'],
      ['test/integration/faults.spec.ts', 'is not held up by a cluster that accepts and never answers'],
      [CLIENT, 'ends with what %s means, once, and sends nothing again'],
    ],
  },
  {
    number: 19,
    fault: 'Clocks jump or run fast, or the machine is suspended',
    expected: 'nobody writes whose lease is over by either clock; nobody takes over early',
    tests: [
      [RUNS, 'a suspended machine, and clocks that jump or run fast, let nobody write whose lease is over'],
      [ELECTOR, 'is not safe after the machine was suspended, which stops the monotonic clock'],
      [ELECTION, 'waits for the whole lease again when it did not look for a while'],
    ],
  },
  {
    number: 20,
    fault: 'A kubeconfig that would make the hub run, read or call something; secrets everywhere',
    expected: 'refused with a reason before anything happens; no secret leaves',
    tests: [
      ['test/faults/kubeconfig.spec.ts', 'starts no program, reads no file and opens no connection for one of them'],
      ['test/faults/kubeconfig.spec.ts', 'tells no secret in a log, metric, status, plan or explanation'],
    ],
  },
];
