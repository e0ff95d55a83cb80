import type { JsonObject } from '@isthmus/emulation';
import { hubRights, KubernetesModel } from '@isthmus/emulation';
import type { ApiAnswer, ApiRequest } from '@isthmus/kubernetes';

import type { FaultMenu } from './fault-menu.js';
import type { VirtualTime } from './virtual-time.js';

/** The namespace that the hubs write to. */
export const NAMESPACE = 'isthmus';
/** Tokens: none of them may ever be seen anywhere. */
export const HUB_TOKEN = 'canary-token-of-the-hub';
const OTHERS_TOKEN = 'canary-token-of-others';

/** An object as it stood at one moment; undefined: there was none. */
export type StoredObject = JsonObject | undefined;

/** Who sent a request. */
export interface Sender {
  /** `others`: somebody who is no hub of ours. */
  readonly hub: string;
  /** Which process of the hub, and which term of it: each begins with nothing remembered. */
  readonly term: string;
  /** Of the configuration that it works by: a higher one is newer. */
  readonly generation: number;
}

/** A write that an API server took and that changed something. */
export interface AcceptedWrite {
  readonly cluster: string;
  readonly name: string;
  readonly verb: 'create' | 'update' | 'delete';
  readonly sender: Sender;
  /** True ms. */
  readonly sentAtMs: number;
  readonly atMs: number;
  /** The API server's clock, epoch ms. */
  readonly serverTimeMs: number;
  readonly before: StoredObject;
  readonly after: StoredObject;
}

export interface SimulatedClusterOptions {
  readonly name: string;
  readonly time: VirtualTime;
  readonly epochMs: number;
  /** By how much the API server's clock is wrong. */
  readonly clockOffsetMs: number;
  readonly onAccepted: (write: AcceptedWrite) => void;
}

const VERBS = { POST: 'create', PATCH: 'update', DELETE: 'delete', PUT: 'update' } as const;

/** One cluster: the API server of `libs/emulation`, and a record of every write that it took. */
export class SimulatedCluster {
  readonly name: string;
  readonly model: KubernetesModel;
  readonly #options: SimulatedClusterOptions;
  #awayUntilMs = 0;
  #uids = 0;

  constructor(options: SimulatedClusterOptions) {
    this.#options = options;
    this.name = options.name;
    this.model = new KubernetesModel({
      nowMs: () => this.serverTimeMs,
      newUid: () => `${options.name}-${++this.#uids}`,
      users: [
        { name: 'hub', token: HUB_TOKEN, rights: hubRights([NAMESPACE]) },
        { name: 'others', token: OTHERS_TOKEN, rights: 'all' },
      ],
      namespaces: [NAMESPACE],
      loggedCalls: 1,
    });
  }

  /** The API server's clock, epoch ms. */
  get serverTimeMs(): number {
    const { epochMs, clockOffsetMs, time } = this.#options;
    return Math.floor(epochMs + clockOffsetMs + time.nowMs);
  }

  /** Whether it answers nobody just now. */
  get isAway(): boolean {
    return this.#options.time.nowMs < this.#awayUntilMs;
  }

  /** All objects as they stand, whoever owns them. */
  get objects(): readonly JsonObject[] {
    return this.model.entries(NAMESPACE);
  }

  object(name: string): StoredObject {
    return this.objects.find((object) => (object['metadata'] as JsonObject)['name'] === name);
  }

  /** Plans when it is away, and when its cached lists are old. */
  plan(menu: FaultMenu): void {
    const { time } = this.#options;
    if (menu.has('cluster-away')) {
      time.every(
        () => menu.nextMs('cluster-away'),
        () => {
          if (menu.isOver) return;
          menu.count('cluster-away');
          this.#awayUntilMs = time.nowMs + menu.dice('cluster-away').between(5_000, 180_000);
        },
      );
    }
    if (!menu.has('cluster-stale-lists')) return;
    time.every(
      () => menu.nextMs('cluster-stale-lists'),
      () => {
        if (menu.isOver) return;
        menu.count('cluster-stale-lists');
        this.model.world.freezeCache();
        time.after(menu.dice('cluster-stale-lists').between(1_000, 30_000), () => this.model.world.thawCache());
      },
    );
  }

  /** Everything answers again, and truly. */
  heal(): void {
    this.#awayUntilMs = 0;
    this.model.faults.clear();
    this.model.world.thawCache();
  }

  /** A request arrives and is answered; undefined: the connection is cut. */
  serve(
    request: Omit<ApiRequest, 'timeoutMs' | 'signal' | 'doing'>,
    from: Sender,
    sentAtMs: number,
  ): ApiAnswer | undefined {
    return this.#handle({ ...request, token: HUB_TOKEN }, from, sentAtMs);
  }

  /** Somebody else does something with the rights of an administrator. */
  byOthers(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: JsonObject): void {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const target = `/apis/networking.istio.io/v1/namespaces/${NAMESPACE}/serviceentries${path}`;
    const content = body === undefined ? {} : { body: { type, text: JSON.stringify(body) } };
    const request = { method, path: target, accept: 'application/json', token: OTHERS_TOKEN, ...content };
    this.#handle(request, { hub: 'others', term: '', generation: 0 }, this.#options.time.nowMs);
  }

  #handle(
    request: Omit<ApiRequest, 'timeoutMs' | 'signal' | 'doing'> & { readonly token: string },
    sender: Sender,
    sentAtMs: number,
  ): ApiAnswer | undefined {
    const { method, path, accept, body, token } = request;
    const name = method === 'GET' ? undefined : objectNameOf(path, body?.text);
    const before = name === undefined ? undefined : this.object(name);
    const type = body === undefined ? {} : { 'content-type': body.type };
    const headers = { accept, authorization: `Bearer ${token}`, 'user-agent': 'isthmus', ...type };
    const outcome = this.model.handle({ method, path, headers, body: body?.text ?? '' });
    if (outcome.kind !== 'answer') return undefined;
    const after = name === undefined ? undefined : this.object(name);
    if (method !== 'GET' && name !== undefined && versionOf(before) !== versionOf(after)) {
      const { time, onAccepted } = this.#options;
      const { serverTimeMs } = this;
      const cluster = this.name;
      onAccepted({
        cluster,
        name,
        verb: VERBS[method],
        sender,
        sentAtMs,
        atMs: time.nowMs,
        serverTimeMs,
        before,
        after,
      });
    }
    return answerOf(outcome.response);
  }
}

function objectNameOf(path: string, body: string | undefined): string | undefined {
  const [, rest = ''] = path.split('/serviceentries');
  const inPath = decodeURIComponent(rest.split('?')[0]?.replace(/^\//, '') ?? '');
  if (inPath !== '') return inPath;
  const metadata = (JSON.parse(body ?? '{}') as { readonly metadata?: { readonly name?: string } }).metadata;
  return metadata?.name;
}

function versionOf(object: StoredObject): unknown {
  return object === undefined ? undefined : (object['metadata'] as JsonObject)['resourceVersion'];
}

function answerOf(response: {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string;
}): ApiAnswer {
  const header = (name: string): string => String(response.headers[name] ?? '');
  const wait = header('retry-after');
  return {
    status: response.status,
    contentType: header('content-type'),
    serverTimeMs: Date.parse(header('date')),
    retryAfterMs: wait === '' ? undefined : Number(wait) * 1000,
    text: response.body,
  };
}
