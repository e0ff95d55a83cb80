import { IsthmusError, OBJECT } from '@isthmus/model';
import type { Clock, LeaseRecord, LeaseStore } from '@isthmus/ports';
import { answerError } from '../answer-errors.js';
import type { ApiAnswer, ApiRequest, Transport } from '../transport.js';
import { parseObject } from '../json.js';
import type { StoredLease } from './parse-lease.js';
import { parseLease, SEQUENCE } from './parse-lease.js';

/** What carries the requests of a lease. */
export type LeaseTransport = Pick<Transport, 'send' | 'token' | 'close'>;

export interface KubernetesLeaseStoreOptions {
  /** Opens the hub's own cluster; called again after it could not be opened, or refused the credential. */
  readonly open: () => Promise<LeaseTransport>;
  readonly namespace: string;
  /** `metadata.name` of the Lease. */
  readonly name: string;
  /** `hub.name`: a Lease of another hub is left alone. */
  readonly hub: string;
  /** For those who look at the Lease; the hub itself decides by its own clocks. */
  readonly leaseMs: number;
  readonly clock: Clock;
}

const JSON_TYPE = 'application/json';
/** Two requests fit into the time between two renewals and the deadline, three times over. */
const TIMEOUT_MS = 1_500;
const NO_RECORD: LeaseRecord = { incarnation: '', holder: '', epoch: 0, sequence: 0 };

/** What a write puts into the record. */
type Written = Pick<LeaseRecord, 'holder' | 'epoch' | 'sequence'>;

/**
 * The lease as a Lease of coordination.k8s.io/v1 in the hub's own cluster: holder in `holderIdentity`, epoch in
 * `leaseTransitions`, sequence in an annotation. Every write names the uid and the resourceVersion of the Lease that
 * was judged, so that the API server does the compare-and-set. Its times are for people: nobody decides by them.
 */
export class KubernetesLeaseStore implements LeaseStore {
  readonly #options: KubernetesLeaseStoreOptions;
  #transport: LeaseTransport | undefined;
  /** The Lease as this process wrote it last: a renewal need not look at it first. */
  #own: StoredLease | undefined;

  constructor(options: KubernetesLeaseStoreOptions) {
    this.#options = options;
  }

