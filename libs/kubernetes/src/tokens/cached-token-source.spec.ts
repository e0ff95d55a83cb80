import { IsthmusError, Secret } from '@isthmus/model';
import { ManualClock, settle } from '@isthmus/testing';
import { CachedTokenSource } from './cached-token-source.js';
import type { ClusterToken } from './token-source.js';

const LIFE_MS = 600_000;
const signal = new AbortController().signal;

/** An issuer that a test can break or hold up. */
function rig({ jitter = 0, lifeMs = LIFE_MS }: { readonly jitter?: number; readonly lifeMs?: number | 'unsaid' } = {}) {
  const clock = new ManualClock();
  const issuer = { asked: 0, error: undefined as Error | undefined, waits: undefined as Promise<void> | undefined };
  const renewed: (number | undefined)[] = [];
  const failed: string[] = [];
  const source = new CachedTokenSource({
    mint: async (): Promise<ClusterToken> => {
      issuer.asked++;
      const number = issuer.asked;
      await issuer.waits;
      if (issuer.error !== undefined) throw issuer.error;
      const expiresAtMs = lifeMs === 'unsaid' ? undefined : clock.nowMs() + lifeMs;
      return { token: new Secret(`token-${number}`), expiresAtMs };
    },
    clock,
    random: { next: () => jitter },
    onRenewed: (expiresAtMs) => void renewed.push(expiresAtMs),
    onFailed: ({ code }) => void failed.push(code),
  });
  const get = async (): Promise<string> => {
    const token = (await source.get(signal)).reveal();
    await settle();
    return token;
  };
  return { clock, issuer, renewed, failed, source, get };
}

describe('CachedTokenSource', () => {
  it('asks once for all who need a token at the same time', async () => {
    const { source, issuer } = rig();
    const held = Promise.withResolvers<void>();
    issuer.waits = held.promise;
    const all = Promise.all(Array.from({ length: 20 }, () => source.get(signal)));
    held.resolve();
    expect(new Set((await all).map((token) => token.reveal()))).toEqual(new Set(['token-1']));
    expect(issuer.asked).toBe(1);
  });

  it.each([
    ['at 80 % of its life', 0, 0.8],
    ['a tenth of its life sooner at most', 0.999_999, 0.7],
  ])('renews a token %s, and gives the old one meanwhile', async (_what, jitter, share) => {
    const { clock, get, issuer, renewed } = rig({ jitter });
    expect(await get()).toBe('token-1');
    await clock.advance(LIFE_MS * share - 1_000);
    expect(await get()).toBe('token-1');
    expect(issuer.asked).toBe(1);
    await clock.advance(2_000);
    expect(await get()).toBe('token-1');
    expect(await get()).toBe('token-2');
    expect(renewed).toHaveLength(2);
  });

  it('goes on with the old token while a renewal fails, with growing pauses, until 10 s before its end', async () => {
    const { clock, get, issuer, failed } = rig();
    await get();
    issuer.error = new IsthmusError('token-unavailable', 'away');
    for (let second = 0; second < LIFE_MS / 1000 - 11; second++) {
      await clock.advance(1_000);
      expect(await get()).toBe('token-1');
    }
    expect(failed.length).toBeGreaterThan(4);
    expect(failed.length).toBeLessThan(20);
    await clock.advance(2_000);
    await expect(get()).rejects.toMatchObject({ code: 'token-unavailable' });
  });

  it('says at once that there is no token while it was just refused one, and asks again after a pause', async () => {
    const { clock, get, issuer } = rig();
    issuer.error = new IsthmusError('token-unavailable', 'away');
    await expect(get()).rejects.toMatchObject({ message: 'away' });
    await expect(get()).rejects.toMatchObject({ message: 'away' });
    expect(issuer.asked).toBe(1);
    issuer.error = undefined;
    await clock.advance(1_000);
    expect(await get()).toBe('token-2');
  });

  it('waits no longer for a token than the request may', async () => {
    const { source, issuer } = rig();
    issuer.waits = Promise.withResolvers<void>().promise;
    const caller = new AbortController();
    const asked = source.get(caller.signal);
    caller.abort(new Error('the time is over'));
    await expect(asked).rejects.toThrow('the time is over');
  });

  it('makes another token when an old one is refused, and not when one that was just made is', async () => {
    const { clock, source, get, issuer } = rig();
    const first = await source.get(signal);
    expect(source.refused(first)).toBe(false);
    await clock.advance(11_000);
    expect(source.refused(first)).toBe(true);
    expect(await get()).toBe('token-2');
    // A request that was under way with the first one learns that there is another.
    expect(source.refused(first)).toBe(true);
    expect(await get()).toBe('token-2');
    expect(issuer.asked).toBe(2);
  });

  it('takes no token that is over when it is given', async () => {
    const { get } = rig({ lifeMs: 5_000 });
    await expect(get()).rejects.toMatchObject({ code: 'token-unavailable' });
  });

  it('asks again for a token that does not say its end before ten minutes are over', async () => {
    const { clock, get } = rig({ lifeMs: 'unsaid' });
    await get();
    await clock.advance(500_000);
    await get();
    expect(await get()).toBe('token-2');
  });

  it('believes the wall clock when it says that a token is over, as after a machine slept', async () => {
    const { clock, get } = rig();
    await get();
    clock.jumpWallClock(LIFE_MS);
    expect(await get()).toBe('token-2');
  });
});
