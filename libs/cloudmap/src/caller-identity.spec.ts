import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ManualClock } from '@isthmus/testing';
import { CallerIdentity, isAwsEndpoint } from './caller-identity.js';

const ARN = 'arn:aws:sts::111122223333:assumed-role/isthmus/i-0123';
const signal = new AbortController().signal;

describe('CallerIdentity', () => {
  let server: Server;
  let endpoint: string;
  let clock: ManualClock;
  let asked: string[];
  let status: number;
  let arn: string;
  let identity: CallerIdentity;
  beforeEach(async () => {
    [asked, status, arn, clock] = [[], 200, ARN, new ManualClock()];
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        const signer = /Credential=([^/]+)\/\d+\/([^/]+)\//.exec(request.headers.authorization ?? '');
        asked.push(`${new URLSearchParams(body).get('Action')} ${signer?.[1]} ${signer?.[2]}`);
        response.writeHead(status, { 'content-type': 'text/xml' });
        const result = `<GetCallerIdentityResult><Arn>${arn}</Arn></GetCallerIdentityResult>`;
        response.end(`<GetCallerIdentityResponse>${result}</GetCallerIdentityResponse>`);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const credentials = () => Promise.resolve({ accessKeyId: 'AKIAHUB', secretAccessKey: 'canary' });
    identity = new CallerIdentity({ region: 'eu-west-1', credentials, endpoint, clock });
  });
  afterEach(async () => {
    identity.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('is what the STS of the region says, which is asked once in an hour', async () => {
    expect(identity.arn).toBeUndefined();
    await identity.learn(signal);
    expect(identity.arn).toBe(ARN);
    await clock.advance(3_599_000);
    await identity.learn(signal);
    expect(asked).toEqual(['GetCallerIdentity AKIAHUB eu-west-1']);
    arn = ARN.replace('isthmus', 'another');
    await clock.advance(1_000);
    await identity.learn(signal);
    expect(identity.arn).toBe(arn);
  });

  it('is not known when STS does not say it, which is asked again after five minutes', async () => {
    status = 403;
    await identity.learn(signal);
    await identity.learn(signal);
    expect([identity.arn, asked.length]).toEqual([undefined, 1]);
    status = 200;
    await clock.advance(300_000);
    await identity.learn(signal);
    expect(identity.arn).toBe(ARN);
  });

  it('stays what it was while STS is away', async () => {
    await identity.learn(signal);
    status = 500;
    await clock.advance(3_600_000);
    await identity.learn(signal);
    expect(identity.arn).toBe(ARN);
  });

  it('takes nothing for an ARN that has not its form', async () => {
    arn = 'somebody else';
    await identity.learn(signal);
    expect(identity.arn).toBeUndefined();
  });
});

describe('isAwsEndpoint', () => {
  it.each([
    ['https://vpce-1.servicediscovery.eu-west-1.vpce.amazonaws.com', true],
    ['https://servicediscovery.cn-north-1.amazonaws.com.cn', true],
    ['https://servicediscovery.eu-west-1.api.aws', true],
    ['http://127.0.0.1:4566', false],
    ['https://sd.example.com', false],
    ['https://amazonaws.com.example.com', false],
    ['https://notamazonaws.com', false],
  ])('%s: %s', (url, expected) => {
    expect(isAwsEndpoint(url)).toBe(expected);
  });
});
