import { ManualClock, recordingLogger, recordingMetrics } from '@isthmus/testing';

import { ConfigFile, readConfig } from './config-file.js';

const yaml = (hub: string, more = ''): string => `apiVersion: isthmus.dev/v1\nhub: ${hub}\n${more}`;
const SOURCE = 'sources: [{ name: us, region: us-east-1 }]\n';

async function rig(text = yaml('{ name: prod }')) {
  const file = { text: text as string | Error };
  const readText = (): Promise<string> =>
    typeof file.text === 'string' ? Promise.resolve(file.text) : Promise.reject(file.text);
  const options = { path: '/etc/isthmus/isthmus.yaml', readText };
  const clock = new ManualClock();
  const accepted = await readConfig(options, clock.nowMs());
  if (!accepted.ok) throw new Error('the first configuration must be good');
  const logger = recordingLogger();
  const metrics = recordingMetrics();
  const config = new ConfigFile(options, accepted.value, { clock, logger, metrics });
  const errors = (): number => logger.lines.filter(({ level }) => level === 'error').length;
  const warnings = (): unknown => logger.lines.findLast(({ level }) => level === 'warn')?.fields['problems'];
  return { file, config, clock, logger, metrics, errors, warnings };
}

describe('ConfigFile', () => {
  it('answers nothing while the content is the same', async () => {
    const { config } = await rig();
    expect(await config.refresh()).toBeUndefined();
  });

  it('takes up a new configuration and counts it', async () => {
    const { file, config, metrics } = await rig();
    file.text = yaml('{ name: prod, readOnly: true }', SOURCE);
    const next = await config.refresh();
    expect(next).toMatchObject({ hub: { readOnly: true }, sources: [{ name: 'us' }] });
    expect(config.current).toBe(next);
    expect(metrics.value('isthmus_config_generation')).toBe(2);
  });

  it('keeps the old configuration when the new one is bad, says so once with every problem, and takes a good one later', async () => {
    const { file, config, logger, metrics, errors } = await rig();
    const isSuccessful = (): number => metrics.value('isthmus_config_last_reload_successful');
    expect(isSuccessful()).toBe(1);
    file.text = yaml('{ name: Prod, readOnly: maybe }');
    expect([await config.refresh(), await config.refresh()]).toEqual([undefined, undefined]);
    expect(config.current.hub).toMatchObject({ name: 'prod', readOnly: false });
    expect(errors()).toBe(1);
    expect(isSuccessful()).toBe(0);
    const problems = logger.lines.find(({ level }) => level === 'error')?.fields['problems'] as string[];
    expect(problems.length).toBeGreaterThanOrEqual(2);
    expect(problems[0]).toMatch(/^isthmus\.yaml:\d+:\d+ CFG\d+ /);
    file.text = yaml('{ name: prod }', SOURCE);
    expect(await config.refresh()).toMatchObject({ sources: [{ name: 'us' }] });
    expect(isSuccessful()).toBe(1);
    file.text = new Error('gone');
    await config.refresh();
    expect(isSuccessful()).toBe(0);
  });

  it('warns of a pause that is over, at the start and with each new content', async () => {
    const paused = (until: string): string =>
      SOURCE.replace(' }]', `, paused: { reason: x, until: ${until} }, account: "111122223333" }]`);
    const { file, config, clock, warnings } = await rig(yaml('{ name: prod }', paused('2025-12-31T00:00:00Z')));
    expect(warnings()).toContainEqual(expect.stringMatching(/^isthmus\.yaml:3:\d+ CFG081 /));
    file.text = yaml('{ name: prod }', paused('2026-01-01T00:00:05Z'));
    await config.refresh();
    expect(warnings()).not.toContainEqual(expect.stringContaining('CFG081'));
    await clock.advance(10_000);
    file.text += '\n';
    await config.refresh();
    expect(warnings()).toContainEqual(expect.stringContaining('CFG081'));
  });

  it('keeps the old configuration while the file cannot be read, and says so once', async () => {
    const { file, config, errors } = await rig();
    file.text = new Error('ENOENT');
    expect([await config.refresh(), await config.refresh()]).toEqual([undefined, undefined]);
    expect(config.current.hub.name).toBe('prod');
    expect(errors()).toBe(1);
  });

  it.each([
    ['hub.name', '{ name: other }'],
    ['hub.http', '{ name: prod, http: { port: 9090 } }'],
    ['hub.log.level', '{ name: prod, log: { level: debug } }'],
  ])('keeps %s as it is until a restart, and says so', async (field, hub) => {
    const { file, config, logger } = await rig();
    const before = config.current.hub;
    file.text = yaml(hub);
    expect((await config.refresh())?.hub).toEqual(before);
    expect(logger.lines.find(({ message }) => message.includes('needs a restart'))?.fields['fields']).toEqual([field]);
  });

  it.each([
    ['store', 'store: { redis: { url: "redis://r" } }\nelection: { backend: none }\n'],
    ['election', 'election: { lease: 20s }\n'],
  ])('keeps the %s until a restart, too, because a lease and snapshots cannot move under way', async (field, more) => {
    const { file, config, logger } = await rig();
    const { store, election } = config.current;
    file.text = yaml('{ name: prod }', more);
    expect(await config.refresh()).toMatchObject({ store, election });
    expect(logger.lines.find(({ message }) => message.includes('needs a restart'))?.fields['fields']).toEqual([field]);
  });
});
