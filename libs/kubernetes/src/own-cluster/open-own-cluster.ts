import { existsSync } from 'node:fs';
import type { KubeConfig, RequestContext, Watch } from '@kubernetes/client-node';
import { IsthmusError } from '@isthmus/model';
import { answerError } from '../answer-errors.js';
import type { ApiAnswer, ApiRequest } from '../transport.js';
import { requestOnce } from '../request-once.js';
import { transportError } from '../transport-errors.js';
import type { OwnCluster, WatchEvent, WatchRequest } from './own-cluster.js';

/** Where a pod finds the credential of its ServiceAccount. Source: kubernetes.io/docs/tasks/run-application/access-api-from-pod */
const POD_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';
/** client-node gives up a watch that is silent for 30 s, so that the API server is asked to end it before. */
const WATCH_SECONDS = 25;

/**
 * Opens the hub's own cluster: as a pod does, else by KUBECONFIG. The library is loaded only then, because it is large.
 * It is the hub's own kubeconfig, which is trusted as its owner's, unlike those of clusters that are written to.
 */
export async function openOwnCluster(env: Readonly<Record<string, string | undefined>>): Promise<OwnCluster> {
  const clientNode = await import('@kubernetes/client-node');
  const kubeconfig = new clientNode.KubeConfig();
  const file = env['KUBECONFIG'] ?? '';
  if (env['KUBERNETES_SERVICE_HOST'] !== undefined && existsSync(POD_TOKEN)) kubeconfig.loadFromCluster();
  else if (file === '') throw unopened('this is no pod, and KUBECONFIG is not set');
  else load(kubeconfig, file);
  if (kubeconfig.getCurrentCluster() === null) throw unopened('KUBECONFIG has no current cluster');
  const { HttpMethod, RequestContext } = clientNode;
  return new ClientNodeCluster(kubeconfig, {
    watch: new clientNode.Watch(kubeconfig),
    contextOf: (url) => new RequestContext(url, HttpMethod.GET),
  });
}

function load(kubeconfig: KubeConfig, file: string): void {
  try {
    kubeconfig.loadFromFile(file);
  } catch {
    // What the library says may hold a part of the file.
    throw unopened(`${file}, which KUBECONFIG names, cannot be read`);
  }
}

function unopened(why: string): IsthmusError {
  return new IsthmusError('kubeconfig-unreadable', `opening the hub's own cluster: ${why}`);
}

interface ClientNodeParts {
  readonly watch: Watch;
  readonly contextOf: (url: string) => RequestContext;
}

class ClientNodeCluster implements OwnCluster {
  /** It is read anew for each request, and is in no message of ours. */
  readonly token = undefined;
  readonly #kubeconfig: KubeConfig;
  readonly #parts: ClientNodeParts;

  constructor(kubeconfig: KubeConfig, parts: ClientNodeParts) {
    this.#kubeconfig = kubeconfig;
    this.#parts = parts;
  }

  send(asked: ApiRequest): Promise<ApiAnswer> {
    const server = this.#kubeconfig.getCurrentCluster()?.server.replace(/\/+$/, '') ?? '';
    return requestOnce(asked, {
      url: `${server}${asked.path}`,
      doing: asked.doing,
      contextOf: this.#parts.contextOf,
      authenticate: (context) => this.#kubeconfig.applySecurityAuthentication(context),
    });
  }

  async watch({ path, query, doing, signal }: WatchRequest, onEvent: (event: WatchEvent) => void): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onLine = (type: string, object: unknown): void => onEvent({ type, object });
    const onDone = (error: unknown): void => (error ? reject(watchError(error, doing)) : resolve());
    const asked = { ...query, allowWatchBookmarks: 'true', timeoutSeconds: String(WATCH_SECONDS) };
    const opened = this.#parts.watch.watch(path, asked, onLine, onDone);
    opened.catch(onDone);
    const stop = (): void => {
      reject(new IsthmusError('aborted', `${doing}: stopped by the hub`));
      void opened.then((controller) => controller.abort()).catch(() => undefined);
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  /** No connection is kept. */
  retire(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function watchError(error: unknown, doing: string): IsthmusError {
  const { statusCode: status } = error as { readonly statusCode?: unknown };
  if (typeof status === 'number') {
    const answer = { status, contentType: '', serverTimeMs: Number.NaN, retryAfterMs: undefined, text: '' };
    return answerError(answer, { doing, isWrite: false, token: undefined });
  }
  const isTimedOut = error instanceof Error && error.name === 'TimeoutError';
  return transportError(error, { doing, timeoutMs: 30_000, isAborted: false, isTimedOut });
}
