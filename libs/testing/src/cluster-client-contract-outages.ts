import type { EntryName } from '@isthmus/model';
import { IsthmusError } from '@isthmus/model';
import type { ClusterClientRig } from './cluster-client-rig.js';
import { listUntil, manifestOf, preconditionOf, readEntry, unaborted } from './cluster-client-rig.js';

type Open = () => Promise<ClusterClientRig>;

/** Codes with which a request may end while its server crashes and starts: nobody knows whether it was done. */
const OUTAGE = ['network', 'not-ready', 'timeout', 'server-error'];

/** What a client makes of a server that forgets, and of one that crashes in the middle of its work. */
export function clusterClientOutagesContract(open: Open): void {
  describe('long lists', () => pages(open));
  describe('a crash of the server', () => {
    creationsInACrash(open);
    updateInACrash(open);
  });
}

function pages(open: Open): void {
  it('are read to their end, page by page', async () => {
    const rig = await open();
    await rig.fill(501);
    expect((await rig.client.listEntries(unaborted())).items).toHaveLength(501);
    expect(await listUntil(rig, (items) => items.length === 501)).toHaveLength(501);
  });

  it('are read anew from the beginning when their position has expired: with all that came meanwhile, nothing twice', async () => {
    const rig = await open();
    await rig.fill(501);
    const { items } = await rig.listAround(async () => {
      await rig.putForeign('000-late', {});
      await rig.expirePositions();
    });
    expect(items).toHaveLength(502);
    expect(new Set(items.map(({ name }) => name)).size).toBe(502);
  });
}

function creationsInACrash(open: Open): void {
  it('loses no creation that was confirmed, and none is lost or done twice when it is asked for again', async () => {
    const rig = await open();
    const names = Array.from({ length: 40 }, (_, i) => `e${i}`);
    const create = (name: string) =>
      rig.client.create(manifestOf(name), unaborted()).then(
        ({ metadata }) => metadata.uid,
        (error: unknown) => (error instanceof IsthmusError ? error.code : Promise.reject(error as Error)),
      );
    const first = names.slice(0, 4).map(create);
    const all = [...first, ...names.slice(4).map(create)];
    await Promise.all(first);
    const restarted = rig.restart();
    const outcomes = await Promise.all(all);
    await restarted;
    const isUid = (outcome: string): boolean => outcome.includes('-') && outcome.length === 36;
    expect(outcomes.filter((outcome) => !isUid(outcome)).every((code) => OUTAGE.includes(code))).toBe(true);
    for (const name of names) expect(['already-exists', 'created']).toContain(await createAgain(rig, name));
    const { items } = await rig.client.listEntries(unaborted());
    expect(items.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
    const uids = new Map<string, string>(items.map(({ name, uid }) => [name, uid]));
    names.forEach((name, i) => {
      const confirmed = outcomes[i] ?? '';
      if (isUid(confirmed)) expect(uids.get(name)).toBe(confirmed);
    });
  });
}

function updateInACrash(open: Open): void {
  it('leaves an update done or not done, and a repetition of it finds out which', async () => {
    const rig = await open();
    const { metadata } = await rig.client.create(manifestOf('a'), unaborted());
    const next = manifestOf('a', { spec: { endpoints: [{ address: '10.0.0.2' }] } });
    const update = () =>
      rig.client.update(next, preconditionOf(metadata), unaborted()).then(
        () => 'done',
        (error: unknown) => (error instanceof IsthmusError ? error.code : Promise.reject(error as Error)),
      );
    const [outcome] = await Promise.all([update(), rig.restart()]);
    expect(['done', ...OUTAGE]).toContain(outcome);
    const repeated = await settled(update);
    expect(['done', 'conflict']).toContain(repeated);
    expect((await readEntry(rig, 'a')).spec.raw).toEqual(next.spec);
  });

  it('is over for the client when the server is back: reads are whole, drift is seen', async () => {
    const rig = await open();
    const { metadata } = await rig.client.create(manifestOf('a'), unaborted());
    await rig.restart();
    await rig.putForeign('a', { labels: { team: 'x' } });
    const codes: string[] = [];
    const seen = await settled(() =>
      listUntil(rig, ([first]) => first?.labels['team'] === 'x').then(
        (items) => items,
        (error: unknown) => {
          if (!(error instanceof IsthmusError)) throw error;
          codes.push(error.code);
          return error.code;
        },
      ),
    );
    expect(codes.every((code) => OUTAGE.includes(code))).toBe(true);
    expect(seen).toMatchObject([{ uid: metadata.uid, generation: 1, labels: { team: 'x' } }]);
  });
}

/** Asks once more than a broken connection of before the crash can answer. */
async function settled<Outcome>(ask: () => Promise<Outcome>): Promise<Outcome> {
  for (let left = 8; ; left -= 1) {
    const outcome = await ask();
    if (left === 0 || typeof outcome !== 'string' || !OUTAGE.includes(outcome)) return outcome;
  }
}

function createAgain(rig: ClusterClientRig, name: string): Promise<string> {
  return settled(() =>
    rig.client.create(manifestOf(name as EntryName), unaborted()).then(
      () => 'created',
      (error: unknown) => (error instanceof IsthmusError ? error.code : Promise.reject(error as Error)),
    ),
  );
}
