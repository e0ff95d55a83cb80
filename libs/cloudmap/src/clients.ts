import { ServiceDiscoveryClient } from '@aws-sdk/client-servicediscovery';
import type { ServiceDiscoveryClientConfig } from '@aws-sdk/client-servicediscovery';
import type { SourceSettings } from '@isthmus/model';
import type { CredentialsProvider } from './credentials.js';

/** How long one call may take, in ms. */
export interface CallTimeouts {
  /** Until a connection stands. */
  readonly connectMs: number;
  /** From the request to the head of the answer, per attempt. */
  readonly requestMs: number;
  /** All attempts of one call together, their pauses included, without the wait for the rate limit. */
  readonly callMs: number;
}

export interface ClientOptions {
  readonly settings: SourceSettings;
  readonly credentials: CredentialsProvider;
  readonly timeouts: CallTimeouts;
  /** Attempts per call, the first included. */
  readonly attempts: number;
}

/** One client per plane, so that a throttled control plane takes neither sockets nor retries from the data plane. */
export interface Clients {
  readonly control: ServiceDiscoveryClient;
  readonly data: ServiceDiscoveryClient;
}

const CONTROL_SOCKETS = 16;
/** 250 calls per second at 220 ms, the round trip to a far region, hold 55 sockets. */
const DATA_SOCKETS = 96;

const silent = (): void => undefined;
const SILENT_LOGGER = { trace: silent, debug: silent, info: silent, warn: silent, error: silent };

/**
 * The clients of a source. Nothing is asked of AWS here: without credentials the calls fail, not the construction.
 * Both planes share one provider of credentials, so that STS is asked once.
 */
export function createClients(options: ClientOptions): Clients {
  const { credentials } = options;
  const control = new ServiceDiscoveryClient({ ...clientConfig(options, 'control'), credentials });
  const data = new ServiceDiscoveryClient({
    ...clientConfig(options, 'data'),
    credentials: control.config.credentials,
  });
  return { control, data };
}

function clientConfig(options: ClientOptions, plane: 'control' | 'data'): ServiceDiscoveryClientConfig {
  const { settings, timeouts } = options;
  const agent = { keepAlive: true, maxSockets: plane === 'data' ? DATA_SOCKETS : CONTROL_SOCKETS };
  return {
    region: settings.region,
    ...(settings.endpoint === undefined ? {} : overrideEndpoint(settings.endpoint[plane])),
    // Not adaptive: its rate limit is one for all operations of a client, and starts only after a throttle.
    retryMode: 'standard',
    maxAttempts: options.attempts,
    userAgentAppId: 'isthmus',
    requestHandler: {
      connectionTimeout: timeouts.connectMs,
      requestTimeout: timeouts.requestMs,
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: agent,
      logger: SILENT_LOGGER,
    },
  };
}

/** Another endpoint than AWS's own has no `data-` twin, and cannot be combined with dual-stack or FIPS names. */
function overrideEndpoint(endpoint: string): ServiceDiscoveryClientConfig {
  return { endpoint, disableHostPrefix: true, useDualstackEndpoint: false, useFipsEndpoint: false };
}
