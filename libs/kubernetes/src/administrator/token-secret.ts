import { setTimeout as sleep } from 'node:timers/promises';
import { IsthmusError } from '@isthmus/model';
import { isRecord } from '../json.js';
import { TOKEN_SECRET } from './access-manifests.js';
import type { Administrator } from './administrator.js';
import { getObject } from './apply-manifest.js';

/** What the token controller put into a Secret. */
export interface TokenSecret {
  readonly token: string;
  /** PEM of the cluster's own authority. */
  readonly caPem: string | undefined;
}

const LOOK_EVERY_MS = 250;

/** Waits until the cluster has put a token into the Secret of the hub's ServiceAccount. */
export async function waitForToken(
  administrator: Pick<Administrator, 'send'>,
  namespace: string,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<TokenSecret> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets/${TOKEN_SECRET}`;
  const what = `Secret ${namespace}/${TOKEN_SECRET}`;
  for (const endMs = performance.now() + timeoutMs; ; await sleep(LOOK_EVERY_MS, undefined, { signal })) {
    const secret = await getObject(administrator, path, { what, signal });
    const data = isRecord(secret?.['data']) ? secret['data'] : {};
    const token = decoded(data['token']);
    if (token !== undefined) return { token, caPem: decoded(data['ca.crt']) };
    if (performance.now() > endMs) {
      const way = 'look at the token controller of kube-controller-manager';
      throw new IsthmusError('timeout', `${what} got no token within ${timeoutMs / 1000} s → ${way}`);
    }
  }
}

function decoded(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? Buffer.from(value, 'base64').toString('utf8') : undefined;
}
