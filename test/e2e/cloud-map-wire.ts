import type { CloudMapOperation, CloudMapTrouble } from '@isthmus/testing';
import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { LOOPBACK } from './servers/free-port.js';

type Kind = CloudMapTrouble['kind'];
interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * A relay in front of a Cloud Map that knows no faults: it counts calls and makes the trouble itself. What it answers
 * in the place of AWS follows the API reference: a throttled data plane has another name for it than a control plane.
 */
export class CloudMapWire {
  readonly url: string;
  readonly #server: Server;
  readonly #troubles = new Map<string, Kind>();
  readonly #counts = new Map<string, number>();
  #answeredAtMs = Number.NaN;

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
  }

  static async open(targetUrl: string): Promise<CloudMapWire> {
    let wire: CloudMapWire | undefined;
    const server = createServer((request, response) => {
      void wire?.relay(request, response, targetUrl).catch(() => response.destroy());
    });
    server.listen(0, LOOPBACK);
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the wire has no port');
    wire = new CloudMapWire(server, `http://${LOOPBACK}:${address.port}`);
    return wire;
  }

  trouble({ operation, kind }: CloudMapTrouble): void {
    this.#troubles.set(operation, kind);
  }

  callCount(operation: CloudMapOperation): number {
    return this.#counts.get(operation) ?? 0;
  }

  /** What the `Date` of the last answer said; NaN before there was one. */
  answeredAtMs(): number {
    return this.#answeredAtMs;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async relay(request: IncomingMessage, response: ServerResponse, targetUrl: string): Promise<void> {
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    this.#counts.set(operation, this.callCount(operation as CloudMapOperation) + 1);
    const body = await textOf(request);
    const kind = this.#troubles.get(operation);
    if (kind === 'hang') return;
    if (kind === 'reset') return void request.socket.resetAndDestroy();
    const error = kind === undefined ? undefined : errorOf(kind, operation);
    const reply = error ?? changed(await forward(request, body, targetUrl), kind);
    this.#answeredAtMs = Date.parse(reply.headers['date'] ?? '');
    response.writeHead(reply.status, reply.headers);
    response.end(reply.body);
  }
}

async function forward(request: IncomingMessage, body: string, targetUrl: string): Promise<Reply> {
  const kept = ['content-type', 'x-amz-target', 'authorization', 'x-amz-date'];
  const headers = kept.map((name): [string, string] => [name, String(request.headers[name] ?? '')]);
  const answer = await fetch(targetUrl, { method: 'POST', headers, body });
  const text = await answer.text();
  const type = answer.headers.get('content-type') ?? '';
  return {
    status: answer.status,
    headers: { 'content-type': type, date: answer.headers.get('date') ?? '' },
    body: text,
  };
}

/** The answer of AWS to a call that it does not serve; undefined where it does. */
function errorOf(kind: Kind, operation: string): Reply | undefined {
  const isData = operation === 'DiscoverInstances';
  const modelled = 'com.amazonaws.servicediscovery#';
  switch (kind) {
    case 'throttle':
      return awsError(400, isData ? `${modelled}RequestLimitExceeded` : 'ThrottlingException');
    case 'access-denied':
      return awsError(400, 'AccessDeniedException');
    case 'server-error':
      return awsError(500, 'InternalFailure');
    case 'hang':
    case 'reset':
    case 'truncated-json':
    case 'empty-answer':
      return undefined;
  }
}

function awsError(status: number, type: string): Reply {
  const headers = { 'content-type': 'application/x-amz-json-1.1', date: new Date().toUTCString() };
  return { status, headers, body: JSON.stringify({ __type: type, message: 'as the test wants it' }) };
}

/** An answer that lost its end, or everything that it listed. */
function changed(reply: Reply, kind: Kind | undefined): Reply {
  if (kind === 'truncated-json') return { ...reply, body: reply.body.slice(0, reply.body.length / 2) };
  if (kind !== 'empty-answer') return reply;
  const { NextToken: _, ...answer } = JSON.parse(reply.body) as Record<string, unknown>;
  const emptied = Object.entries(answer).map(([key, value]) => [key, Array.isArray(value) ? [] : value]);
  return { ...reply, body: JSON.stringify(Object.fromEntries(emptied)) };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk);
  return text;
}
