import type { KubernetesUser } from './access.js';
import { hubRights } from './access.js';
import type { JsonObject } from './json.js';
import { isObject, objectAt, parseJson } from './json.js';
import type { KubernetesModelOptions } from './kubernetes-model.js';
import { KubernetesModel } from './kubernetes-model.js';
import type { KubernetesOutcome } from './wire.js';

/** Metadata alone, of one object. */
export const PARTIAL = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
/** Metadata alone, of a list. */
export const PARTIAL_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
/** The collection that specs write to. */
export const ENTRIES_PATH = '/apis/networking.istio.io/v1/namespaces/hub/serviceentries';

const USERS: readonly KubernetesUser[] = [
  { name: 'admin', token: 'admin-token', rights: 'all' },
  { name: 'hub', token: 'hub-token', rights: hubRights(['hub']) },
];

/** An answer, parsed; the header names are in lower case. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly text: string;
  readonly json: JsonObject;
}

/** How a spec calls: by default as admin, with JSON. */
export interface CallOptions {
  readonly token?: string;
  readonly accept?: string;
  readonly contentType?: string;
  readonly agent?: string;
}

/** For specs: an API server with a manual clock, two users and the namespace `hub`, and short ways to call it. */
export class Rig {
  nowMs = Date.UTC(2026, 0, 2, 3, 4, 5);
  readonly model: KubernetesModel;
  #uids = 0;

  constructor(options: Partial<KubernetesModelOptions> = {}) {
    this.model = new KubernetesModel({
      nowMs: () => this.nowMs,
      newUid: () => `uid-${(this.#uids += 1)}`,
      users: USERS,
      namespaces: ['hub'],
      ...options,
    });
  }

  /** What becomes of a request, such as `outcome('GET /readyz')`. */
  outcome(line: string, body?: unknown, options: CallOptions = {}): KubernetesOutcome {
    const [method = '', path = ''] = line.split(' ');
    return this.model.handle({
      method,
      path,
      headers: {
        authorization: `Bearer ${options.token ?? 'admin-token'}`,
        accept: options.accept ?? 'application/json',
        'content-type':
          options.contentType ?? (method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'),
        'user-agent': options.agent ?? 'spec/1.0',
      },
      body: body === undefined ? '' : JSON.stringify(body),
    });
  }

  /** The answer to a request; throws when there is none. */
  call(line: string, body?: unknown, options: CallOptions = {}): Answer {
    const outcome = this.outcome(line, body, options);
    if (outcome.kind !== 'answer') throw new Error(`no answer but ${outcome.kind}`);
    const { status, headers, body: text } = outcome.response;
    const value = parseJson(text);
    return { status, headers, text, json: isObject(value) ? value : {} };
  }

  /** Creates an entry as the manager `isthmus` and returns its metadata. */
  create(name: string, parts: { readonly metadata?: JsonObject; readonly spec?: JsonObject } = {}): JsonObject {
    const answer = this.call(`POST ${ENTRIES_PATH}?fieldManager=isthmus`, manifest(name, parts));
    if (answer.status !== 201) throw new Error(answer.text);
    return objectAt(answer.json, 'metadata');
  }

  /** The object as it is stored. */
  read(name: string): JsonObject {
    return this.call(`GET ${ENTRIES_PATH}/${name}`).json;
  }
}

/** A ServiceEntry that is legal unless the parts say otherwise. */
export function manifest(
  name: string,
  parts: { readonly metadata?: JsonObject; readonly spec?: JsonObject } = {},
): JsonObject {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'ServiceEntry',
    metadata: { name, ...parts.metadata },
    spec: {
      hosts: [`${name}.shop`],
      location: 'MESH_EXTERNAL',
      resolution: 'STATIC',
      ports: [{ name: 'http', number: 80, protocol: 'HTTP' }],
      endpoints: [{ address: '10.0.0.1', ports: { http: 8080 } }],
      ...parts.spec,
    },
  };
}
