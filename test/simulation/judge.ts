import { createHash } from 'node:crypto';

import type { Logger, Metrics } from '@isthmus/ports';

import type { AcceptedWrite, Truth, Witness, World } from '../../libs/testing/src/simulation/index.js';
import { CANARY, DROPPED_SERVICE, HUB_TOKEN, OTHERS_LABEL } from '../../libs/testing/src/simulation/index.js';
import type { Bench, SeenWrite } from './bench.js';
import { BrakeLedger } from './brake-ledger.js';
import { judgeContent, wronglyRemoved } from './content.js';
import { viewObject } from './object-view.js';
import type { Invariant, Violation } from './violation.js';

/** Whether a secret is anywhere in a value. */
function isSecretIn(value: unknown): boolean {
  if (typeof value === 'number' || typeof value === 'boolean' || value === undefined) return false;
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return text.includes(CANARY) || text.includes(HUB_TOKEN);
}

/** No more events than this ever wait. */
const PENDING_MAX = 2_000;

/** Sees everything that the hubs do and compares it with the truth. */
export class Judge implements Witness {
  readonly violations: Violation[] = [];
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Writes of hubs, by verb. */
  readonly writes = { create: 0, update: 0, delete: 0 };
  /** Endpoints that hubs took out of a cluster although they were registered and healthy. */
  wrongRemovals = 0;
  lastHubWriteMs = 0;
  lastHubWrite = '';
  readonly #trail = createHash('sha256');
  readonly #removed = new Map<string, Set<string>>();
  readonly #brake: BrakeLedger;
  #world: World | undefined;

  constructor({ isLeadingForced = false }: { readonly isLeadingForced?: boolean } = {}) {
    this.#brake = new BrakeLedger(isLeadingForced);
    const quiet = (message: string, fields: object = {}): void => this.#searchSecrets(message, fields);
    const error = (message: string, fields: object = {}): void => {
      quiet(message, fields);
      this.#violate('broken-run', `${message} ${JSON.stringify(fields)}`);
    };
    this.logger = { debug: quiet, info: quiet, warn: quiet, error };
    const counted = (name: string, labels: object = {}): void => this.#searchSecrets(name, labels);
    this.metrics = {
      count: counted,
      set: (name, _, labels) => counted(name, labels),
      observe: (name, _, labels) => counted(name, labels),
      forget: () => undefined,
    };
  }

  watch(world: World): void {
    this.#world = world;
  }

  get digest(): string {
    return this.#trail.copy().digest('hex');
  }

  accepted(write: AcceptedWrite): void {
    const { cluster } = write;
    this.#trail.update(JSON.stringify([write.atMs, write.sender, write.verb, write.name, write.after ?? null]));
    const seen: SeenWrite = {
      ...write,
      before: viewObject(write.before, cluster),
      after: viewObject(write.after, cluster),
    };
    const world = this.#world;
    if (world === undefined) return;
    if (write.sender.hub === 'others') this.#forget(seen, world.estate.truth);
    else this.#judge(write, seen, world.estate.truth);
    this.#brake.record(seen);
  }

  unsafe(hub: string, cluster: string): void {
    this.#violate('unsafe-write', `${hub} sends to ${cluster} while its lease does not hold`);
  }

  /** After each event. */
  afterEvent(): void {
    const pending = this.#world?.time.pendingCount ?? 0;
    if (pending > PENDING_MAX) this.#violate('unbounded', `${pending} events wait`);
  }

  add(invariant: Invariant, detail: string): void {
    this.#violate(invariant, detail);
  }

  #judge(write: AcceptedWrite, seen: SeenWrite, truth: Truth): void {
    this.writes[write.verb]++;
    this.wrongRemovals += wronglyRemoved(seen, truth).length;
    this.lastHubWriteMs = write.atMs;
    this.lastHubWrite = `${write.verb} ${write.name} in ${write.cluster} by ${write.sender.term}, sent at ${Math.round(write.sentAtMs)}`;
    const violate = (invariant: Invariant, detail: string): void => {
      const by = `${write.verb} ${write.name} in ${write.cluster} by ${write.sender.term}`;
      this.#violate(invariant, `${by}: ${detail}`);
    };
    const removed = this.#removed.get(write.cluster) ?? new Set();
    this.#removed.set(write.cluster, removed);
    this.#judgeOwner(write, seen, violate);
    judgeContent(seen, { truth, removed: this.#removed, violate });
    this.#brake.judge(seen, { truth, removed: this.#removed, violate });
    if (JSON.stringify(write.after ?? {}).includes(CANARY)) violate('secret', 'an attribute that no route uses');
    for (const [id] of seen.before?.components ?? []) {
      const service = truth.service(id);
      // What one configuration drops another one may bring back.
      const isDropped = write.sender.generation === 2 && service?.name === DROPPED_SERVICE;
      if (seen.after?.components.has(id) !== true && service?.isGone === true && !isDropped) removed.add(id);
    }
  }

  /** What an object recorded is lost with it: who then still knows an older state cannot tell that it is older. */
  #forget({ cluster, before, after }: SeenWrite, truth: Truth): void {
    const removed = this.#removed.get(cluster);
    if (removed === undefined || after !== undefined) return;
    for (const id of removed) if (`${truth.service(id)?.name}.shop` === before?.host) removed.delete(id);
  }

  #judgeOwner(write: AcceptedWrite, { before, after }: SeenWrite, violate: Bench['violate']): void {
    const metadata = write.before?.['metadata'] as { readonly labels?: Readonly<Record<string, string>> } | undefined;
    if (metadata?.labels?.[OTHERS_LABEL] !== undefined) violate('ownership', 'it is an object of somebody else');
    if (before !== undefined && !before.isOurs) violate('ownership', 'it was not ours');
    if (after !== undefined && !after.isOurs) violate('ownership', 'it does not say that it is ours');
  }

  #searchSecrets(message: string, fields: object): void {
    const isFound = Object.entries(fields).some(([key, value]) => isSecretIn(key) || isSecretIn(value));
    if (isFound || isSecretIn(message)) this.#violate('secret', message);
  }

  #violate(invariant: Invariant, detail: string): void {
    this.violations.push({ invariant, atMs: Math.round(this.#world?.time.nowMs ?? 0), detail });
  }
}
