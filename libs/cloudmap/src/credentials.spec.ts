import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { jest } from '@jest/globals';
import type { IsthmusError, SourceCredentials } from '@isthmus/model';
import { ManualClock, recordingMetrics, source as sourceSettings } from '@isthmus/testing';
import { createAwsCloudMapSource } from './aws-cloud-map-source.js';
import type { AwsCloudMapSource } from './aws-cloud-map-source.js';

const signal = new AbortController().signal;
const ROLE = 'arn:aws:iam::111122223333:role/isthmus';
const EXTERNAL_ID = 'canary-external-id';
const UNLIMITED = {
  discoverPerSecond: 1e6,
  listServicesPerSecond: 1e6,
  listNamespacesPerSecond: 1e6,
  getPerSecond: 1e6,
};

/** A tiny AWS: STS on POST / with a form, Cloud Map with a JSON target. */
describe('the credentials of a source', () => {
  let server: Server;
  let url: string;
  let folder: string;
  let refusal: string | undefined;
  let assumed: URLSearchParams[];
  let signers: string[];
  let opened: AwsCloudMapSource[];
  let baseCount: number;

  beforeEach(async () => {
    [refusal, assumed, signers, opened, baseCount] = [undefined, [], [], [], 0];
    folder = mkdtempSync(join(tmpdir(), 'isthmus-test-'));
    server = createServer((request, response) => void answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    jest.useRealTimers();
    for (const source of opened) source.close();
    rmSync(folder, { recursive: true });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const signer = /Credential=([^/]+)\/\d+\/([^/]+)\/([^/]+)/.exec(request.headers.authorization ?? '');
    if (request.headers['x-amz-target'] !== undefined) {
      signers.push(`${signer?.[1]} ${String(request.headers['x-amz-security-token'] ?? '-')}`);
      response.end(JSON.stringify({ Namespaces: [] }));
      return;
    }
    if (new URLSearchParams(body).get('Action') === 'GetCallerIdentity') return void response.end();
    assumed.push(new URLSearchParams(`${body}&signer=${signer?.[1]}&region=${signer?.[2]}`));
    if (refusal !== undefined) {
      response.writeHead(refusal === 'Throttling' ? 400 : 403, { 'content-type': 'text/xml' });
      response.end(
        `<ErrorResponse><Error><Code>${refusal}</Code><Message>User is not authorized</Message></Error></ErrorResponse>`,
      );
      return;
    }
    response.writeHead(200, { 'content-type': 'text/xml' });
    const action = new URLSearchParams(body).get('Action');
    response.end(`<${action}Response><${action}Result><Credentials><AccessKeyId>ASIATEMPORARY</AccessKeyId>
      <SecretAccessKey>temporary</SecretAccessKey><SessionToken>session</SessionToken>
      <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></${action}Result></${action}Response>`);
  }

  const base = () => {
    baseCount++;
    return Promise.resolve({ accessKeyId: 'AKIAPROCESS', secretAccessKey: 'canary-process-secret' });
  };

  function open(credentials: SourceCredentials, region = 'eu-west-1'): AwsCloudMapSource {
    const source = createAwsCloudMapSource({
      settings: sourceSettings({
        name: 'shop',
        region,
        credentials,
        limits: UNLIMITED,
        endpoint: { control: url, data: url },
      }),
      clock: new ManualClock(),
      metrics: recordingMetrics(),
      credentials: base,
      stsEndpoint: url,
      attempts: 1,
    });
    opened.push(source);
    return source;
  }

  const role = (externalId: string | undefined = EXTERNAL_ID): SourceCredentials => {
    return { kind: 'assume-role', roleArn: ROLE, externalId, sessionName: 'isthmus-prod' };
  };

  async function errorOf(source: AwsCloudMapSource): Promise<IsthmusError> {
    const read = await source.listNamespaces(signal);
    if (read.kind !== 'failed') throw new Error('it was read');
    return read.error;
  }

  it('are those of the process, unless the source says otherwise', async () => {
    await open({ kind: 'chain' }).listNamespaces(signal);
    expect(signers).toEqual(['AKIAPROCESS -', 'AKIAPROCESS -']);
  });

  it('are those of the role, taken with the external id and the session name from the STS of the region', async () => {
    const read = await open(role()).listNamespaces(signal);
    expect(read.kind).toBe('complete');
    expect(signers).toEqual(['ASIATEMPORARY session', 'ASIATEMPORARY session']);
    expect(Object.fromEntries(assumed[0] ?? [])).toMatchObject({
      Action: 'AssumeRole',
      RoleArn: ROLE,
      ExternalId: EXTERNAL_ID,
      RoleSessionName: 'isthmus-prod',
      signer: 'AKIAPROCESS',
      region: 'eu-west-1',
    });
  });

  it('asks STS once for many calls', async () => {
    const source = open(role());
    await Promise.all([source.getNamespace('ns-1', signal), source.getNamespace('ns-1', signal)]);
    await source.getNamespace('ns-1', signal);
    expect(assumed).toHaveLength(1);
  });

  it('gives no external id when there is none', async () => {
    await open({ kind: 'assume-role', roleArn: ROLE, externalId: undefined, sessionName: 'isthmus' }).listNamespaces(
      signal,
    );
    expect(assumed[0]?.has('ExternalId')).toBe(false);
  });

  it('says which role was refused and what its trust policy must name, without the external id', async () => {
    refusal = 'AccessDenied';
    const error = await errorOf(open(role()));
    expect([error.code, error.disposition]).toEqual(['credentials-missing', 'hold']);
    expect(error.message).toContain(`while assuming the role ${ROLE}: its trust policy must name`);
    expect(inspect(error)).not.toContain('canary');
  });

  it('takes a throttled STS for a throttle, and a later success for a success', async () => {
    refusal = 'Throttling';
    const source = open(role());
    expect((await errorOf(source)).code).toBe('throttled');
    refusal = undefined;
    expect((await source.listNamespaces(signal)).kind).toBe('complete');
  });

  describe('of a web identity', () => {
    const tokenFile = (): string => join(folder, 'web-token');
    const webIdentity = (): SourceCredentials => {
      writeFileSync(tokenFile(), 'canary-web-token');
      return { kind: 'web-identity', roleArn: ROLE, tokenFile: tokenFile() };
    };

    it('are those of the role that a token from a file gives, without the identity of the process', async () => {
      const read = await open(webIdentity()).listNamespaces(signal);
      expect(read.kind).toBe('complete');
      expect(signers).toEqual(['ASIATEMPORARY session', 'ASIATEMPORARY session']);
      expect(Object.fromEntries(assumed[0] ?? [])).toMatchObject({
        Action: 'AssumeRoleWithWebIdentity',
        RoleArn: ROLE,
        RoleSessionName: 'isthmus',
        WebIdentityToken: 'canary-web-token',
      });
      expect(baseCount).toBe(0);
    });

    it('says which role and which file were refused, and what must be so, without the token', async () => {
      refusal = 'InvalidIdentityToken';
      const error = await errorOf(open(webIdentity()));
      expect(error.message).toContain(`while taking the role ${ROLE} by the token in ${tokenFile()}: its trust policy`);
      expect(error.code).toBe('credentials-missing');
      expect(inspect(error)).not.toContain('canary');
    });

    it('says that the file is missing', async () => {
      const missing = { kind: 'web-identity', roleArn: ROLE, tokenFile: join(folder, 'nothing') } as const;
      expect((await errorOf(open(missing))).code).toBe('credentials-missing');
    });
  });

  describe('from files', () => {
    const put = (name: string, text: string): string => {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    };
    const files = (): Extract<SourceCredentials, { kind: 'static' }> => ({
      kind: 'static',
      accessKeyIdFile: put('id', 'AKIAFILE\n'),
      secretAccessKeyFile: put('secret', 'canary-file-secret\n'),
      sessionTokenFile: undefined,
    });

    it('are read without the line end, and the identity of the process is not asked for', async () => {
      await open({ ...files(), sessionTokenFile: put('token', 'session\n') }).listNamespaces(signal);
      expect(signers[0]).toBe('AKIAFILE session');
      expect(baseCount).toBe(0);
    });

    it('are read again, so that a rotated key is used without a restart', async () => {
      const now = Date.now();
      jest.useFakeTimers({
        now,
        doNotFake: [
          'nextTick',
          'setImmediate',
          'setTimeout',
          'clearTimeout',
          'setInterval',
          'clearInterval',
          'queueMicrotask',
          'performance',
        ],
      });
      const source = open(files());
      await source.getNamespace('ns-1', signal);
      put('id', 'AKIAROTATED');
      jest.setSystemTime(now + 9_000);
      await source.getNamespace('ns-1', signal);
      expect(signers.at(-1)).toBe('AKIAFILE -');
      jest.setSystemTime(now + 11_000);
      await source.getNamespace('ns-1', signal);
      expect(signers.at(-1)).toBe('AKIAROTATED -');
    });

    it.each([
      ['is missing', (): string => join(folder, 'nothing')],
      ['is empty', (): string => put('empty', '\n')],
      ['holds more than one value', (): string => put('two', 'a\nb')],
    ])('end with credentials-missing when a file %s', async (_, path) => {
      const error = await errorOf(open({ ...files(), secretAccessKeyFile: path() }));
      expect(error.code).toBe('credentials-missing');
      expect(error.message).toContain('while reading the access key from ');
    });
  });
});
