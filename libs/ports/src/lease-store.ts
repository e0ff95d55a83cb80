/** The record that says who leads. */
export interface LeaseRecord {
  /** Which run of the server holds the record: after a failover or restart it is another one. "" where that cannot be. */
  readonly incarnation: string;
  /** "" when nobody holds it. */
  readonly holder: string;
  /** 0: there is no record. */
  readonly epoch: number;
  /** Grows with each renewal. */
  readonly sequence: number;
}

/**
 * One record that is only changed by compare-and-set. Every method rejects with an IsthmusError when the store does not
 * answer or does not confirm; nobody knows then whether it did what was asked.
 */
export interface LeaseStore {
  observe(): Promise<LeaseRecord>;
  /** Takes the lease if the record is exactly `seen`, with an epoch above its own and above `floor`; undefined: it was not. */
  acquire(request: {
    readonly holder: string;
    readonly seen: LeaseRecord;
    readonly floor: number;
  }): Promise<LeaseRecord | undefined>;
  /** Renews the lease of `holder` and `epoch`, with an epoch above `floor`; undefined: it is another's. */
  renew(request: {
    readonly holder: string;
    readonly epoch: number;
    readonly floor: number;
  }): Promise<LeaseRecord | undefined>;
  /** Gives the lease up, if it is still held. */
  release(request: { readonly holder: string; readonly epoch: number }): Promise<void>;
}
