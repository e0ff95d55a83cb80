import type { DoctorDocument } from './doctor-world.js';
import { DoctorWorld, REGION } from './doctor-world.js';
import { MISCONFIGURATIONS } from './doctor-misconfigurations.js';

describe('isthmus doctor', () => {
  let world: DoctorWorld | undefined;
  afterEach(async () => {
    await world?.close();
    world = undefined;
  });

  it.each(Object.entries(MISCONFIGURATIONS))('finds %s, and says what to do', async (_what, wrong) => {
    const here = (world = await DoctorWorld.start(wrong.emulator));
    await wrong.prepare?.(here);
    const [subject, name, outcome, message, fix] = wrong.finds;
    const edit = (document: DoctorDocument): void => wrong.edit?.(document, here);
    const { exitCode, checkups } = await here.examine(edit, { ...(wrong.timeoutMs && { timeoutMs: wrong.timeoutMs }) });
    const checks = checkups.find((checkup) => checkup.subject === subject)?.checks ?? [];
    expect(checks).toContainEqual({
      name,
      outcome,
      message: expect.stringMatching(message) as string,
      fix: expect.stringMatching(fix) as string,
    });
    expect(exitCode).toBe(wrong.exitCode ?? (outcome === 'failed' ? 3 : 0));
  });

  it('finds nothing where nothing is wrong, and leaves nothing', async () => {
    world = await DoctorWorld.start();
    const { exitCode, checkups } = await world.examine();
    expect(checkups.flatMap(({ checks }) => checks).filter(({ fix }) => fix !== null)).toEqual([]);
    expect(exitCode).toBe(0);
    expect(checkups.map(({ subject }) => subject)).toEqual(['configuration', 'source us', 'cluster eks']);
    expect(world.cluster.model.entries('isthmus')).toEqual([]);
  });

  it('finds several things at once, each in its place', async () => {
    world = await DoctorWorld.start({ versions: [] });
    world.cloudMap.model.faults.set({ kind: 'accessDenied', operation: 'GetService' });
    const { checkups } = await world.examine();
    const failed = checkups.map(({ checks }) => checks.filter((check) => check.outcome === 'failed').length);
    expect(failed).toEqual([0, 1, 1]);
  });

  it('asks nobody when it is offline', async () => {
    world = await DoctorWorld.start();
    const { exitCode, checkups } = await world.examine(undefined, { isOffline: true });
    expect({ exitCode, subjects: checkups.map(({ subject }) => subject) }).toEqual({
      exitCode: 0,
      subjects: ['configuration'],
    });
    expect(world.cluster.tlsConnectionCount()).toBe(0);
    expect(world.cloudMap.model.callLog.counts()).toEqual([]);
  });

  it('looks at one cluster alone when it is named, and knows no other', async () => {
    world = await DoctorWorld.start();
    const { checkups } = await world.examine(undefined, { cluster: 'eks' });
    expect(checkups.map(({ subject }) => subject)).toEqual(['configuration', 'cluster eks']);
    const none = await world.examine(undefined, { cluster: 'gke' });
    expect(none).toMatchObject({ exitCode: 64, told: ['isthmus: isthmus.yaml has no cluster gke, but eks'] });
  });

  it(`uses ${REGION} of the emulator, so that what it reads there is real`, async () => {
    world = await DoctorWorld.start();
    const { checkups } = await world.examine();
    const checks = checkups.find(({ subject }) => subject === 'source us')?.checks ?? [];
    expect(checks.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
      'aws ok',
      'identity unknown',
      'permissions ok',
      'account ok',
    ]);
  });
});
