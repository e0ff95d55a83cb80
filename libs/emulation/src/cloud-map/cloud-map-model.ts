import { answer } from './answer.js';
import type { CloudMapReply } from './answer.js';
import { CloudMapCallLog } from './call-log.js';
import { parametersOf, serviceIn } from './call.js';
import type { CloudMapCall } from './call.js';
import { CloudMapError } from './cloud-map-error.js';
import { CloudMapState } from './cloud-map-state.js';
import { setHealthAt, serviceAt } from './direct-changes.js';
import type { InstancePlace } from './direct-changes.js';
import { CloudMapFaults } from './faults.js';
import type { JsonObject } from './input.js';
import type { RepeatedRegistration } from './membership.js';
import type { OperationContext } from './operation.js';
import { isPaged, operationNamed, planeOf } from './operations.js';
import { pageNumberOf } from './paging.js';
import { DEFAULT_QUOTAS } from './quotas.js';
import type { CloudMapQuotas } from './quotas.js';
import { applySeed } from './seed-apply.js';
import { parseCloudMapSeed } from './seed-parse.js';
import { reportState } from './state-report.js';
import type { CloudMapReport } from './state-report.js';
import { CloudMapThrottle } from './throttling.js';
import type { CloudMapLimits } from './throttling.js';

/** What a model is made of; time and randomness come from outside. */
export interface CloudMapModelOptions {
  /** Milliseconds since the epoch. */
  readonly nowMs: () => number;
  /** A number from 0 to below 1. */
  readonly random: () => number;
  /** `off` unless given. */
  readonly limits?: CloudMapLimits;
  readonly quotas?: Partial<CloudMapQuotas>;
  /** `moves-revision` unless given. */
  readonly repeatedRegistration?: RepeatedRegistration;
  /** How far the data plane is behind the control plane; 0 unless given. */
  readonly dataPlaneLagMs?: number;
  /** Calls that the log keeps; 10,000 unless given. Its counters are exact whatever it keeps. */
  readonly callLogSize?: number;
}

/** An AWS Cloud Map of many accounts and regions, without a network: what it answers depends on its options and the calls alone. */
export class CloudMapModel {
  readonly faults = new CloudMapFaults();
  readonly callLog: CloudMapCallLog;
  readonly #options: CloudMapModelOptions;
  readonly #quotas: CloudMapQuotas;
  readonly #throttle: CloudMapThrottle;
  readonly #state = new CloudMapState();
  readonly #accessKeys = new Map<string, string>();
  #aheadMs = 0;

  constructor(options: CloudMapModelOptions) {
    this.#options = options;
    this.#quotas = { ...DEFAULT_QUOTAS, ...options.quotas };
    this.#throttle = new CloudMapThrottle(options.limits ?? 'off');
    this.callLog = new CloudMapCallLog(options.callLogSize ?? 10_000);
  }

  /** The model's time in ms since the epoch: the given clock, plus what it was advanced by. */
  nowMs(): number {
    return this.#options.nowMs() + this.#aheadMs;
  }

  /** Moves the model's time ahead of the given clock. */
  advanceMs(ms: number): void {
    this.#aheadMs += ms;
  }

  /** Answers a call as AWS would: with faults, request rates and the call log. */
  call(call: CloudMapCall): CloudMapReply {
    const { account, region, operation, input } = call;
    const page = isPaged(operation) ? pageNumberOf(input) : undefined;
    const about = { account, region, plane: planeOf(operation), operation, page };
    const atMs = this.nowMs();
    const { reply, outcome } = answer(call, this.faults.take({ ...about, service: serviceIn(call) }), {
      admits: () => this.#throttle.admits(call, operation, atMs),
      run: (revisionsBack) => this.#run(call, revisionsBack),
    });
    this.callLog.record({ ...about, atMs, parameters: parametersOf(input), outcome });
    return reply;
  }

  /** Carries an action out without faults, request rates and the call log; throws the CloudMapError that AWS would answer with. */
  execute(call: CloudMapCall): JsonObject {
    return this.#run(call, 0);
  }

  /** Adds what a seed names (`parseCloudMapSeed` says in which shape); throws CloudMapProblems with places. */
  seed(seed: unknown): void {
    const parsed = parseCloudMapSeed(seed);
    for (const [key, account] of parsed.accessKeys) this.#accessKeys.set(key, account);
    applySeed(this.#context(), parsed);
  }

  /** Registers an instance by names instead of ids. */
  putInstance(place: InstancePlace, attributes: Readonly<Record<string, string>>): void {
    const { service } = serviceAt(this.#state, place);
    const input = { ServiceId: service.id, InstanceId: place.id, Attributes: attributes };
    this.execute({ account: place.account, region: place.region, operation: 'RegisterInstance', input });
  }

  /** Deregisters an instance by names instead of ids. */
  removeInstance(place: InstancePlace): void {
    const { service } = serviceAt(this.#state, place);
    const input = { ServiceId: service.id, InstanceId: place.id };
    this.execute({ account: place.account, region: place.region, operation: 'DeregisterInstance', input });
  }

  /** Sets the health of an instance at once, without the delay of an update. */
  setHealth(place: InstancePlace, status: 'HEALTHY' | 'UNHEALTHY'): void {
    setHealthAt(this.#state, place, status);
  }

  /** The account of an access key: as seeded, or the 12 digits after its four letters, or the only account there is. */
  accountOf(accessKeyId: string): string | undefined {
    const accounts = this.#state.accounts();
    return (
      this.#accessKeys.get(accessKeyId) ??
      /^[A-Z]{4}(\d{12})$/.exec(accessKeyId)?.[1] ??
      (accounts.length === 1 ? accounts[0] : undefined)
    );
  }

  /** Accounts that have something in some region. */
  accounts(): readonly string[] {
    return this.#state.accounts();
  }

  /** Everything that the control plane knows. */
  report(): CloudMapReport {
    return reportState(this.#state, this.nowMs());
  }

  #run(call: CloudMapCall, revisionsBack: number): JsonObject {
    const operation = operationNamed(call.operation);
    if (operation === undefined) {
      throw new CloudMapError('UnknownOperationException', `${call.operation} is not emulated`);
    }
    return operation({ ...this.#context(), caller: call, revisionsBack }, call.input);
  }

  #context(): Omit<OperationContext, 'caller' | 'revisionsBack'> {
    return {
      state: this.#state,
      nowMs: this.nowMs(),
      random: this.#options.random,
      quotas: this.#quotas,
      repeatedRegistration: this.#options.repeatedRegistration ?? 'moves-revision',
      dataPlaneLagMs: this.#options.dataPlaneLagMs ?? 0,
    };
  }
}
