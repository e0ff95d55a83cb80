import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { askHub } from './ask-hub.js';

describe('askHub', () => {
  let server: Server | undefined;
  const serve = async (listener: RequestListener): Promise<string> => {
    server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const answering = (status: number, body: string) =>
    serve((_request, response) => void response.writeHead(status, { connection: 'close' }).end(body));
  afterEach(() => {
    server?.close();
    server = undefined;
  });

  it('gives status and JSON of the answer', async () => {
    const hub = await answering(404, '{"near":[]}');
    await expect(askHub(hub, '/x')).resolves.toEqual({ ok: true, value: { status: 404, body: { near: [] } } });
  });

  it('asks for the path that it was given', async () => {
    const asked: (string | undefined)[] = [];
    const hub = await serve((request, response) => {
      asked.push(request.url);
      response.writeHead(200, { connection: 'close' }).end('{}');
    });
    await askHub(hub, '/api/v1/hosts/a%2Fb');
    expect(asked).toEqual(['/api/v1/hosts/a%2Fb']);
  });

  it.each<[number, string, number, string, RegExp]>([
    [4, 'what answers is no hub', 200, '<html>', /with 200 is no hub/],
    [4, 'the hub is starting', 503, '{"detail":"the hub is starting"}', /is not ready: the hub is starting/],
    [77, 'somebody in front of it refuses', 403, 'no', /refuses the request with 403/],
  ])('fails with %i when %s', async (exitCode, _when, status, body, line) => {
    const hub = await answering(status, body);
    await expect(askHub(hub, '/')).resolves.toEqual({
      ok: false,
      error: { exitCode, lines: [expect.stringMatching(line)] },
    });
  });

  it('fails with 4 when nobody listens, and says why', async () => {
    const hub = await answering(200, '');
    server?.close();
    await once(server as Server, 'close');
    await expect(askHub(hub, '/')).resolves.toMatchObject({
      error: { exitCode: 4, lines: [expect.stringMatching(/no hub answers at .*ECONNREFUSED/)] },
    });
  });

  it('follows no redirect: it would ask somebody else', async () => {
    const hub = await serve((_request, response) => {
      response.writeHead(302, { location: 'http://127.0.0.1:1/', connection: 'close' }).end();
    });
    await expect(askHub(hub, '/')).resolves.toMatchObject({ ok: false, error: { exitCode: 4 } });
  });
});
