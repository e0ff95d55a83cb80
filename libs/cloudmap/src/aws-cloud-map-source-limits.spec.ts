import { jest } from '@jest/globals';
import {
  answer,
  ONE_PER_SECOND,
  refuse,
  ScriptedCloudMap,
  SERVICE,
  SERVICE_ANSWER,
  signal,
  until,
} from './scripted-cloud-map.spec-rig.js';
import type { Script } from './scripted-cloud-map.spec-rig.js';

describe('createAwsCloudMapSource: limits and times', () => {
  let aws: ScriptedCloudMap;
  beforeEach(async () => {
    aws = await ScriptedCloudMap.start();
  });
  afterEach(async () => {
    jest.useRealTimers();
    await aws.stop();
  });

  it('takes a token for each attempt, so that retries do not exceed the rate limit', async () => {
    aws.script = (response, _, count) =>
      count === 1 ? refuse(response, 'InternalFailure', 500) : answer(response, SERVICE_ANSWER);
    const reading = aws.open({ settings: aws.settings({ limits: ONE_PER_SECOND }) }).getService('srv-x', signal);
    await until(() => aws.clock.sleeperCount === 1);
    expect(aws.seen).toHaveLength(1);
    await aws.clock.advance(1000);
    expect(await reading).toMatchObject({ kind: 'complete' });
    expect(aws.seen).toHaveLength(2);
  });

  it('halves its rate after a throttle', async () => {
    const limits = { ...ONE_PER_SECOND, discoverPerSecond: 2 };
    const source = aws.open({ attempts: 1, settings: aws.settings({ limits }) });
    aws.script = (response) => refuse(response, 'RequestLimitExceeded');
    expect(await source.discoverInstances(SERVICE, signal)).toMatchObject({ error: { code: 'throttled' } });
    aws.script = (response) => answer(response, { Instances: [], InstancesRevision: 1 });
    await source.discoverInstances(SERVICE, signal);
    const second = source.discoverInstances(SERVICE, signal);
    await aws.clock.advance(900);
    expect(aws.seen).toHaveLength(2);
    await aws.clock.advance(200);
    expect(await second).toMatchObject({ kind: 'complete' });
  });

  it('does not count the wait for the rate limit as time of the call', async () => {
    aws.script = (response) => answer(response, SERVICE_ANSWER);
    const source = aws.open({ settings: aws.settings({ limits: ONE_PER_SECOND }) });
    await source.getService('srv-x', signal);
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] });
    const second = source.getService('srv-x', signal);
    await until(() => aws.clock.sleeperCount === 1);
    jest.advanceTimersByTime(60_000);
    jest.useRealTimers();
    await aws.clock.advance(1000);
    expect(await second).toMatchObject({ kind: 'complete' });
  });

  it('counts and times every attempt by operation and code', async () => {
    aws.script = (response, _, count) =>
      count === 1 ? refuse(response, 'InternalFailure', 500) : answer(response, { Services: [] });
    await aws.open().listAllServices(() => undefined, signal);
    const labels = { account: 'unknown', region: 'eu-west-1', operation: 'ListServices' };
    expect(aws.metrics.value('isthmus_source_requests_total', { ...labels, code: 'server-error' })).toBe(1);
    expect(aws.metrics.value('isthmus_source_requests_total', { ...labels, code: 'ok' })).toBe(1);
    expect(aws.metrics.observations('isthmus_source_request_duration_seconds')).toHaveLength(2);
  });

  it.each<[string, Script]>([
    ['nothing comes', () => undefined],
    ['the body stops', (response) => void response.writeHead(200, { 'content-length': '100' }).write('{"Services":')],
  ])('ends with timeout when %s', async (_, hang) => {
    aws.script = hang;
    const source = aws.open({ timeouts: { callMs: 50 } });
    const reading = await source.listAllServices(() => undefined, signal);
    expect(reading).toMatchObject({ kind: 'failed', error: { code: 'timeout' } });
  });

  it('ends an attempt of its own time, and tries again', async () => {
    aws.script = (response, _, count) => (count === 1 ? undefined : answer(response, { Services: [] }));
    const source = aws.open({ timeouts: { requestMs: 30 } });
    expect(await source.listAllServices(() => undefined, signal)).toMatchObject({ kind: 'complete' });
  });

  it('answers aborted when the caller stops, at work or at the rate limit', async () => {
    const controller = new AbortController();
    aws.script = () => controller.abort();
    const source = aws.open({ settings: aws.settings({ limits: ONE_PER_SECOND }) });
    expect(await source.getService('srv-x', controller.signal)).toMatchObject({ error: { code: 'aborted' } });
    expect(await source.getService('srv-x', controller.signal)).toMatchObject({ error: { code: 'aborted' } });
    const waiting = new AbortController();
    const queued = source.getService('srv-x', waiting.signal);
    await until(() => aws.clock.sleeperCount === 1);
    waiting.abort(new Error('term lost'));
    expect(await queued).toMatchObject({ error: { code: 'aborted' } });
    expect(aws.seen).toHaveLength(1);
  });

  it('ends what is under way as aborted, and its sockets, when it is closed', async () => {
    let sockets = 0;
    aws.server.on('connection', (socket) => {
      sockets += 1;
      socket.on('close', () => (sockets -= 1));
    });
    const source = aws.open();
    aws.script = (response) => answer(response, { Services: [] });
    await source.listAllServices(() => undefined, signal);
    aws.script = () => source.close();
    expect(await source.listAllServices(() => undefined, signal)).toMatchObject({ error: { code: 'aborted' } });
    expect(await source.listNamespaces(signal)).toMatchObject({ error: { code: 'aborted' } });
    await until(() => sockets === 0);
    expect(sockets).toBe(0);
  });
});
