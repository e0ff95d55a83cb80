import { remembered } from '@isthmus/model';
import type { Identity, KubernetesUser } from './access.js';
import { authenticate, forbid } from './access.js';
import type { EntryVersion, Verb } from './api.js';
import { ENTRIES } from './api.js';
import { CallLog } from './call-log.js';
import { deleteEntry } from './delete-entry.js';
import { documentAt } from './discovery.js';
import type { StoredEntry } from './entry.js';
import { renderEntry } from './entry.js';
import type { Cause } from './failures.js';
import { invalid, methodNotAllowed, notFound, pageNotFound, starting } from './failures.js';
import type { FaultTarget, Strike } from './faults.js';
import { Faults, statusFault, webhookFault } from './faults.js';
import type { JsonObject } from './json.js';
import { listEntries } from './list-entries.js';
import { createNamespace, deleteNamespace, getNamespace, listNamespaces } from './namespaces.js';
import { negotiate } from './negotiate.js';
import type { Route, ServedVersions } from './route.js';
import { routeOf, targetOf, verbOf } from './route.js';
import { httpDate } from './timestamp.js';
import type { KubernetesOutcome, KubernetesRequest, KubernetesResponse } from './wire.js';
import { textResponse } from './wire.js';
import { World } from './world.js';
import type { WriteRequest } from './write-entries.js';
import { createEntry, entrySubject, patchEntry, renderOne, replaceEntry } from './write-entries.js';

/** The same object for as long as it is stored unchanged. */
const asAnswered = remembered((entry: StoredEntry) => renderEntry(entry, 'v1'));

/** The kind in which the query of a write is validated. */
const OPTIONS: Readonly<Partial<Record<Verb, string>>> = {
  create: 'CreateOptions',
  update: 'UpdateOptions',
  patch: 'PatchOptions',
  delete: 'DeleteOptions',
};

/** What an API server holds and serves from its start. */
export interface KubernetesModelOptions {
  /** The server's clock (epoch ms). */
  nowMs(): number;
  /** A uid that was never given out before. */
  newUid(): string;
  readonly users: readonly KubernetesUser[];
  readonly namespaces?: readonly string[];
  /** Versions of ServiceEntry that are served; an empty list is a cluster without the CRD. */
  readonly versions?: readonly EntryVersion[];
  /** How many calls the log keeps; 10,000 when absent. */
  readonly loggedCalls?: number;
}

/** A request that was understood as far as its path and method go. */
interface Request {
  readonly request: KubernetesRequest;
  readonly route: Route;
  readonly verb: Verb | undefined;
  readonly path: string;
  readonly query: URLSearchParams;
}

/**
 * A kube-apiserver that serves Istio's ServiceEntries, as far as a hub and the tests around it call it. It answers like
 * kube-apiserver 1.35 without admission webhooks; whatever it does not serve it refuses, so that nothing is faked.
 */
export class KubernetesModel {
  readonly faults = new Faults();
  readonly log: CallLog;
  readonly world = new World();
  readonly #options: KubernetesModelOptions;
  readonly #users = new Map<string, KubernetesUser>();
  #versions: ServedVersions;
  #startingUntilMs = Number.NEGATIVE_INFINITY;

  constructor(options: KubernetesModelOptions) {
    this.#options = options;
    this.#versions = options.versions ?? ENTRIES.versions;
    this.log = new CallLog(options.loggedCalls ?? 10_000);
    for (const user of options.users) this.setUser(user);
    for (const name of options.namespaces ?? []) this.addNamespace(name);
  }

  /** Adds a user or replaces the one of that name, its token included. */
  setUser(user: KubernetesUser): void {
    this.#users.set(user.name, user);
  }

  /** The user of that name, if there is one. */
  user(name: string): KubernetesUser | undefined {
    return this.#users.get(name);
  }

  /** Adds a namespace, unless it exists. */
  addNamespace(name: string): void {
    if (this.world.namespace(name) !== undefined) return;
    const { nowMs, newUid } = this.#options;
    this.world.putNamespace({ name, uid: newUid(), createdAtMs: nowMs(), isTerminating: false });
  }

