import type { LeaderElector } from '@isthmus/ports';

import { electedLeadership, soleLeadership } from './leadership.js';

function elected(epoch: number) {
  const raised: number[] = [];
  const elector: LeaderElector = {
    run: () => Promise.resolve(),
    isSafe: () => true,
    raiseEpoch: (floor) => void raised.push(floor),
    view: () => ({ isLeader: true, holder: 'me', epoch }),
  };
  return { leadership: electedLeadership(elector), raised };
}

describe('soleLeadership', () => {
  it('takes an epoch above what it finds, once, and again when it finds a higher one', () => {
    expect(soleLeadership.epochFor(0, 0)).toEqual({ ok: true, value: 1 });
    expect(soleLeadership.epochFor(41, 0)).toEqual({ ok: true, value: 42 });
    expect(soleLeadership.epochFor(42, 42)).toEqual({ ok: true, value: 42 });
    expect(soleLeadership.epochFor(50, 42)).toEqual({ ok: true, value: 51 });
  });
});

describe('electedLeadership', () => {
  it('has the epoch of the lease for every cluster whose objects carry none above it', () => {
    const { leadership, raised } = elected(7);
    expect([leadership.epochFor(0, 0), leadership.epochFor(7, 0)]).toEqual([
      { ok: true, value: 7 },
      { ok: true, value: 7 },
    ]);
    expect(raised).toEqual([]);
  });

  it('asks for a higher epoch, and writes nothing before it has one', () => {
    const { leadership, raised } = elected(7);
    expect(leadership.epochFor(41, 0)).toMatchObject({
      ok: false,
      error: { code: 'higher-epoch', disposition: 'retry' },
    });
    expect(raised).toEqual([41]);
  });

  it('does not follow an absurd epoch, which would take the whole pair there', () => {
    const { leadership, raised } = elected(7);
    expect(leadership.epochFor(1_008, 0)).toMatchObject({
      ok: false,
      error: { code: 'absurd-epoch', disposition: 'hold' },
    });
    expect(raised).toEqual([]);
  });

  it('follows any epoch that a hub can have when there was no lease before: Redis may have lost it', () => {
    const { leadership, raised } = elected(1);
    leadership.epochFor(5_000, 0);
    expect(raised).toEqual([5_000]);
    expect(leadership.epochFor(Number.MAX_SAFE_INTEGER, 0)).toMatchObject({ error: { code: 'absurd-epoch' } });
    expect(raised).toEqual([5_000]);
  });
});
