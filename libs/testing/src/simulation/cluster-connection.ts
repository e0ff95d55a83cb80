import { IsthmusError, Secret } from '@isthmus/model';
import type { ApiAnswer, ApiRequest, Transport } from '@isthmus/kubernetes';

import type { FaultMenu } from './fault-menu.js';
import type { Passage } from './network.js';
import { carry, within } from './network.js';
import type { Sender, SimulatedCluster } from './simulated-cluster.js';
import { HUB_TOKEN } from './simulated-cluster.js';
import type { SimulatedProcess } from './simulated-process.js';
import type { VirtualTime } from './virtual-time.js';

export interface ClusterConnectionOptions {
  readonly time: VirtualTime;
  readonly menu: FaultMenu;
  readonly process: SimulatedProcess;
  readonly cluster: SimulatedCluster;
  readonly sender: () => Sender;
  /** A write is about to leave. */
  readonly onSending: () => void;
  /** The process dies while a request of its leaves. */
  readonly crash: () => void;
  /** Writes leave without uid and resourceVersion: whatever is there is changed or deleted. */
  readonly isUnconditional: boolean;
}

/** A pause between the check and the sending, and the way to the server, together stay below the grace of a delete. */
const LONGEST_PAUSE_MS = 60_000;
const LATEST_MS = 50_000;

/** What stands for HTTPS below the real client: requests are late, lost or struck, and so are answers. */
export class ClusterConnection implements Transport {
  readonly token = new Secret(HUB_TOKEN);
  readonly #options: ClusterConnectionOptions;

  constructor(options: ClusterConnectionOptions) {
    this.#options = options;
  }

  send(request: ApiRequest): Promise<ApiAnswer> {
    const { time, menu, process, cluster, sender } = this.#options;
    const isWrite = request.method !== 'GET';
    if (isWrite) this.#beforeSending();
    const sent = isWrite && this.#options.isUnconditional ? withoutConditions(request) : request;
    const passage = passageOf(menu, isWrite);
    const from = sender();
    const sentAtMs = time.nowMs + process.sendsAfterMs;
    const serve = (): ApiAnswer => {
      if (cluster.isAway) throw new IsthmusError('network', `${request.doing}: the connection was cut`);
      return this.#serve(sent, from, sentAtMs);
    };
    const isHanging = cluster.isAway && menu.dice('cluster-away').chance(0.5);
    const answer = carry(time, {
      from: process,
      passage: { ...passage, isLost: passage.isLost === true || isHanging },
      serve,
    });
    return within(process, answer, request);
  }

  retire(): Promise<void> {
    return this.close();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #beforeSending(): void {
    const { menu, process, crash, onSending } = this.#options;
    onSending();
    const kind = 'hub-pauses-before-sending';
    if (menu.strikes(kind)) process.freeze(menu.dice(kind).between(1_000, LONGEST_PAUSE_MS));
    // Rarely, and only once it is on its way or just before.
    if (menu.has('hub-crashes') && !menu.isOver && menu.dice('hub-crashes').chance(0.004)) crash();
  }

  #serve(request: ApiRequest, from: Sender, sentAtMs: number): ApiAnswer {
    const { cluster, menu } = this.#options;
    const status = statusFaultOf(menu, request);
    const id = status === undefined ? undefined : cluster.model.faults.add(status);
    const answer = cluster.serve(request, from, sentAtMs);
    if (id !== undefined) cluster.model.faults.remove(id);
    if (answer === undefined) throw new IsthmusError('network', `${request.doing}: the connection was cut`);
    return answer;
  }
}

function passageOf(menu: FaultMenu, isWrite: boolean): Passage {
  const way = menu.dice('cluster-late').between(2, 20);
  if (menu.strikes('cluster-request-lost')) return { thereMs: way, backMs: way, isLost: true };
  if (menu.strikes('cluster-answer-lost')) return { thereMs: way, backMs: way, isAnswerLost: true };
  const isLate = isWrite && menu.strikes('cluster-late');
  return { thereMs: isLate ? menu.dice('cluster-late').between(100, LATEST_MS) : way, backMs: way };
}

type StatusFault = Parameters<SimulatedCluster['model']['faults']['add']>[0];

function statusFaultOf(menu: FaultMenu, { method, path }: ApiRequest): StatusFault | undefined {
  const status = (code: number, more: object = {}): StatusFault => ({
    kind: 'status',
    status: code,
    times: 1,
    ...more,
  });
  if (menu.strikes('cluster-throttled')) {
    return status(429, { retryAfterSeconds: menu.dice('cluster-throttled').whole(1, 10) });
  }
  // The body repeats the request, as a proxy in front may: nothing of it may reach a log.
  if (menu.strikes('cluster-error')) return status(503, { message: `refused: Authorization: Bearer ${HUB_TOKEN}` });
  if (menu.strikes('cluster-unauthorized')) return status(401);
  if (method === 'GET') {
    return path.includes('limit=') && menu.strikes('cluster-list-expired') ? status(410) : undefined;
  }
  if (method !== 'DELETE' && menu.strikes('cluster-webhook')) return { kind: 'webhook', times: 1 };
  return menu.strikes('cluster-conflict') ? status(409) : undefined;
}

/** The same write as somebody would send it who knows of no other writer. */
function withoutConditions(request: ApiRequest): ApiRequest {
  if (request.body === undefined) return request;
  const body = JSON.parse(request.body.text) as {
    metadata?: { uid?: string; resourceVersion?: string };
    preconditions?: unknown;
  };
  delete body.metadata?.uid;
  delete body.metadata?.resourceVersion;
  delete body.preconditions;
  return { ...request, body: { ...request.body, text: JSON.stringify(body) } };
}