  /** Serves these versions of ServiceEntry from now on; none of them: the CRD is gone. */
  serveVersions(versions: ServedVersions): void {
    this.#versions = versions;
  }

  /** What a restart of the server does: 503 until it is ready, positions of lists forgotten. */
  restart(notReadyForMs: number): void {
    this.#startingUntilMs = this.#options.nowMs() + notReadyForMs;
    this.world.compact();
    this.world.thawCache();
  }

  /** All ServiceEntries of a namespace as they are stored now, past any access rule and any fault. */
  entries(namespace: string): readonly JsonObject[] {
    return this.world
      .latest()
      .entries.filter((entry) => entry.namespace === namespace)
      .map(asAnswered);
  }

  /** Deals with one request: an answer, or what is done to the connection instead. */
  handle(request: KubernetesRequest): KubernetesOutcome {
    const understood = this.#understand(request);
    const strike = this.faults.strike(subjectOf(understood));
    const lost = lostAnswer(strike.effect);
    if (lost?.when === 'before') return this.#lose(understood, { kind: lost.kind, delayMs: strike.latencyMs });
    const identity = authenticate(request.headers['authorization'], this.#users.values(), this.#options.nowMs());
    const response = identity.ok ? this.#answer(understood, identity.value, strike) : identity.error;
    const user = identity.ok ? identity.value.name : '';
    if (lost !== undefined) return this.#lose(understood, { kind: lost.kind, delayMs: strike.latencyMs, user });
    this.#record(understood, { status: response.status, user, responseBytes: Buffer.byteLength(response.body) });
    return { kind: 'answer', response: this.#dated(response), delayMs: strike.latencyMs };
  }

  #understand(request: KubernetesRequest): Request {
    const at = request.path.indexOf('?');
    const path = at === -1 ? request.path : request.path.slice(0, at);
    const query = new URLSearchParams(at === -1 ? '' : request.path.slice(at));
    const route = routeOf(path, this.#versions);
    return { request, route, path, query, verb: verbOf(request.method, route) };
  }

  #answer(understood: Request, identity: Identity, strike: Strike): KubernetesResponse {
    const { route, verb, path } = understood;
    if (strike.effect?.kind === 'status') return statusFault(strike.effect);
    if (this.#options.nowMs() < this.#startingUntilMs) {
      return route.kind === 'open' && path === '/readyz' ? textResponse(500, 'readyz check failed\n') : starting();
    }
    if (verb === undefined) return methodNotAllowed();
    const refusal = forbid(identity, { verb, route, path });
    if (refusal === undefined && strike.effect?.kind === 'webhook') return webhookFault(strike.effect);
    return refusal ?? this.#dispatch(understood, verb);
  }

  #dispatch(understood: Request, verb: Verb): KubernetesResponse {
    const { route } = understood;
    if (route.kind === 'unknown') return pageNotFound();
    if (route.kind === 'entries' || route.kind === 'entry') return this.#entries(understood, route, verb);
    if (route.kind === 'namespaces' || route.kind === 'namespace') return this.#namespaces(understood, route, verb);
    return verb === 'get' ? documentAt(route, this.#versions) : methodNotAllowed();
  }

  #namespaces(
    { request, query }: Request,
    route: Extract<Route, { kind: 'namespaces' | 'namespace' }>,
    verb: Verb,
  ): KubernetesResponse {
    const context = this.#context();
    if (verb === 'list') return listNamespaces(this.world);
    if (verb === 'create' && route.kind === 'namespaces') {
      return createNamespace(context, request, isDryRun(query));
    }
    if (route.kind === 'namespaces') return methodNotAllowed();
    if (verb === 'get') return getNamespace(this.world, route.name);
    return verb === 'delete' ? deleteNamespace(this.world, route.name, isDryRun(query)) : methodNotAllowed();
  }

