import type { CloudMapFault, CloudMapModel, CloudMapReply } from '@isthmus/emulation';
import type { Answer, Instance, InstancesAnswer } from '@isthmus/model';
import { complete, IsthmusError } from '@isthmus/model';
import type { CloudMapSource } from '@isthmus/ports';

import { ACCOUNT } from './estate.js';
import type { FaultMenu } from './fault-menu.js';
import { ModelCloudMap } from './model-cloud-map.js';
import { carry } from './network.js';
import type { SimulatedProcess } from './simulated-process.js';
import type { VirtualTime } from './virtual-time.js';

export interface SourceChannelOptions {
  readonly time: VirtualTime;
  readonly menu: FaultMenu;
  readonly model: CloudMapModel;
  readonly process: SimulatedProcess;
  readonly region: string;
  /** Whether the region answers nobody just now. */
  readonly isAway: () => boolean;
}

export interface SimulatedSourceOptions extends SourceChannelOptions {
  readonly keptAttributes: readonly string[];
  /** Takes whatever was read for all there is. */
  readonly believesParts: boolean;
}

/**
 * Answers of an older membership that may come between two true ones that arrive: three over a minute are believed, as
 * documented, whatever was lost between them.
 */
const OLDER_IN_A_ROW = 2;

/** One region as one hub sees it: every call may be late, lost, refused, cut short or answered with an older truth. */
export function simulatedSource(options: SimulatedSourceOptions): CloudMapSource {
  const { model, process, region } = options;
  const channel = new SourceChannel(options);
  const inner = new ModelCloudMap(model, process, {
    account: ACCOUNT,
    region,
    pageSize: 3,
    channel: (operation, perform) => channel.call(operation, perform),
  });
  const seen = <Value>(answer: Answer<Value>): Answer<Value> =>
    options.believesParts && answer.kind === 'partial' ? complete(answer.value, answer.observedAtMs) : answer;
  return {
    identity: () => inner.identity(),
    listNamespaces: async (signal) => seen(await inner.listNamespaces(signal)),
    listServices: async (namespace, onPage, signal) => seen(await inner.listServices(namespace, onPage, signal)),
    listAllServices: async (onPage, signal) => seen(await inner.listAllServices(onPage, signal)),
    getService: (id, signal) => inner.getService(id, signal),
    getNamespace: (id, signal) => inner.getNamespace(id, signal),
    discoverInstances: async (service, signal) => {
      const answer = await channel.about(service.key, () => inner.discoverInstances(service, signal));
      if (answer.kind === 'complete') channel.arrived(service.key);
      return seen(cut(kept(answer, options.keptAttributes), options.menu));
    },
    listInstances: async (service, signal) => seen(await inner.listInstances(service, signal)),
    close: () => undefined,
  };
}

/** Only what the routes need leaves an adapter. */
function kept(answer: Answer<InstancesAnswer>, names: readonly string[]): Answer<InstancesAnswer> {
  if (answer.kind === 'failed') return answer;
  const instances = answer.value.instances.map((instance): Instance => ({
    ...instance,
    attributes: new Map([...instance.attributes].filter(([name]) => names.includes(name))),
  }));
  return { ...answer, value: { ...answer.value, instances } };
}

/** As long as an answer can be, and then nothing confirms it. */
function cut(answer: Answer<InstancesAnswer>, menu: FaultMenu): Answer<InstancesAnswer> {
  if (answer.kind !== 'complete' || answer.value.instances.length === 0 || !menu.strikes('source-truncated'))
    return answer;
  const { instances, revision } = answer.value;
  const count = menu.dice('source-truncated').whole(0, instances.length - 1);
  const missing = new IsthmusError('truncated', 'the answer was as long as the limit');
  const value = { instances: instances.slice(0, count), revision };
  return { kind: 'partial', value, observedAtMs: answer.observedAtMs, missing };
}

type Strike = CloudMapFault | undefined;

/** Carries the calls of one process to Cloud Map, under all the faults of a source. */
export class SourceChannel {
  readonly #options: SourceChannelOptions;
  /** How many answers were of an older membership since a true one arrived, and whether the last one was, by service. */
  readonly #older = new Map<string, { readonly count: number; readonly isLast: boolean }>();
  #about = '';

  constructor(options: SourceChannelOptions) {
    this.#options = options;
  }

  /** Remembers which service the next call is about. */
  about<Value>(service: string, call: () => Promise<Value>): Promise<Value> {
    this.#about = service;
    const called = call();
    this.#about = '';
    return called;
  }

  /** A complete answer about a service has arrived. */
  arrived(service: string): void {
    if (this.#older.get(service)?.isLast !== true) this.#older.delete(service);
  }

  async call(operation: string, perform: () => CloudMapReply): Promise<CloudMapReply> {
    const { time, menu, process, isAway } = this.#options;
    const strike = this.#strike(operation, this.#about);
    if (isAway() || menu.strikes('source-hangs')) return { kind: 'hang' };
    const wayMs = menu.dice('source-slow').between(10, 60);
    const backMs = menu.strikes('source-slow') ? menu.dice('source-slow').between(1_000, 14_000) : wayMs;
    // The real client gives a call up after ten seconds.
    if (backMs > 10_000) return { kind: 'hang' };
    return carry(time, {
      from: process,
      passage: { thereMs: wayMs, backMs },
      serve: () => this.#perform(perform, operation, strike),
    });
  }

  #perform(perform: () => CloudMapReply, operation: string, strike: Strike): CloudMapReply {
    if (strike === undefined) return perform();
    const { faults } = this.#options.model;
    const { id } = faults.set({ ...strike, operation, region: this.#options.region });
    const reply = perform();
    faults.clear(id);
    return reply;
  }

  #strike(operation: string, service: string): Strike {
    const { menu } = this.#options;
    if (menu.strikes('source-throttled')) return { kind: 'throttle' };
    if (menu.strikes('source-error')) return { kind: 'error500' };
    if (menu.strikes('source-denied')) return { kind: 'accessDenied' };
    const isPaged = operation.startsWith('List');
    if (isPaged && menu.strikes('source-page-fails')) {
      return { kind: 'failPage', page: menu.dice('source-page-fails').whole(1, 2) };
    }
    // One plane lies, never both: a lie that both tell for a minute cannot be told from the truth.
    if ((operation === 'DiscoverInstances' || operation === 'ListServices') && menu.strikes('source-empty-answer')) {
      return { kind: 'emptyAnswer', revisionsAhead: menu.dice('source-empty-answer').whole(0, 1) };
    }
    if (operation === 'DiscoverInstances' && this.#mayBeOlder(service)) {
      return { kind: 'staleRevision', revisionsBack: menu.dice('source-older-revision').whole(1, 3) };
    }
    return undefined;
  }

  #mayBeOlder(service: string): boolean {
    const { count } = this.#older.get(service) ?? { count: 0 };
    const isOlder = count < OLDER_IN_A_ROW && this.#options.menu.strikes('source-older-revision');
    this.#older.set(service, { count: isOlder ? count + 1 : count, isLast: isOlder });
    return isOlder;
  }
}
