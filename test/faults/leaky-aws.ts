import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CANARY } from './leaky-world.js';

type Answer = (said: string) => readonly [status: number, body: string];

const json =
  (status: number, type: string): Answer =>
  (said) => [
    status,
    JSON.stringify({ __type: `com.amazonaws.servicediscovery#${type}`, message: said, Message: said }),
  ];

/** Answers of Cloud Map that repeat what was sent. Source: the errors of its operations, and those common to all. */
const CLOUD_MAP: readonly Answer[] = [
  json(400, 'AccessDeniedException'),
  json(400, 'ThrottlingException'),
  json(400, 'InvalidInput'),
  json(403, 'SignatureDoesNotMatch'),
  json(400, 'UnrecognizedClientException'),
  json(400, 'ExpiredTokenException'),
  json(500, 'InternalFailure'),
  (said) => [200, `{"Namespaces": "${said}`],
  (said) => [200, JSON.stringify({ NextToken: said, Services: said })],
  (said) => [503, said],
];

const xml =
  (status: number, code: string): Answer =>
  (said) => [
    status,
    `<ErrorResponse><Error><Code>${code}</Code><Message><![CDATA[${said}]]></Message></Error></ErrorResponse>`,
  ];
const CREDENTIALS = `<Credentials><AccessKeyId>AKIA${CANARY}</AccessKeyId><SecretAccessKey>${CANARY}</SecretAccessKey><SessionToken>${CANARY}</SessionToken><Expiration>2030-01-01T00:00:00Z</Expiration></Credentials>`;

/** Answers of STS: credentials that are secrets themselves, and errors that repeat what was sent. */
const STS: readonly Answer[] = [
  () => [
    200,
    `<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult>${CREDENTIALS}</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`,
  ],
  xml(400, 'InvalidIdentityToken'),
  xml(403, 'AccessDenied'),
  xml(400, 'ExpiredTokenException'),
  (said) => [200, `<broken>${said}`],
  (said) => [500, said],
];

/** Cloud Map and STS that tell everybody what they were told; two of three requests to Cloud Map go on to an emulator. */
export class LeakyAws {
  readonly #server: Server;
  readonly #emulator: string;
  #requests = 0;

  private constructor(emulator: string) {
    this.#emulator = emulator;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(emulator: string): Promise<LeakyAws> {
    const aws = new LeakyAws(emulator);
    await new Promise<void>((resolve) => aws.#server.listen(0, '127.0.0.1', resolve));
    return aws;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    this.#requests += 1;
    const isSts = body.startsWith('Action=');
    if (!isSts && this.#requests % 3 !== 0) return this.#forward(request, response, body);
    const answers = isSts ? STS : CLOUD_MAP;
    const said = `${JSON.stringify(request.headers)} ${body}`;
    const [status, text] = answers[Math.floor(this.#requests / 3) % answers.length]?.(said) ?? [500, said];
    response.writeHead(status, { 'content-type': isSts ? 'text/xml' : 'application/x-amz-json-1.1' }).end(text);
  }

  async #forward(request: IncomingMessage, response: ServerResponse, body: string): Promise<void> {
    const { host: _host, connection: _connection, 'content-length': _length, ...kept } = request.headers;
    const headers = Object.fromEntries(Object.entries(kept).map(([name, value]) => [name, String(value)]));
    try {
      const answer = await fetch(`${this.#emulator}${request.url}`, { method: 'POST', headers, body });
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
      response.end(await answer.text());
    } catch {
      // The emulator is gone: so is this connection.
      response.destroy();
    }
  }
}