  #entries(understood: Request, route: Extract<Route, { kind: 'entries' | 'entry' }>, verb: Verb): KubernetesResponse {
    const { request, query } = understood;
    const form = negotiate(request.headers['accept'], verb === 'list');
    if (!form.ok) return form.error;
    const { version, namespace } = route;
    if (verb === 'list') return listEntries(this.world, { version, namespace, query, form: form.value });
    const name = route.kind === 'entry' ? route.name : undefined;
    const isStatus = route.kind === 'entry' && route.isStatus;
    if (namespace === undefined) return methodNotAllowed();
    if (verb === 'get') return this.#get(namespace, name ?? '', { version, form: form.value });
    const dryRun = query.get('dryRun');
    if (dryRun !== null && dryRun !== 'All') return invalid('', [unsupportedDryRun(dryRun)], OPTIONS[verb] ?? '');
    return this.#write(verb, {
      request,
      query,
      version,
      namespace,
      name,
      isStatus,
      form: form.value,
      isDryRun: isDryRun(query),
    });
  }

  #get(namespace: string, name: string, as: Parameters<typeof renderOne>[2]): KubernetesResponse {
    const entry: StoredEntry | undefined = this.world.entry(namespace, name);
    return entry === undefined ? notFound(entrySubject(name)) : renderOne(200, entry, as);
  }

  #write(verb: Verb, write: WriteRequest): KubernetesResponse {
    const context = this.#context();
    if (write.name === undefined) return verb === 'create' ? createEntry(context, write) : methodNotAllowed();
    if (verb === 'update') return replaceEntry(context, write);
    if (verb === 'patch') return patchEntry(context, write);
    return verb === 'delete' && !write.isStatus ? deleteEntry(context, write) : methodNotAllowed();
  }

  #context(): { readonly world: World; readonly nowMs: number; newUid(): string } {
    return { world: this.world, nowMs: this.#options.nowMs(), newUid: () => this.#options.newUid() };
  }

  #dated(response: KubernetesResponse): KubernetesResponse {
    const headers = {
      'cache-control': 'no-cache, private',
      date: httpDate(this.#options.nowMs()),
      ...response.headers,
    };
    return { ...response, headers };
  }

  #lose(
    understood: Request,
    how: { readonly kind: 'hang' | 'reset'; readonly delayMs: number; readonly user?: string },
  ): KubernetesOutcome {
    this.#record(understood, { status: how.kind, user: how.user ?? '', responseBytes: 0 });
    return how.kind === 'hang' ? { kind: 'hang' } : { kind: 'reset', delayMs: how.delayMs };
  }

  #record(
    understood: Request,
    result: { readonly status: number | 'hang' | 'reset'; readonly user: string; readonly responseBytes: number },
  ): void {
    const { resource, namespace, name, verb } = subjectOf(understood);
    this.log.record({
      atMs: this.#options.nowMs(),
      verb: verb ?? 'none',
      resource,
      namespace,
      name,
      ...result,
      isDryRun: isDryRun(understood.query),
      requestBytes: Buffer.byteLength(understood.request.body),
    });
  }
}

function subjectOf({ route, path, verb }: Request): FaultTarget {
  const target = targetOf(route);
  if (target === undefined) return { verb, resource: path, namespace: undefined, name: undefined };
  return { verb, resource: target.resource, namespace: target.namespace, name: target.name };
}

function lostAnswer(
  effect: Strike['effect'],
): { readonly kind: 'hang' | 'reset'; readonly when: 'before' | 'after' } | undefined {
  if (effect === undefined || effect.kind === 'status' || effect.kind === 'webhook') return undefined;
  if (effect.kind === 'down') return { kind: 'reset', when: 'before' };
  return { kind: effect.kind, when: effect.when ?? 'before' };
}

function unsupportedDryRun(value: string): Cause {
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: "All"`;
  return { reason: 'FieldValueNotSupported', message, field: 'dryRun' };
}

function isDryRun(query: URLSearchParams): boolean {
  return query.get('dryRun') === 'All';
}
