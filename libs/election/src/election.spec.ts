import type { LeaseRecord } from '@isthmus/ports';

import type { ElectionEvent, ElectionState, Step } from './election.js';
import { FIRST_STATE, isSafeAt, step, waitMs } from './election.js';

const RULES = { holder: 'me', leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 };
const record = (changes: Partial<LeaseRecord> = {}): LeaseRecord => ({
  incarnation: 'run',
  holder: 'other',
  epoch: 4,
  sequence: 7,
  ...changes,
});

function play(events: readonly ElectionEvent[], from: ElectionState = FIRST_STATE): Step {
  let last: Step = { state: from, commands: [] };
  for (const event of events) last = step(last.state, event, RULES);
  return last;
}

/** Looks every retry, from `fromMs` to `toMs`, at one record. */
function looks(fromMs: number, toMs: number, seen: LeaseRecord): readonly ElectionEvent[] {
  const times = Array.from({ length: Math.floor((toMs - fromMs) / 2_000) + 1 }, (_, index) => fromMs + index * 2_000);
  return times.map((atMs) => ({ kind: 'observed', atMs, record: seen }));
}

const leading: ElectionState = { role: 'leader', lease: record({ holder: 'me', epoch: 5 }), renewedAtMs: 100_000 };
const kinds = ({ commands }: Step): readonly string[] => commands.map(({ kind }) => kind);

describe('a follower', () => {
  it('takes the lease when its record was the same for the whole lease', () => {
    expect(kinds(play(looks(0, 14_000, record())))).toEqual([]);
    expect(play(looks(0, 16_000, record())).commands).toEqual([{ kind: 'acquire', seen: record() }]);
  });

  it.each([
    ['was renewed', record({ sequence: 8 })],
    ['has another holder', record({ holder: 'third' })],
    ['comes from another run of the server', record({ incarnation: 'run-2' })],
  ])('waits for the whole lease again when the record %s', (_, changed) => {
    const events = [...looks(0, 12_000, record()), ...looks(14_000, 28_000, changed)];
    expect(kinds(play(events))).toEqual([]);
    expect(kinds(play([...events, ...looks(30_000, 30_000, changed)]))).toEqual(['acquire']);
  });

  it('waits for the whole lease again when it did not look for a while', () => {
    const events = [...looks(0, 12_000, record()), ...looks(18_000, 32_000, record())];
    expect(kinds(play(events))).toEqual([]);
  });

  it('takes what its holder gave up at once, if it saw the same run of the server before', () => {
    const released = record({ holder: '', sequence: 8 });
    expect(kinds(play([...looks(0, 2_000, record()), ...looks(4_000, 4_000, released)]))).toEqual(['acquire']);
    expect(kinds(play(looks(4_000, 4_000, released)))).toEqual([]);
    const elsewhere = { ...released, incarnation: 'run-2' };
    expect(kinds(play([...looks(0, 2_000, record()), ...looks(4_000, 4_000, elsewhere)]))).toEqual([]);
    const older = { ...released, epoch: 3 };
    expect(kinds(play([...looks(0, 2_000, record()), ...looks(4_000, 4_000, older)]))).toEqual([]);
  });

  it('takes at once what an answer that was lost gave it', () => {
    const mine = record({ holder: 'me', epoch: 5, sequence: 0 });
    expect(kinds(play([...looks(0, 16_000, record()), ...looks(18_000, 18_000, mine)]))).toEqual(['acquire']);
  });

  it('waits for the lease when there is no record: it may have been lost while somebody leads', () => {
    const none = record({ holder: '', epoch: 0, sequence: 0 });
    expect(kinds(play([...looks(0, 2_000, record()), ...looks(4_000, 18_000, none)]))).toEqual([]);
    expect(kinds(play([...looks(0, 2_000, record()), ...looks(4_000, 20_000, none)]))).toEqual(['acquire']);
  });

  it('leads from when it asked for the lease, not from when it was told', () => {
    const acquired = { kind: 'acquired', sentAtMs: 1_000, atMs: 1_900, record: record({ holder: 'me' }) } as const;
    const { state, commands } = play([acquired]);
    expect(commands).toEqual([{ kind: 'begin', lease: acquired.record }]);
    expect([isSafeAt(state, 10_999, RULES), isSafeAt(state, 11_000, RULES)]).toEqual([true, false]);
  });

  it('does not lead by an answer that came after the deadline, nor by a refusal', () => {
    const late = { kind: 'acquired', sentAtMs: 1_000, atMs: 11_000, record: record({ holder: 'me' }) } as const;
    expect(kinds(play([late]))).toEqual([]);
    expect(play([{ ...late, atMs: 1_100, record: undefined }]).state.role).toBe('follower');
  });

  it('looks again when the lease it watches ends, if that is sooner', () => {
    const { state } = play(looks(0, 14_000, record()));
    expect(waitMs(state, 14_000, RULES)).toBe(1_000);
    expect(waitMs(FIRST_STATE, 0, RULES)).toBe(2_000);
  });
});

describe('a leader', () => {
  it('renews, and is safe for the deadline after the renewal was sent', () => {
    expect(kinds(play([{ kind: 'tick', atMs: 102_000 }], leading))).toEqual(['renew']);
    const renewed = { kind: 'renewed', sentAtMs: 102_000, atMs: 102_900, record: record({ holder: 'me' }) } as const;
    const { state } = play([renewed], leading);
    expect([isSafeAt(state, 111_999, RULES), isSafeAt(state, 112_000, RULES)]).toEqual([true, false]);
  });

  it('ends its term when the lease is another’s', () => {
    const lost = { kind: 'renewed', sentAtMs: 102_000, atMs: 102_900, record: undefined } as const;
    expect(play([lost], leading)).toEqual({
      state: FIRST_STATE,
      commands: [{ kind: 'end', reason: 'lost' }],
    });
  });

  it.each(['tick', 'passed'] as const)('ends its term at the deadline, noticed by a %s', (kind) => {
    expect(kinds(play([{ kind, atMs: 109_999 }], leading))).not.toContain('end');
    expect(play([{ kind, atMs: 110_000 }], leading).commands).toEqual([{ kind: 'end', reason: 'deadline' }]);
  });

  it('ends its term when the renewal is confirmed after its own deadline', () => {
    const late = { kind: 'renewed', sentAtMs: 102_000, atMs: 112_000, record: record({ holder: 'me' }) } as const;
    expect(kinds(play([late], leading))).toEqual(['end']);
  });

  it('ends its work before it gives the lease up', () => {
    expect(kinds(play([{ kind: 'stop' }], leading))).toEqual(['end', 'release']);
    expect(kinds(play([{ kind: 'stop' }]))).toEqual([]);
  });
});