  async observe(): Promise<LeaseRecord> {
    return (await this.#read())?.record ?? NO_RECORD;
  }

  async acquire({ holder, seen, floor }: Parameters<LeaseStore['acquire']>[0]): Promise<LeaseRecord | undefined> {
    const stored = await this.#read();
    if (!isSameRecord(stored?.record ?? NO_RECORD, seen)) return undefined;
    const taken = { holder, epoch: Math.max(seen.epoch, floor) + 1, sequence: 0 };
    const written = stored === undefined ? await this.#create(taken) : await this.#write(stored, taken, true);
    return written?.record;
  }

  async renew(request: Parameters<LeaseStore['renew']>[0]): Promise<LeaseRecord | undefined> {
    const known = this.#own;
    if (known !== undefined && isHeldBy(known, request)) {
      const renewed = await this.#write(known, renewedBy(known.record, request.floor), false);
      if (renewed !== undefined) return renewed.record;
    }
    // Somebody changed it, which need not be its record.
    const stored = await this.#read();
    if (stored === undefined || !isHeldBy(stored, request)) return undefined;
    return (await this.#write(stored, renewedBy(stored.record, request.floor), false))?.record;
  }

  async release(request: Parameters<LeaseStore['release']>[0]): Promise<void> {
    const stored = await this.#read();
    if (stored === undefined || !isHeldBy(stored, request)) return;
    const { epoch, sequence } = stored.record;
    await this.#write(stored, { holder: '', epoch, sequence: sequence + 1 }, false);
  }

  /** Hangs up. */
  async close(): Promise<void> {
    await this.#transport?.close();
  }

  async #read(): Promise<StoredLease | undefined> {
    const doing = this.#doing('reading');
    const answer = await this.#send({ method: 'GET', path: `${this.#collection}/${this.#options.name}`, doing });
    if (answer.status === 404) return undefined;
    return this.#stored(answer, doing, false);
  }

  /** Undefined: somebody else was quicker. */
  async #create(taken: Written): Promise<StoredLease | undefined> {
    const { name, hub } = this.#options;
    const labels = { [OBJECT.managedBy]: OBJECT.managedByValue, [OBJECT.hub]: hub };
    const body = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name, labels, annotations: { [SEQUENCE]: String(taken.sequence) } },
      spec: this.#spec(taken, true),
    };
    const doing = this.#doing('creating');
    const path = `${this.#collection}?fieldManager=${OBJECT.fieldManager}`;
    const answer = await this.#send({
      method: 'POST',
      path,
      doing,
      body: { type: JSON_TYPE, text: JSON.stringify(body) },
    });
    return this.#kept(answer, doing);
  }

  /** Undefined: it is not the Lease any more that was judged. */
  async #write({ uid, resourceVersion }: StoredLease, to: Written, isTaken: boolean): Promise<StoredLease | undefined> {
    const annotations = { [SEQUENCE]: String(to.sequence) };
    const patch = { metadata: { uid, resourceVersion, annotations }, spec: this.#spec(to, isTaken) };
    const doing = this.#doing('writing');
    const answer = await this.#send({
      method: 'PATCH',
      path: `${this.#collection}/${this.#options.name}?fieldManager=${OBJECT.fieldManager}`,
      doing,
      body: { type: 'application/merge-patch+json', text: JSON.stringify(patch) },
    });
    return this.#kept(answer, doing);
  }

  #spec({ holder, epoch }: Written, isTaken: boolean): object {
    const now = new Date(this.#options.clock.nowMs()).toISOString().replace('Z', '000Z');
    return {
      holderIdentity: holder,
      leaseTransitions: epoch,
      leaseDurationSeconds: Math.ceil(this.#options.leaseMs / 1000),
      renewTime: now,
      ...(isTaken ? { acquireTime: now } : {}),
    };
  }

  /** Remembers what was written. A conflict, a Lease that is gone and one of another uid all say: look again. */
  #kept(answer: ApiAnswer, doing: string): StoredLease | undefined {
    this.#own = undefined;
    try {
      this.#own = this.#stored(answer, doing, true);
    } catch (error) {
      const { code } = error as IsthmusError;
      if (code !== 'conflict' && code !== 'already-exists' && code !== 'not-found') throw error;
    }
    return this.#own;
  }

  #stored(answer: ApiAnswer, doing: string, isWrite: boolean): StoredLease {
    if (answer.status < 200 || answer.status > 299) {
      throw answerError(answer, { doing, isWrite, token: this.#transport?.token });
    }
    const lease = parseLease(parseObject(answer.text));
    if (lease === undefined) throw new IsthmusError('invalid-answer', `${doing}: the answer is no Lease`);
    if (lease.hub === this.#options.hub) return lease;
    const owner = lease.hub === undefined ? 'nobody that this hub knows' : `the hub ${lease.hub}`;
    throw new IsthmusError('lease-foreign', `${doing}: it belongs to ${owner}`);
  }

  async #send(request: Pick<ApiRequest, 'method' | 'path' | 'doing' | 'body'>): Promise<ApiAnswer> {
    this.#transport ??= await this.#options.open();
    const transport = this.#transport;
    const { signal } = new AbortController();
    const answer = await transport.send({ accept: JSON_TYPE, timeoutMs: TIMEOUT_MS, signal, ...request });
    if (answer.status === 401) {
      // A credential that was replaced is in the new connection.
      this.#transport = undefined;
      await transport.close();
    }
    return answer;
  }

  get #collection(): string {
    return `/apis/coordination.k8s.io/v1/namespaces/${this.#options.namespace}/leases`;
  }

  #doing(what: string): string {
    const { namespace, name } = this.#options;
    return `${what} the Lease ${name} in namespace ${namespace} of the hub's own cluster`;
  }
}

function renewedBy({ holder, epoch, sequence }: LeaseRecord, floor: number): Written {
  return { holder, epoch: floor >= epoch ? floor + 1 : epoch, sequence: sequence + 1 };
}

function isHeldBy({ record }: StoredLease, by: Pick<LeaseRecord, 'holder' | 'epoch'>): boolean {
  return record.holder === by.holder && record.epoch === by.epoch;
}

function isSameRecord(a: LeaseRecord, b: LeaseRecord): boolean {
  return a.incarnation === b.incarnation && a.holder === b.holder && a.epoch === b.epoch && a.sequence === b.sequence;
}
