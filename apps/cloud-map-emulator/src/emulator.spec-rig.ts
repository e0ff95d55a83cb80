import { request } from 'node:http';
import { startCloudMapEmulator } from './server.js';
import type { CloudMapEmulator, CloudMapEmulatorOptions } from './server.js';

/** The account of the seed. */
export const ACCOUNT = '111122223333';
const SEED = {
  accounts: {
    [ACCOUNT]: { 'us-east-1': { namespaces: { shop: { services: { cart: { instances: { a: {}, b: {} } } } } } } },
  },
};
/** The service `cart` of the seed, as input of DiscoverInstances. */
export const CART = { NamespaceName: 'shop', ServiceName: 'cart' };
const running: CloudMapEmulator[] = [];

/** Starts an emulator with the seed; `stopAll` closes it. */
export async function start(options: CloudMapEmulatorOptions = {}): Promise<CloudMapEmulator> {
  const emulator = await startCloudMapEmulator({ seed: SEED, ...options });
  running.push(emulator);
  return emulator;
}

/** Closes every emulator that was started. */
export async function stopAll(): Promise<void> {
  await Promise.all(running.splice(0).map((emulator) => emulator.close()));
}

/** A call as the SDK makes it, each part with a usual value. */
export interface Call {
  readonly operation: string;
  readonly input?: unknown;
  readonly region?: string;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The headers of a signed call. */
export function headersOf({
  operation,
  region = 'us-east-1',
  key = 'AKIDEXAMPLE',
  headers = {},
}: Call): Record<string, string> {
  const credential = `${key}/20250101/${region}/servicediscovery/aws4_request`;
  return {
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host;x-amz-date, Signature=00`,
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': `Route53AutoNaming_v20170314.${operation}`,
    ...headers,
  };
}

/** Calls the API. */
export async function post(emulator: CloudMapEmulator, call: Call): Promise<{ response: Response; body: unknown }> {
  const body = JSON.stringify(call.input ?? {});
  const response = await fetch(`${emulator.url}/`, { method: 'POST', headers: headersOf(call), body });
  return { response, body: await response.json() };
}

/** Calls the admin API. */
export async function admin(
  emulator: CloudMapEmulator,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const response = await fetch(`${emulator.url}/_admin/${path}`, init);
  return { status: response.status, body: await response.json() };
}

/** A call with a Host header of its own, which fetch does not allow. */
export function postToHost(emulator: CloudMapEmulator, host: string, call: Call): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(emulator.url, { method: 'POST', headers: { ...headersOf(call), host } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.once('error', reject);
    sent.end(JSON.stringify(call.input ?? {}));
  });
}
