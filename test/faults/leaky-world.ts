import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { stringify } from 'yaml';
import { makeCertificate } from '../../apps/kube-emulator/src/certificate.js';

/** Stands in every secret of this world; nothing that the hub tells may hold it. */
export const CANARY = 'canary';

/** The ways in which base64 may write it. */
const BASE64 = ['', ' ', '  '].map((shift) =>
  Buffer.from(`${shift}${CANARY}${CANARY}`).toString('base64').slice(4, 12),
);

/** What of the canary is in a text, in clear or in base64. */
export function leaksIn(text: string): readonly string[] {
  return [CANARY, ...BASE64].filter((form) => text.includes(form));
}

const jwt = (n: number): string => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256' })}.${part({ sub: `${CANARY}${CANARY}`, n })}.${CANARY}${n}`;
};

/** Answers of an API server that repeat what was sent. */
const ANSWERS: readonly ((said: string) => readonly [status: number, body: string])[] = [
  () => [200, JSON.stringify({ kind: 'List', metadata: {}, items: [] })],
  (said) => [200, `{"kind":"List", "${said}`],
  (said) => [200, JSON.stringify({ items: [{ said }] })],
  (said) => [401, said],
  (said) => [401, JSON.stringify({ kind: 'Status', message: `bad token ${said}`, reason: 'Unauthorized' })],
  (said) => [403, JSON.stringify({ kind: 'Status', message: `User "${said}" cannot list`, reason: 'Forbidden' })],
  (said) => [404, said],
  (said) => [422, JSON.stringify({ kind: 'Status', message: `"x" is invalid: "${said}"`, reason: 'Invalid' })],
  (said) => [429, said],
  (said) => [500, JSON.stringify({ kind: 'Status', message: `panic: ${said}` })],
  (said) => [503, said],
  (said) => [302, said],
];

/** Answers of an issuer of tokens that repeat what was sent, or give a token in a form that nobody expects. */
const ISSUES: readonly ((said: string) => readonly [status: number, body: string])[] = [
  () => [200, JSON.stringify({ access_token: `${CANARY}-issued`, expires_in: 3600 })],
  () => [200, `{"access_token":"${CANARY}-cut`],
  () => [200, JSON.stringify({ token: `${CANARY}-elsewhere` })],
  () => [200, JSON.stringify({ access_token: `${CANARY} with blanks`, expires_in: 3600 })],
  () => [200, JSON.stringify({ access_token: jwt(0), expires_in: -1 })],
  (said) => [400, JSON.stringify({ error: 'invalid_request', error_description: `AADSTS900144: ${said}` })],
  (said) => [401, JSON.stringify({ error: { message: said } })],
  (said) => [500, said],
];

/** Text and number of one of them, chosen by a seed. */
const pick = <Value>(from: readonly Value[], seed: number): Value => {
  const found = from[seed % from.length];
  if (found === undefined) throw new Error('there is nothing to pick');
  return found;
};

/** An API server and an issuer of tokens on loopback that tell everybody what they were told. */
export class LeakyWorld {
  /** Objects and reviews that an API server was sent; a credential belongs into headers alone. */
  readonly written: string[] = [];
  readonly #api: Server;
  readonly #issuer: Server;
  readonly #caData: string;
  #seed = 0;

  private constructor(api: Server, issuer: Server, caData: string) {
    [this.#api, this.#issuer, this.#caData] = [api, issuer, caData];
  }

  static async start(): Promise<LeakyWorld> {
    const { keyPem, certPem } = await makeCertificate('leaky');
    const world: { value?: LeakyWorld } = {};
    const answering =
      (answers: typeof ANSWERS): RequestListener =>
      (request, response) =>
        void world.value?.answer(request, response, answers);
    const api = createTlsServer({ key: keyPem, cert: certPem }, answering(ANSWERS));
    const issuer = createServer(answering(ISSUES));
    for (const server of [api, issuer]) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    world.value = new LeakyWorld(api, issuer, Buffer.from(certPem).toString('base64'));
    return world.value;
  }

  /** Everything that happens from now on is of this seed. */
  begin(seed: number): void {
    this.#seed = seed;
  }

  /** Where tokens are asked for. */
  get issuerUrl(): string {
    return `http://127.0.0.1:${(this.#issuer.address() as AddressInfo).port}/`;
  }

  /** A kubeconfig of this world with its secrets, and with one thing that may be wrong with it. */
  kubeconfig(seed: number): string {
    const token = seed % 2 === 0 ? `${CANARY}-${seed}` : jwt(seed);
    const server = `https://127.0.0.1:${(this.#api.address() as AddressInfo).port}`;
    const cluster = { server, 'certificate-authority-data': this.#caData };
    const text = (user: object, more: object = {}): string =>
      stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name: 'c', cluster: { ...cluster, ...more } }],
        users: [{ name: 'u', user }],
        contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
        'current-context': 'x',
      });
    const forms: readonly (() => string)[] = [
      () => text({ token }),
      () => text({ token }),
      () => text({ token: `${token} ` }),
      () => text({ token, [`${CANARY}-key`.replace(CANARY, 'unknown')]: token }),
      () => text({ exec: { command: 'aws', env: [{ name: 'SECRET', value: token }] } }),
      () => text({ 'auth-provider': { name: 'gcp', config: { 'access-token': token } } }),
      () => text({ username: 'root', password: token }),
      () => text({ 'client-key-data': Buffer.from(token).toString('base64'), 'client-certificate-data': token }),
      () => text({ token }, { server: `https://root:${token}@127.0.0.1` }),
      () => text({ token }, { server: `https://127.0.0.1/?token=${token}` }),
      () => text({ token }, { 'certificate-authority-data': Buffer.from(token).toString('base64') }),
      () => `${text({ token })}\n  broken: [${token}`,
      () => text({ token }).replace('token:', 'token: &a'),
      () => `${token}\n${text({ token })}`,
      () => token.repeat(3_000),
      () => text({ token, tokenFile: `/var/${token}` }).replaceAll(`/var/${token}`, '/var/run/token'),
    ];
    return pick(forms, seed)();
  }

  async close(): Promise<void> {
    for (const server of [this.#api, this.#issuer]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  async answer(request: IncomingMessage, response: ServerResponse, answers: typeof ANSWERS): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    if (answers === ANSWERS && body !== '') this.written.push(body);
    if (this.#seed % 13 === 12) return void request.socket.destroy();
    const said = `${String(request.headers.authorization)} ${body} ${request.url}`;
    // Each request of a run is answered in another way.
    this.#seed += 5;
    const [status, text] = pick(answers, this.#seed)(said);
    const headers = { 'content-type': 'application/json', location: `https://127.0.0.1/${encodeURIComponent(said)}` };
    response.writeHead(status, headers);
    response.end(text);
  }
}
