import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NamespaceRecord, ServiceRecord, SourceSettings } from '@isthmus/model';
import { componentKey } from '@isthmus/model';
import type { RecordingMetrics } from '@isthmus/testing';
import { ManualClock, recordingMetrics, source as sourceSettings } from '@isthmus/testing';
import { createAwsCloudMapSource } from './aws-cloud-map-source.js';
import type { AwsCloudMapOptions, AwsCloudMapSource } from './aws-cloud-map-source.js';

/** What the server saw of one request. */
export interface Seen {
  readonly operation: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: IncomingMessage['headers'];
}

/** How the server answers: what came, and how many calls came so far. */
export type Script = (response: ServerResponse, seen: Seen, count: number) => void;

/** What the source signs with; none of it may be seen anywhere. */
export const ACCESS_KEY_ID = 'AKIATESTTESTTESTTEST';
export const SECRET_ACCESS_KEY = 'canary-secret-access-key';
export const SESSION_TOKEN = 'canary-session-token';
/** The Date header of every answer. */
export const DATE = 'Tue, 06 Jan 2026 10:00:00 GMT';
/** A caller that never stops. */
export const signal = new AbortController().signal;

/** A namespace of the source's own account. */
export const NAMESPACE: NamespaceRecord = {
  id: 'ns-abcdefgh12345678',
  arn: 'arn:aws:servicediscovery:eu-west-1:111122223333:namespace/ns-abcdefgh12345678',
  name: 'shop',
  httpName: 'shop-1a2b',
  partition: 'aws',
  region: 'eu-west-1',
  ownerAccount: '111122223333',
  isShared: false,
};
const IDENTITY = {
  partition: 'aws',
  region: 'eu-west-1',
  ownerAccount: '111122223333',
  namespaceId: NAMESPACE.id,
  serviceId: 'srv-abcdefgh12345678',
};
/** A service in it. */
export const SERVICE: ServiceRecord = {
  key: componentKey(IDENTITY),
  identity: IDENTITY,
  namespaceName: 'shop',
  httpName: 'shop-1a2b',
  serviceName: 'payments',
  createdAtMs: 0,
  isShared: false,
};

/** What GetService answers. */
export const SERVICE_ANSWER = { Service: { Id: 'srv-x', NamespaceId: NAMESPACE.id } };
/** Limits of one call per second. */
export const ONE_PER_SECOND = {
  discoverPerSecond: 1,
  listServicesPerSecond: 1,
  listNamespacesPerSecond: 1,
  getPerSecond: 1,
};

/** Answers as the service does. */
export const answer = (response: ServerResponse, body: object, status = 200): void => {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', date: DATE });
  response.end(JSON.stringify(body));
};
/** Refuses as the service does. */
export const refuse = (response: ServerResponse, name: string, status = 400): void =>
  answer(response, { __type: `com.amazonaws.servicediscovery#${name}`, Message: 'no' }, status);

/** For specs: an HTTP server in the place of Cloud Map, and sources that ask it. */
export class ScriptedCloudMap {
  readonly clock = new ManualClock();
  readonly metrics: RecordingMetrics = recordingMetrics();
  readonly seen: Seen[] = [];
  script: Script = () => undefined;
  readonly #opened: AwsCloudMapSource[] = [];
  readonly server: Server = createServer((request, response) => {
    void readJson(request).then((body) => {
      const operation = String(request.headers['x-amz-target']).replace(/^.*\./, '');
      const call = { operation, body, headers: request.headers };
      this.seen.push(call);
      this.script(response, call, this.seen.length);
    });
  });

  static async start(): Promise<ScriptedCloudMap> {
    const started = new ScriptedCloudMap();
    await new Promise<void>((resolve) => started.server.listen(0, '127.0.0.1', resolve));
    return started;
  }

  settings(changes: Partial<Omit<SourceSettings, 'name'>> = {}): SourceSettings {
    const { port } = this.server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}`;
    const endpoint = { control: url, data: url };
    return sourceSettings({ name: 'shop', region: 'eu-west-1', endpoint, ...changes });
  }

  open(options: Partial<AwsCloudMapOptions> = {}): AwsCloudMapSource {
    const keys = { accessKeyId: ACCESS_KEY_ID, secretAccessKey: SECRET_ACCESS_KEY, sessionToken: SESSION_TOKEN };
    const source = createAwsCloudMapSource({
      settings: this.settings(),
      clock: this.clock,
      metrics: this.metrics,
      credentials: () => Promise.resolve(keys),
      ...options,
    });
    this.#opened.push(source);
    return source;
  }

  async stop(): Promise<void> {
    for (const source of this.#opened) source.close();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** Lets the event loop turn until the condition holds; the test's own timeout ends a wait in vain. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
}
