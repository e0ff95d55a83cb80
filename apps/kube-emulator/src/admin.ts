import type { JsonObject, JsonValue, KubernetesModel } from '@isthmus/emulation';
import { parseJson, parseKubernetesFault } from '@isthmus/emulation';

/** A request to `/_admin/…` that was let in. */
export interface AdminRequest {
  readonly method: string;
  /** The part after `/_admin/`, without a query. */
  readonly path: string;
  readonly body: string;
}

/** The answer to it, always JSON. */
export interface AdminResponse {
  readonly status: number;
  readonly body: unknown;
}

/** What the admin API steers. */
export interface AdminTarget {
  readonly name: string;
  readonly model: KubernetesModel;
  tlsConnectionCount(): number;
  restart(notReadyForMs: number): Promise<void>;
}

type Handler = (target: AdminTarget, body: JsonValue | undefined) => AdminResponse | Promise<AdminResponse>;

const HANDLERS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ['GET state', ({ name, model }) => done(state(name, model))],
  ['GET calls', (target) => done(calls(target))],
  ['DELETE calls', ({ model }) => done(model.log.reset())],
  ['GET faults', ({ model }) => done(model.faults.list())],
  ['POST faults', ({ model }, body) => addFault(model, body)],
  ['DELETE faults', ({ model }) => done(model.faults.clear())],
  ['PUT watch-cache', ({ model }, body) => setWatchCache(model, body)],
  ['POST restart', async (target, body) => done(await target.restart(numberAt(body, 'notReadyForMs')))],
]);

/** Deals with a request to the admin API; 404 for what it does not have. */
export async function handleAdmin(target: AdminTarget, request: AdminRequest): Promise<AdminResponse> {
  const fault = /^faults\/(?<id>\d+)$/.exec(request.path)?.groups?.['id'];
  if (fault !== undefined && request.method === 'DELETE') {
    return target.model.faults.remove(Number(fault)) ? done(undefined) : refused(404, 'no such fault');
  }
  const handler = HANDLERS.get(`${request.method} ${request.path}`);
  if (handler === undefined) return refused(404, 'see apps/kube-emulator/README.md for what the admin API serves');
  return handler(target, parseJson(request.body));
}

function addFault(model: KubernetesModel, body: JsonValue | undefined): AdminResponse {
  const fault = parseKubernetesFault(body);
  return fault.ok ? done({ id: model.faults.add(fault.value) }) : refused(400, fault.error);
}

function setWatchCache(model: KubernetesModel, body: JsonValue | undefined): AdminResponse {
  const isFrozen = asObject(body)['frozen'];
  if (typeof isFrozen !== 'boolean') return refused(400, 'frozen is true or false');
  if (isFrozen) model.world.freezeCache();
  else model.world.thawCache();
  return done(undefined);
}

function state(name: string, model: KubernetesModel): unknown {
  const namespaces = model.world.namespaces().map((namespace) => namespace.name);
  return {
    name,
    revision: model.world.revision(),
    isWatchCacheFrozen: model.world.isCacheFrozen(),
    namespaces,
    entries: namespaces.flatMap((namespace) => model.entries(namespace)),
  };
}

function calls(target: AdminTarget): unknown {
  const { log } = target.model;
  return {
    calls: log.calls(),
    counts: log.counts(),
    writeCount: log.writeCount(),
    tlsConnectionCount: target.tlsConnectionCount(),
  };
}

function numberAt(body: JsonValue | undefined, key: string): number {
  const value = asObject(body)[key];
  return typeof value === 'number' ? value : 0;
}

function asObject(body: JsonValue | undefined): JsonObject {
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as JsonObject) : {};
}

function done(body: unknown): AdminResponse {
  return { status: 200, body: body ?? {} };
}

function refused(status: number, error: string): AdminResponse {
  return { status, body: { error } };
}
