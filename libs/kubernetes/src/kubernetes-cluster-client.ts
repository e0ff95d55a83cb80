import type { ClusterName, EntryName, ObservedEntry, ObservedMetadata, Precondition } from '@isthmus/model';
import { IsthmusError, OBJECT } from '@isthmus/model';
import type { ClusterClient, EntryList, EntryManifest, KnownEntries, WrittenEntry } from '@isthmus/ports';
import { answerError } from './answer-errors.js';
import type { ApiAnswer, ApiRequest, Transport } from './transport.js';
import { ApiTransport } from './api-transport.js';
import { createNamespace } from './create-namespace.js';
import { createBody, deleteBody, updateBody } from './entry-body.js';
import { isRecord, parseObject } from './json.js';
import type { Kubeconfig } from './kubeconfig/kubeconfig.js';
import { metadataParser, parseEntry, parseItems, parseMetadata } from './observed-entry.js';
import { probeServer } from './probe-server.js';
import { findServedVersion } from './served-version.js';
import { parseStatus } from './status.js';
import type { TokenSource } from './tokens/token-source.js';

const JSON_TYPE = 'application/json';
const METADATA_TYPE = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
const METADATA_LIST_TYPE = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
const WRITE_QUERY = `fieldManager=${OBJECT.fieldManager}&fieldValidation=Strict`;
const PAGE_SIZE = 500;
/** How often a list that expired is started again before the caller is told. */
const MAX_RESTARTS = 3;

/** How to reach and to treat one cluster. */
export interface KubernetesClusterClientOptions {
  readonly cluster: ClusterName;
  readonly kubeconfig: Kubeconfig;
  /** The namespace whose ServiceEntries are read and written. */
  readonly namespace: string;
  /** 5 s when absent. */
  readonly writeTimeoutMs?: number;
  /** Of each page of a list; 20 s when absent. */
  readonly listTimeoutMs?: number;
  /** 4 when absent. */
  readonly connections?: number;
  /** Called for each TLS connection that was opened. */
  readonly onConnect?: () => void;
  /** Gives the token of each request; default: the one of the kubeconfig. */
  readonly tokens?: TokenSource | undefined;
}

type Call = Pick<ApiRequest, 'method' | 'accept' | 'timeoutMs' | 'signal' | 'takeItem'> & {
  readonly body?: ApiRequest['body'];
  /** Below the collection of the namespace: `/name`, `?query` or both. */
  readonly path: string;
  readonly what: string;
};

interface Page<Entry> {
  readonly items: readonly Entry[];
  readonly next: string;
  readonly serverTimeMs: number;
}

interface Listing<Entry> {
  readonly accept: string;
  readonly query: string;
  readonly parse: (object: unknown) => Entry | undefined;
  readonly signal: AbortSignal;
}

/**
 * A ClusterClient over HTTPS. It creates by POST, updates by a JSON merge patch with uid and resourceVersion (which
 * cannot create), deletes with both preconditions, and asks for metadata alone wherever that is enough.
 */
export class KubernetesClusterClient implements ClusterClient {
  readonly #options: KubernetesClusterClientOptions;
  readonly #transport: Transport;
  readonly #others = new Map<string, KubernetesClusterClient>();
  #version: string | undefined;
  /** The highest resourceVersion of our own writes: cached reads must not be older. */
  #writtenVersion = 0n;

  /** `transport`: connections of another client to share, or what stands for them. */
  constructor(options: KubernetesClusterClientOptions, transport?: Transport) {
    this.#options = options;
    const { kubeconfig, connections = 4, onConnect, tokens } = options;
    this.#transport = transport ?? new ApiTransport(kubeconfig, { connections, onConnect, tokens });
  }

  async listMetadata(signal: AbortSignal, known: KnownEntries = () => undefined): Promise<EntryList<ObservedMetadata>> {
    const listing = { accept: METADATA_LIST_TYPE, parse: metadataParser(known), signal };
    const query = (version: bigint) => `resourceVersion=${version}&resourceVersionMatch=NotOlderThan`;
    try {
      return await this.#list({ ...listing, query: query(this.#writtenVersion) });
    } catch (error) {
      if (!(error instanceof VersionTooLarge)) throw error;
      this.#writtenVersion = 0n;
      return this.#list({ ...listing, query: query(0n) });
    }
  }

  listEntries(signal: AbortSignal): Promise<EntryList<ObservedEntry>> {
    return this.#list({ accept: JSON_TYPE, query: `limit=${PAGE_SIZE}`, parse: parseEntry, signal });
  }

