import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Clock } from '@isthmus/ports';
import type { CredentialsProvider } from './credentials.js';
import { STS_CLIENT } from './credentials.js';

export interface CallerIdentityOptions {
  readonly region: string;
  readonly credentials: CredentialsProvider;
  /** Default: the STS of the region. */
  readonly endpoint: string | undefined;
  readonly clock: Clock;
}

/** An identity is looked at again after this, because a role can be given to a process while it runs. */
const LEARN_AGAIN_MS = 3_600_000;
const RETRY_MS = 300_000;

/**
 * Who AWS takes a source for: the ARN that STS GetCallerIdentity tells, which needs no right. It is asked beside the
 * work, and that it cannot be had is no error of the source.
 */
export class CallerIdentity {
  readonly #client: STSClient;
  readonly #clock: Clock;
  #arn: string | undefined;
  #askAtMs = 0;

  constructor({ region, credentials, endpoint, clock }: CallerIdentityOptions) {
    const place = endpoint === undefined ? { region } : { region, endpoint };
    this.#client = new STSClient({ ...STS_CLIENT, ...place, credentials, maxAttempts: 1 });
    this.#clock = clock;
  }

  /** Undefined while it is not known. */
  get arn(): string | undefined {
    return this.#arn;
  }

  /** Asks when that is due; never rejects. */
  async learn(signal: AbortSignal): Promise<void> {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs < this.#askAtMs) return;
    this.#askAtMs = nowMs + RETRY_MS;
    try {
      const { Arn } = await this.#client.send(new GetCallerIdentityCommand({}), { abortSignal: signal });
      if (Arn === undefined || !/^arn:[\w:/+=,.@-]{1,2048}$/.test(Arn)) return;
      this.#arn = Arn;
      this.#askAtMs = nowMs + LEARN_AGAIN_MS;
    } catch {
      // The calls of the source itself say what is wrong with its credentials.
    }
  }

  close(): void {
    this.#client.destroy();
  }
}

/** Whether an endpoint of Cloud Map is AWS's own, so that its callers have an identity at AWS's own STS. */
export function isAwsEndpoint(url: string): boolean {
  const { hostname } = new URL(url);
  return /\.(?:amazonaws\.(?:com|com\.cn|eu)|api\.aws)$/.test(hostname);
}
