import { IsthmusError } from '@isthmus/model';
import type { LeaseRecord, LeaseStore } from '@isthmus/ports';

const NO_RECORD: LeaseRecord = { incarnation: 'run-1', holder: '', epoch: 0, sequence: 0 };

/** A lease store in this process, that a test can break. */
export class FakeLeaseStore implements LeaseStore {
  record: LeaseRecord = NO_RECORD;
  /** `down`: nothing is carried out; `mute`: it is carried out, and the answer is lost. */
  fault: 'none' | 'down' | 'mute' | 'hang' = 'none';
  readonly requests: string[] = [];

  observe(): Promise<LeaseRecord> {
    return this.#answer('observe', () => this.record);
  }

  acquire({ holder, seen, floor }: Parameters<LeaseStore['acquire']>[0]): Promise<LeaseRecord | undefined> {
    return this.#answer('acquire', () => {
      if (JSON.stringify(seen) !== JSON.stringify(this.record)) return undefined;
      this.record = { ...this.record, holder, epoch: Math.max(this.record.epoch, floor) + 1, sequence: 0 };
      return this.record;
    });
  }

  renew({ holder, epoch, floor }: Parameters<LeaseStore['renew']>[0]): Promise<LeaseRecord | undefined> {
    return this.#answer('renew', () => {
      if (this.record.holder !== holder || this.record.epoch !== epoch) return undefined;
      const next = floor >= epoch ? floor + 1 : epoch;
      this.record = { ...this.record, epoch: next, sequence: this.record.sequence + 1 };
      return this.record;
    });
  }

  release({ holder, epoch }: Parameters<LeaseStore['release']>[0]): Promise<void> {
    return this.#answer('release', () => {
      if (this.record.holder !== holder || this.record.epoch !== epoch) return;
      this.record = { ...this.record, holder: '', sequence: this.record.sequence + 1 };
    });
  }

  /** Another run of the server, with this record or without any. */
  restart(record: Partial<LeaseRecord> = NO_RECORD): void {
    this.record = { ...NO_RECORD, ...record, incarnation: `${this.record.incarnation}+` };
  }

  #answer<Answer>(request: string, carryOut: () => Answer): Promise<Answer> {
    this.requests.push(request);
    if (this.fault === 'hang') return new Promise(() => undefined);
    if (this.fault === 'down') return Promise.reject(new IsthmusError('network', 'the store is down'));
    const answer = carryOut();
    if (this.fault === 'mute') return Promise.reject(new IsthmusError('timeout', 'no answer in time'));
    return Promise.resolve(answer);
  }
}