  async getEntry(name: EntryName, signal: AbortSignal): Promise<ObservedEntry | undefined> {
    const what = `reading ServiceEntry ${name}`;
    const answer = await this.#call({
      method: 'GET',
      path: objectPath(name),
      accept: JSON_TYPE,
      timeoutMs: this.#writeTimeoutMs,
      signal,
      what,
    });
    if (isObjectMissing(answer)) return undefined;
    return this.#parsed(this.#success(answer, what, false), what, parseEntry);
  }

  create(manifest: EntryManifest, signal: AbortSignal): Promise<WrittenEntry> {
    const what = `creating ServiceEntry ${manifest.name}`;
    return this.#write(what, signal, (apiVersion) => ({
      method: 'POST',
      path: `?${WRITE_QUERY}`,
      body: { type: JSON_TYPE, text: createBody(manifest, apiVersion) },
    }));
  }

  update(manifest: EntryManifest, precondition: Precondition, signal: AbortSignal): Promise<WrittenEntry> {
    const what = `updating ServiceEntry ${manifest.name}`;
    const text = updateBody(manifest, precondition);
    return this.#write(what, signal, () => ({
      method: 'PATCH',
      path: `${objectPath(manifest.name)}?${WRITE_QUERY}`,
      body: { type: 'application/merge-patch+json', text },
    }));
  }

  async delete(name: EntryName, precondition: Precondition, signal: AbortSignal): Promise<void> {
    const what = `deleting ServiceEntry ${name}`;
    const answer = await this.#call({
      method: 'DELETE',
      path: objectPath(name),
      accept: JSON_TYPE,
      body: { type: JSON_TYPE, text: deleteBody(precondition) },
      timeoutMs: this.#writeTimeoutMs,
      signal,
      what,
    });
    if (!isObjectMissing(answer)) this.#success(answer, what, true);
  }

  async createNamespace(signal: AbortSignal): Promise<void> {
    const { namespace, cluster } = this.#options;
    const doing = `creating the namespace ${namespace} of cluster ${cluster}`;
    await createNamespace(this.#transport, namespace, { signal, doing, timeoutMs: this.#writeTimeoutMs });
  }

  inNamespace(namespace: string): KubernetesClusterClient {
    if (namespace === this.#options.namespace) return this;
    const known = this.#others.get(namespace);
    const other = known ?? new KubernetesClusterClient({ ...this.#options, namespace }, this.#transport);
    this.#others.set(namespace, other);
    return other;
  }

  async probe(signal: AbortSignal): Promise<void> {
    const doing = this.#doing('asking for /readyz');
    await probeServer(this.#transport, { signal, doing, timeoutMs: this.#writeTimeoutMs });
  }

  retire(): Promise<void> {
    return this.#transport.retire();
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  get #writeTimeoutMs(): number {
    return this.#options.writeTimeoutMs ?? 5_000;
  }

  async #write(
    what: string,
    signal: AbortSignal,
    build: (apiVersion: string) => Pick<Call, 'method' | 'path' | 'body'>,
  ): Promise<WrittenEntry> {
    const call = { accept: METADATA_TYPE, timeoutMs: this.#writeTimeoutMs, signal, what };
    const answer = await this.#call((apiVersion) => ({ ...call, ...build(apiVersion) }));
    const metadata = this.#parsed(this.#success(answer, what, true), what, parseMetadata);
    if (/^\d+$/.test(metadata.resourceVersion)) {
      const version = BigInt(metadata.resourceVersion);
      if (version > this.#writtenVersion) this.#writtenVersion = version;
    }
    return { metadata, serverTimeMs: this.#serverTime(answer, what) };
  }

  async #list<Entry>(listing: Listing<Entry>): Promise<EntryList<Entry>> {
    for (let restarts = 0; ; restarts += 1) {
      try {
        return await this.#listOnce(listing);
      } catch (error) {
        const isExpired = error instanceof IsthmusError && error.code === 'expired';
        if (!isExpired || restarts === MAX_RESTARTS) throw error;
      }
    }
  }

  /** All pages of one list: the whole of it, or an error, never a part. */
  async #listOnce<Entry>(listing: Listing<Entry>): Promise<EntryList<Entry>> {
    let page = await this.#listPage(listing, '');
    const pages = [page.items];
    while (page.next !== '') {
      page = await this.#listPage(listing, page.next);
      pages.push(page.items);
    }
    return { items: pages.flat(), serverTimeMs: page.serverTimeMs };
  }

  async #listPage<Entry>(listing: Listing<Entry>, position: string): Promise<Page<Entry>> {
    const what = 'listing ServiceEntries';
    const { accept, query, signal, parse } = listing;
    const continued = `limit=${PAGE_SIZE}&continue=${encodeURIComponent(position)}`;
    const timeoutMs = this.#options.listTimeoutMs ?? 20_000;
    const path = `?${position === '' ? query : continued}`;
    const taken: (Entry | undefined)[] = [];
    const takeItem = (item: unknown): void => void taken.push(parse(item));
    const answer = await this.#call({ method: 'GET', path, accept, timeoutMs, signal, what, takeItem });
    if (isVersionTooLarge(answer)) throw new VersionTooLarge('timeout', this.#doing(what));
    return this.#parsed(this.#success(answer, what, false), what, (body) => {
      const others = parseItems(body)?.map(parse);
      if (others === undefined) return undefined;
      const items = [...taken, ...others].filter((item) => item !== undefined);
      if (items.length < taken.length + others.length) return undefined;
      const metadata = isRecord(body) && isRecord(body['metadata']) ? body['metadata'] : {};
      const next = typeof metadata['continue'] === 'string' ? metadata['continue'] : '';
      return { items, next, serverTimeMs: this.#serverTime(answer, what) };
    });
  }

  /** Sends a call in the version that the cluster serves; looks for another version once when that one is gone. */
  async #call(call: Call | ((apiVersion: string) => Call)): Promise<ApiAnswer> {
    const build = typeof call === 'function' ? call : () => call;
    const known = this.#version;
    const version = known ?? (await this.#findVersion(build('')));
    const answer = await this.#send(build(`networking.istio.io/${version}`), version);
    if (known === undefined || !isPathMissing(answer)) return answer;
    const found = await this.#findVersion(build(''));
    return found === known ? answer : this.#send(build(`networking.istio.io/${found}`), found);
  }

  async #findVersion({ signal, what }: Call): Promise<string> {
    this.#version = undefined;
    const doing = this.#doing(what);
    const timeoutMs = this.#writeTimeoutMs;
    this.#version = await findServedVersion(this.#transport, { signal, doing, timeoutMs });
    return this.#version;
  }

  #send({ what, path, ...rest }: Call, version: string): Promise<ApiAnswer> {
    const collection = `/apis/networking.istio.io/${version}/namespaces/${this.#options.namespace}/serviceentries`;
    return this.#transport.send({ ...rest, path: `${collection}${path}`, doing: this.#doing(what) });
  }

  #success(answer: ApiAnswer, what: string, isWrite: boolean): ApiAnswer {
    if (answer.status >= 200 && answer.status <= 299) return answer;
    throw answerError(answer, { doing: this.#doing(what), isWrite, token: this.#transport.token });
  }

  #parsed<Value>(answer: ApiAnswer, what: string, parse: (body: unknown) => Value | undefined): Value {
    const value = parse(parseObject(answer.text));
    if (value !== undefined) return value;
    throw new IsthmusError('invalid-answer', `${this.#doing(what)}: the answer is not what a Kubernetes API gives`);
  }

  #serverTime(answer: ApiAnswer, what: string): number {
    if (Number.isFinite(answer.serverTimeMs)) return answer.serverTimeMs;
    throw new IsthmusError('invalid-answer', `${this.#doing(what)}: the answer has no Date header`);
  }

  #doing(what: string): string {
    return `${what} in namespace ${this.#options.namespace} of cluster ${this.#options.cluster}`;
  }
}

/** The name comes from whoever created the object, so that it must not be able to leave its place in the path. */
function objectPath(name: EntryName): string {
  return `/${encodeURIComponent(name)}`;
}

/** The API server has not reached the revision of our own last write. */
class VersionTooLarge extends IsthmusError {}

function isVersionTooLarge(answer: ApiAnswer): boolean {
  if (answer.status !== 504) return false;
  return parseStatus(answer).causes.some(({ reason }) => reason === 'ResourceVersionTooLarge');
}

function isObjectMissing(answer: ApiAnswer): boolean {
  const status = answer.status === 404 ? parseStatus(answer) : undefined;
  return status?.isStatus === true && status.kind !== 'namespaces';
}

function isPathMissing(answer: ApiAnswer): boolean {
  return answer.status === 404 && !parseStatus(answer).isStatus;
}
