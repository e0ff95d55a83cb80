import type { Secret } from '@isthmus/model';

/** A bearer token, and until when it is good. */
export interface ClusterToken {
  readonly token: Secret;
  /** Wall clock, epoch ms; undefined: it does not say. */
  readonly expiresAtMs: number | undefined;
}

/** Makes a token; rejects with an IsthmusError when it cannot. */
export type MintToken = (signal: AbortSignal) => Promise<ClusterToken>;

/** Where the token of each request comes from. */
export interface TokenSource {
  /** The token to send now; rejects with an IsthmusError, or with the signal's reason when it is aborted first. */
  get(signal: AbortSignal): Promise<Secret>;
  /** The API server refused this token; answers whether asking again gives another one. */
  refused(token: Secret): boolean;
}
