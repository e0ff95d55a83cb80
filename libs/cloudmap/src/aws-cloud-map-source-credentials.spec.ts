import { inspect } from 'node:util';
import {
  ACCESS_KEY_ID,
  answer,
  ScriptedCloudMap,
  SECRET_ACCESS_KEY,
  SERVICE,
  SESSION_TOKEN,
  signal,
} from './scripted-cloud-map.spec-rig.js';

describe('createAwsCloudMapSource: credentials, and what may be said of them', () => {
  let aws: ScriptedCloudMap;
  beforeEach(async () => {
    aws = await ScriptedCloudMap.start();
  });
  afterEach(() => aws.stop());

  it('answers credentials-missing, sends nothing and tries again, while there are no credentials', async () => {
    let asked = 0;
    aws.script = (response) => answer(response, { Services: [] });
    const source = aws.open({
      credentials: () => {
        asked += 1;
        const missing = Object.assign(new Error(SECRET_ACCESS_KEY), { name: 'CredentialsProviderError' });
        return asked === 1 ? Promise.reject(missing) : Promise.resolve({ accessKeyId: 'a', secretAccessKey: 'b' });
      },
    });
    const first = await source.listAllServices(() => undefined, signal);
    expect(first).toMatchObject({ kind: 'failed', error: { code: 'credentials-missing' } });
    expect(inspect(first, { depth: 9 })).not.toContain(SECRET_ACCESS_KEY);
    expect(aws.seen).toHaveLength(0);
    expect(await source.listAllServices(() => undefined, signal)).toMatchObject({ kind: 'complete' });
  });

  it('asks for credentials once for both planes', async () => {
    let asked = 0;
    aws.script = (response, { operation }) =>
      answer(response, operation === 'ListServices' ? { Services: [] } : { Instances: [], InstancesRevision: 1 });
    const source = aws.open({
      credentials: () => {
        asked += 1;
        return Promise.resolve({ accessKeyId: 'a', secretAccessKey: 'b' });
      },
    });
    await source.listAllServices(() => undefined, signal);
    await source.discoverInstances(SERVICE, signal);
    await source.discoverInstances(SERVICE, signal);
    expect(asked).toBe(1);
  });

  it('ends with timeout when credentials never come', async () => {
    const source = aws.open({ credentials: () => new Promise(() => undefined), timeouts: { callMs: 30 } });
    expect(await source.listNamespaces(signal)).toMatchObject({ kind: 'failed', error: { code: 'timeout' } });
  });

  it('answers network when nobody listens', async () => {
    const nobody = 'http://127.0.0.1:1';
    const source = aws.open({ settings: aws.settings({ endpoint: { control: nobody, data: nobody } }), attempts: 1 });
    expect(await source.listNamespaces(signal)).toMatchObject({ kind: 'failed', error: { code: 'network' } });
    expect(await source.discoverInstances(SERVICE, signal)).toMatchObject({ error: { code: 'network' } });
  });

  it('lets nothing of signatures, keys or bodies out of an error', async () => {
    aws.script = (response, { headers }) =>
      answer(response, { __type: 'AccessDeniedException', Message: `${headers.authorization} ${SESSION_TOKEN}` }, 400);
    const reading = await aws.open().discoverInstances(SERVICE, signal);
    const shown = `${inspect(reading, { depth: 9, showHidden: true })} ${JSON.stringify(reading)}`;
    expect(shown).toContain('servicediscovery:DiscoverInstances');
    for (const secret of [ACCESS_KEY_ID, SECRET_ACCESS_KEY, SESSION_TOKEN, 'Signature', 'AWS4-HMAC']) {
      expect(shown).not.toContain(secret);
    }
  });
});
