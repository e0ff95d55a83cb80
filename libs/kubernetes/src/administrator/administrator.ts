import { readFileSync } from 'node:fs';
import type { KubeConfig, RequestContext } from '@kubernetes/client-node';
import { IsthmusError } from '@isthmus/model';
import type { ApiAnswer, ApiRequest } from '../transport.js';
import { requestOnce } from '../request-once.js';

/** Where the kubeconfig of a person is; absent: KUBECONFIG, else ~/.kube/config. */
export interface AdministratorOptions {
  readonly kubeconfigFile?: string | undefined;
  /** Absent: the current one. */
  readonly context?: string | undefined;
}

/** An API server as a person's kubeconfig names it. */
export interface AdministeredServer {
  readonly url: string;
  /** PEM; undefined where the machine's own authorities are meant. */
  readonly caPem: string | undefined;
  readonly serverName: string | undefined;
  /** What cannot be handed on to a hub. */
  readonly proxyUrl: string | undefined;
}

/** Somebody who may administer a cluster, by a kubeconfig of their own. */
export interface Administrator {
  readonly context: string;
  readonly server: AdministeredServer;
  /** Ends with an answer, or with an IsthmusError within its timeout. */
  send(request: ApiRequest): Promise<ApiAnswer>;
}

/**
 * Opens a cluster as the person at this machine: unlike the kubeconfigs of a hub, theirs is trusted, and may start the
 * programs and read the files that it names. Rejects with an IsthmusError when it cannot be used.
 */
export async function openAdministrator(options: AdministratorOptions): Promise<Administrator> {
  // Loading it takes longer than most commands.
  const clientNode = await import('@kubernetes/client-node');
  const kubeconfig = new clientNode.KubeConfig();
  load(kubeconfig, options.kubeconfigFile);
  if (options.context !== undefined) useContext(kubeconfig, options.context);
  const context = kubeconfig.getCurrentContext();
  if (kubeconfig.getCurrentCluster() === null) {
    throw unusable(context === '' ? 'it has no current context' : `context ${context} names no cluster`);
  }
  const { HttpMethod, RequestContext } = clientNode;
  return new KubeconfigAdministrator(kubeconfig, context, (url) => new RequestContext(url, HttpMethod.GET));
}

function load(kubeconfig: KubeConfig, file: string | undefined): void {
  try {
    if (file === undefined) kubeconfig.loadFromDefault();
    else kubeconfig.loadFromFile(file);
  } catch {
    // What the library says may hold a part of the file.
    throw unusable(file === undefined ? 'it cannot be read' : `${file} cannot be read`);
  }
}

function useContext(kubeconfig: KubeConfig, context: string): void {
  const names = kubeconfig.getContexts().map(({ name }) => name);
  if (!names.includes(context)) throw unusable(`it has no context ${context}, but ${names.join(', ') || 'none'}`);
  kubeconfig.setCurrentContext(context);
}

function unusable(why: string): IsthmusError {
  const way = 'name one with --kubeconfig and --context';
  return new IsthmusError('kubeconfig-unreadable', `opening your kubeconfig: ${why} → ${way}`);
}

class KubeconfigAdministrator implements Administrator {
  readonly context: string;
  readonly server: AdministeredServer;
  readonly #kubeconfig: KubeConfig;
  readonly #contextOf: (url: string) => RequestContext;

  constructor(kubeconfig: KubeConfig, context: string, contextOf: (url: string) => RequestContext) {
    this.#kubeconfig = kubeconfig;
    this.#contextOf = contextOf;
    this.context = context;
    this.server = serverOf(kubeconfig);
  }

  send(asked: ApiRequest): Promise<ApiAnswer> {
    return requestOnce(asked, {
      url: `${this.server.url}${asked.path}`,
      doing: `${asked.doing}, by context ${this.context}`,
      contextOf: this.#contextOf,
      authenticate: (context) => this.#authenticate(context),
    });
  }

  /** What a program that gives credentials says when it fails may hold a part of them. */
  async #authenticate(context: RequestContext): Promise<void> {
    try {
      await this.#kubeconfig.applySecurityAuthentication(context);
    } catch {
      const why = `context ${this.context} of your kubeconfig gives no credential → try it by kubectl --context`;
      throw new IsthmusError('unauthorized', `${why} ${this.context} version`);
    }
  }
}

function serverOf(kubeconfig: KubeConfig): AdministeredServer {
  const cluster = kubeconfig.getCurrentCluster();
  const { tlsServerName, proxyUrl } = (cluster ?? {}) as {
    readonly tlsServerName?: string;
    readonly proxyUrl?: string;
  };
  return {
    url: (cluster?.server ?? '').replace(/\/+$/, ''),
    caPem: caOf(cluster ?? {}),
    serverName: tlsServerName,
    proxyUrl,
  };
}

function caOf({ caData, caFile }: { readonly caData?: string; readonly caFile?: string }): string | undefined {
  if (caData !== undefined) return Buffer.from(caData, 'base64').toString('utf8');
  if (caFile === undefined) return undefined;
  try {
    return readFileSync(caFile, 'utf8');
  } catch {
    throw unusable(`${caFile}, its certificate authority, cannot be read`);
  }
}
