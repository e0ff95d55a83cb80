import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:https';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { EntryVersion, JsonObject, KubernetesOutcome, KubernetesUser } from '@isthmus/emulation';
import { hubRights, KUBERNETES_LIMITS, KubernetesModel, seedManifest } from '@isthmus/emulation';
import { handleAdmin } from './admin.js';
import { makeCertificate } from './certificate.js';
import { renderKubeconfig } from './kubeconfig.js';

const HOST = '127.0.0.1';
/** A kube-apiserver keeps idle connections this long. */
const IDLE_MS = 90_000;
const ADMIN_PATH = '/_admin/';

/** What an emulated cluster starts with. */
export interface KubeEmulatorOptions {
  /** The cluster's name: a DNS label. */
  readonly name: string;
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** Namespaces that exist and that the user `isthmus` may write to; absent: `isthmus`. */
  readonly namespaces?: readonly string[];
  /** More users than `admin`, who may do everything, and `isthmus`, who has what a hub needs. */
  readonly users?: readonly KubernetesUser[];
  /** Manifests that exist: Namespaces and ServiceEntries. */
  readonly manifests?: readonly JsonObject[];
  readonly versions?: readonly EntryVersion[];
  /** The server's clock (epoch ms); absent: the machine's. */
  nowMs?(): number;
}

/** An emulated cluster that is listening. */
export interface KubeEmulator {
  readonly name: string;
  readonly url: string;
  readonly caPem: string;
  readonly model: KubernetesModel;
  /** A kubeconfig for one of its users; absent: `isthmus`. Throws for a user who does not exist. */
  kubeconfig(user?: string): string;
  /** TLS connections accepted since the start. */
  tlsConnectionCount(): number;
  /** Cuts every connection and listens anew on the same port, not ready for a while by the server's clock. */
  restart(notReadyForMs?: number): Promise<void>;
  /** Cuts every connection, hanging requests included, and lets go of the port. */
  close(): Promise<void>;
}

/** Starts a Kubernetes API server that serves ServiceEntries, over TLS with a certificate made for it, on loopback. */
export async function startKubeEmulator(options: KubeEmulatorOptions): Promise<KubeEmulator> {
  const certificate = await makeCertificate(options.name);
  const model = makeModel(options);
  const face = new Face(options.name, model, certificate);
  await face.listen(options.port ?? 0);
  const url = `https://${HOST}:${face.port()}`;
  return {
    name: options.name,
    url,
    caPem: certificate.certPem,
    model,
    kubeconfig: (user = 'isthmus') =>
      renderKubeconfig({
        name: options.name,
        server: url,
        caPem: certificate.certPem,
        user,
        token: token(model, user),
      }),
    tlsConnectionCount: () => face.tlsConnectionCount(),
    restart: (notReadyForMs = 0) => face.restart(notReadyForMs),
    close: () => face.close(),
  };
}

function makeModel(options: KubeEmulatorOptions): KubernetesModel {
  const namespaces = options.namespaces ?? ['isthmus'];
  const admin = { name: 'admin', token: newToken(), rights: 'all' } as const;
  const hub = { name: 'isthmus', token: newToken(), rights: hubRights(namespaces) };
  const model = new KubernetesModel({
    nowMs: options.nowMs ?? (() => Date.now()),
    newUid: randomUUID,
    users: [admin, hub, ...(options.users ?? [])],
    namespaces,
    ...(options.versions === undefined ? {} : { versions: options.versions }),
  });
  for (const manifest of options.manifests ?? []) {
    const seeded = seedManifest(model, manifest, admin.token);
    if (!seeded.ok) throw new Error(`cluster ${options.name}: ${seeded.error}`);
  }
  model.log.reset();
  return model;
}

function newToken(): string {
  return randomBytes(24).toString('base64url');
}

function token(model: KubernetesModel, name: string): string {
  const user = model.user(name);
  if (user === undefined) throw new Error(`no user ${JSON.stringify(name)}`);
  return user.token;
}

/** The wire: one HTTPS listener in front of one model. */
class Face {
  readonly #name: string;
  readonly #model: KubernetesModel;
  readonly #server: Server;
  readonly #sockets = new Set<Duplex>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #tlsConnectionCount = 0;

  constructor(
    name: string,
    model: KubernetesModel,
    certificate: { readonly keyPem: string; readonly certPem: string },
  ) {
    this.#name = name;
    this.#model = model;
    this.#server = createServer(
      { key: certificate.keyPem, cert: certificate.certPem, ALPNProtocols: ['http/1.1'], keepAliveTimeout: IDLE_MS },
      (request, response) => void this.#serve(request, response),
    );
    this.#server.on('secureConnection', () => (this.#tlsConnectionCount += 1));
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, HOST, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
  }

  port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  tlsConnectionCount(): number {
    return this.#tlsConnectionCount;
  }

  async restart(notReadyForMs: number): Promise<void> {
    const port = this.port();
    await this.close();
    this.#model.restart(notReadyForMs);
    await this.listen(port);
  }

  close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const socket of this.#sockets) socket.destroy();
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request).catch(() => undefined);
    if (body === undefined) return;
    const path = request.url ?? '/';
    if (path.startsWith(ADMIN_PATH)) {
      await this.#serveAdmin(request, response, body);
      return;
    }
    const headers = flatten(request.headers);
    this.#act(this.#model.handle({ method: request.method ?? 'GET', path, headers, body }), request, response);
  }

  #act(outcome: KubernetesOutcome, request: IncomingMessage, response: ServerResponse): void {
    if (outcome.kind === 'hang') return;
    const act =
      outcome.kind === 'reset'
        ? () => request.socket.destroy()
        : () => send(response, outcome.response.status, { ...outcome.response });
    if (outcome.delayMs === 0) {
      act();
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, outcome.delayMs);
    this.#timers.add(timer);
  }

  async #serveAdmin(request: IncomingMessage, response: ServerResponse, body: string): Promise<void> {
    const isAdmin = request.headers.authorization === `Bearer ${token(this.#model, 'admin')}`;
    const target = {
      name: this.#name,
      model: this.#model,
      tlsConnectionCount: () => this.#tlsConnectionCount,
      restart: async (notReadyForMs: number) => void setImmediate(() => void this.restart(notReadyForMs)),
    };
    const path = (request.url ?? '').slice(ADMIN_PATH.length).split('?')[0] ?? '';
    const answer = isAdmin
      ? await handleAdmin(target, { method: request.method ?? 'GET', path, body })
      : { status: 401, body: { error: 'the admin API takes the bearer token of the user admin' } };
    send(response, answer.status, {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(answer.body),
    });
  }
}

/** The body as text. What is beyond the limit of an API server is read and dropped, but for the byte that shows it. */
async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    if (bytes <= KUBERNETES_LIMITS.requestBytes) chunks.push(chunk);
    bytes += chunk.length;
  }
  return Buffer.concat(chunks).toString('utf8');
}

function flatten(headers: IncomingMessage['headers']): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}

function send(
  response: ServerResponse,
  status: number,
  answer: { readonly headers: Readonly<Record<string, string | readonly string[]>>; readonly body: string },
): void {
  const headers = Object.entries(answer.headers).map(([name, value]): [string, string | string[]] => [
    name,
    typeof value === 'string' ? value : [...value],
  ]);
  response.writeHead(status, Object.fromEntries(headers));
  response.end(answer.body);
}
