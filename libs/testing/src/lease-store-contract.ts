import type { LeaseRecord, LeaseStore } from '@isthmus/ports';

/** A place for a lease that nobody has taken yet, as two processes see it. */
export interface LeaseStoreRig {
  readonly store: LeaseStore;
  readonly other: LeaseStore;
  close(): Promise<void>;
}

/** What every LeaseStore does. */
export function leaseStoreContract(name: string, open: () => Promise<LeaseStoreRig>): void {
  describe(`${name} as a LeaseStore`, () => {
    let rig: LeaseStoreRig;
    beforeEach(async () => {
      rig = await open();
    });
    afterEach(() => rig.close());

    taking(() => rig);
    holding(() => rig);
  });
}

async function takenBy(store: LeaseStore, holder: string, floor = 0): Promise<LeaseRecord> {
  const record = await store.acquire({ holder, seen: await store.observe(), floor });
  if (record === undefined) throw new Error('the lease was not taken');
  return record;
}

function taking(rigOf: () => LeaseStoreRig): void {
  it('sees nobody before somebody has taken it', async () => {
    expect(await rigOf().store.observe()).toMatchObject({ holder: '', epoch: 0, sequence: 0 });
  });

  it('is taken by one of those who saw the same record', async () => {
    const { store, other } = rigOf();
    const seen = await store.observe();
    const taken = await Promise.all([
      store.acquire({ holder: 'a', seen, floor: 0 }),
      other.acquire({ holder: 'b', seen, floor: 0 }),
    ]);
    const [one, ...more] = taken.filter((record) => record !== undefined);
    expect([one?.epoch, more]).toEqual([1, []]);
    expect([await store.observe(), await other.observe()]).toEqual([one, one]);
  });

  it.each(['holder', 'epoch', 'sequence', 'incarnation'] as const)(
    'is not taken when the %s is not what was seen',
    async (field) => {
      const { store, other } = rigOf();
      const seen = await takenBy(store, 'a');
      const wrong = typeof seen[field] === 'number' ? seen[field] + 1 : `${seen[field]}x`;
      expect(await other.acquire({ holder: 'b', seen: { ...seen, [field]: wrong }, floor: 0 })).toBeUndefined();
      expect(await other.observe()).toEqual(seen);
      expect(await other.acquire({ holder: 'b', seen, floor: 0 })).toMatchObject({ holder: 'b', epoch: 2 });
    },
  );

  it('is not taken by who saw it before it was renewed', async () => {
    const { store, other } = rigOf();
    const seen = await takenBy(store, 'a');
    await store.renew({ holder: 'a', epoch: 1, floor: 0 });
    expect(await other.acquire({ holder: 'b', seen, floor: 0 })).toBeUndefined();
    expect(await store.observe()).toMatchObject({ holder: 'a', epoch: 1 });
  });

  it('has an epoch above the floor and above every one before, also after it was given up', async () => {
    const { store, other } = rigOf();
    expect((await takenBy(store, 'a', 41)).epoch).toBe(42);
    await store.release({ holder: 'a', epoch: 42 });
    expect(await other.observe()).toMatchObject({ holder: '', epoch: 42 });
    expect((await takenBy(other, 'b')).epoch).toBe(43);
  });
}

function holding(rigOf: () => LeaseStoreRig): void {
  it('is renewed by its holder only, and each renewal can be seen', async () => {
    const { store, other } = rigOf();
    const first = await takenBy(store, 'a');
    expect(await other.renew({ holder: 'b', epoch: 1, floor: 0 })).toBeUndefined();
    expect(await store.renew({ holder: 'a', epoch: 2, floor: 0 })).toBeUndefined();
    for (let time = 1; time <= 3; time++) {
      const renewed = await store.renew({ holder: 'a', epoch: 1, floor: 0 });
      expect(renewed).toEqual({ ...first, sequence: first.sequence + time });
      expect(await other.observe()).toEqual(renewed);
    }
  });

  it('takes a higher epoch while it is renewed', async () => {
    const { store } = rigOf();
    await takenBy(store, 'a');
    expect(await store.renew({ holder: 'a', epoch: 1, floor: 7 })).toMatchObject({ epoch: 8 });
    expect(await store.renew({ holder: 'a', epoch: 8, floor: 7 })).toMatchObject({ epoch: 8 });
  });

  it('is renewed no more by who lost it', async () => {
    const { store, other } = rigOf();
    const seen = await takenBy(store, 'a');
    await other.acquire({ holder: 'b', seen, floor: 0 });
    expect(await store.renew({ holder: 'a', epoch: 1, floor: 0 })).toBeUndefined();
    expect(await store.observe()).toMatchObject({ holder: 'b', epoch: 2 });
  });

  it('is given up by its holder only', async () => {
    const { store, other } = rigOf();
    const taken = await takenBy(store, 'a');
    await other.release({ holder: 'b', epoch: 1 });
    await other.release({ holder: 'a', epoch: 2 });
    expect(await other.observe()).toEqual(taken);
    await store.release({ holder: 'a', epoch: 1 });
    expect(await other.observe()).toMatchObject({ holder: '', epoch: 1, incarnation: taken.incarnation });
  });
}
