import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CloudMapError, CloudMapModel, seededRandom } from '@isthmus/emulation';
import type { CloudMapLimits, CloudMapModelOptions, CloudMapReply } from '@isthmus/emulation';
import { ADMIN_PREFIX, answerAdmin } from './admin.js';
import { answerApi } from './api.js';
import { awsError, awsSuccess, readBody, send } from './wire.js';
import type { Answer } from './wire.js';

/** What an emulator is started with; all of it may be left out. */
export interface CloudMapEmulatorOptions extends Partial<CloudMapModelOptions> {
  /** 127.0.0.1 unless given; the admin API answers to loopback callers only, whatever the host. */
  readonly host?: string;
  /** 0, the default, takes a free port. */
  readonly port?: number;
  /** What the model begins with, in the shape that the README of this app shows. */
  readonly seed?: unknown;
  /** Makes the order of discovered instances; 1 unless given. Not used when `random` is given. */
  readonly randomSeed?: number;
  readonly limits?: CloudMapLimits;
  /** Refuse DiscoverInstances on hosts that do not begin with `data-`, and everything else on those; false unless given. */
  readonly strictHosts?: boolean;
}

/** A running emulator. */
export interface CloudMapEmulator {
  /** Without a slash at the end. */
  readonly url: string;
  readonly model: CloudMapModel;
  /** Ends every connection at once, hanging requests too. */
  readonly close: () => Promise<void>;
}

/** Starts a Cloud Map over HTTP; throws CloudMapProblems when the seed cannot be used. */
export async function startCloudMapEmulator(options: CloudMapEmulatorOptions = {}): Promise<CloudMapEmulator> {
  const random = options.random ?? seededRandom(options.randomSeed ?? 1);
  const model = new CloudMapModel({ ...options, nowMs: options.nowMs ?? Date.now, random });
  if (options.seed !== undefined) model.seed(options.seed);
  const face = new HttpFace(model, { hasStrictHosts: options.strictHosts ?? false });
  const server = createServer((request, response) => void face.handle(request, response));
  // Longer than clients keep idle connections, so that it is they who close them.
  server.keepAliveTimeout = 120_000;
  const { port, address } = await listening(server, options);
  const close = (): Promise<void> => closed(server, face);
  return { url: `http://${address.includes(':') ? `[${address}]` : address}:${port}`, model, close };
}

/** Carries requests to the model and its replies, late ones too, back to the client. */
class HttpFace {
  readonly #model: CloudMapModel;
  readonly #options: { readonly hasStrictHosts: boolean };
  readonly #late = new Set<NodeJS.Timeout>();
  #requests = 0;

  constructor(model: CloudMapModel, options: { readonly hasStrictHosts: boolean }) {
    this.#model = model;
    this.#options = options;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#requests += 1;
    const requestNumber = this.#requests;
    const body = await readBody(request);
    if (response.destroyed) return;
    try {
      this.#serve(request, response, { body, requestNumber });
    } catch (error) {
      // A defect of the emulator: the client is told, as AWS would tell it, and the others go on.
      const message = error instanceof Error ? error.message : String(error);
      send(response, awsError(new CloudMapError('InternalFailure', message), this.#model.nowMs()), requestNumber);
    }
  }

  /** Forgets replies that are still to come. */
  stop(): void {
    for (const timer of this.#late) clearTimeout(timer);
    this.#late.clear();
  }

  #serve(
    request: IncomingMessage,
    response: ServerResponse,
    { body, requestNumber }: { readonly body: string | undefined; readonly requestNumber: number },
  ): void {
    const url = new URL(request.url ?? '/', 'http://emulator');
    if (url.pathname.startsWith(ADMIN_PREFIX)) {
      send(response, this.#admin(request, url, body), requestNumber);
      return;
    }
    this.#reply(response, answerApi(this.#model, this.#options, { headers: request.headers, body }), requestNumber);
  }

  #admin(request: IncomingMessage, url: URL, body: string | undefined): Answer {
    const isLocal = isLoopback(request.socket.remoteAddress);
    const { status, value } = isLocal
      ? answerAdmin(this.#model, { method: request.method ?? 'GET', url, body })
      : { status: 403, value: { error: 'the admin API answers to loopback callers only' } };
    return { status, body: JSON.stringify(value), contentType: 'application/json', atMs: this.#model.nowMs() };
  }

  #reply(response: ServerResponse, reply: CloudMapReply, requestNumber: number): void {
    switch (reply.kind) {
      case 'hang':
        return;
      case 'reset':
        this.#after(reply.latencyMs, () => response.socket?.resetAndDestroy());
        return;
      case 'success':
      case 'truncated':
      case 'error':
        this.#after(reply.latencyMs, () => send(response, this.#rendered(reply), requestNumber));
    }
  }

  #rendered(reply: Extract<CloudMapReply, { kind: 'success' | 'truncated' | 'error' }>): Answer {
    const atMs = this.#model.nowMs();
    if (reply.kind === 'error') return awsError(reply.error, atMs);
    const answer = awsSuccess(reply.body, atMs);
    if (reply.kind === 'success') return answer;
    return { ...answer, body: answer.body.slice(0, Math.ceil(answer.body.length / 2)) };
  }

  #after(latencyMs: number, act: () => void): void {
    if (latencyMs === 0) {
      act();
      return;
    }
    const timer = setTimeout(() => {
      this.#late.delete(timer);
      act();
    }, latencyMs);
    this.#late.add(timer);
  }
}

async function listening(server: Server, options: CloudMapEmulatorOptions): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  return address;
}

async function closed(server: Server, face: HttpFace): Promise<void> {
  face.stop();
  const ended = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeAllConnections();
  await ended;
}

function isLoopback(address: string | undefined): boolean {
  return address === '::1' || (address?.replace('::ffff:', '').startsWith('127.') ?? false);
}
