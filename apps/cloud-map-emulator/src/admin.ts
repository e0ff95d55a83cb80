import { CloudMapError, CloudMapProblems, parseCloudMapFaultRule } from '@isthmus/emulation';
import type { CloudMapModel, InstancePlace } from '@isthmus/emulation';
import { parseObject } from './wire.js';
import type { JsonObject } from './wire.js';

/** Paths that belong to the admin API. */
export const ADMIN_PREFIX = '/_admin/';

/** A request of the admin API. */
export interface AdminRequest {
  readonly method: string;
  readonly url: URL;
  readonly body: string | undefined;
}

/** Its answer: a status and a JSON value. */
export interface AdminAnswer {
  readonly status: number;
  readonly value: unknown;
}

type Route = (model: CloudMapModel, body: JsonObject, query: URLSearchParams) => unknown;

/** `<method> <path>` → what it does; the app's README documents each. */
const ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  ['GET faults', (model) => ({ faults: model.faults.list() })],
  ['POST faults', (model, body) => model.faults.set(parseCloudMapFaultRule(body))],
  ['DELETE faults', change(clearFaults)],
  ['GET calls', (model) => ({ counts: model.callLog.counts(), calls: model.callLog.calls() })],
  ['POST reset-log', change((model) => model.callLog.reset())],
  ['GET state', (model) => model.report()],
  ['POST seed', change((model, body) => model.seed(body))],
  ['POST clock/advance', advanceClock],
  ['POST operations', execute],
  ['POST instances', change(putInstance)],
  ['DELETE instances', change((model, body) => model.removeInstance(instancePlace(model, body)))],
  ['POST health', change(setHealth)],
]);

/** Answers a request of the admin API: 200, 400 with what is wrong, or 404. */
export function answerAdmin(model: CloudMapModel, request: AdminRequest): AdminAnswer {
  const route = ROUTES.get(`${request.method} ${request.url.pathname.slice(ADMIN_PREFIX.length)}`);
  if (route === undefined) return { status: 404, value: { error: 'unknown admin path or method' } };
  const body = request.body === undefined ? undefined : parseObject(request.body);
  if (body === undefined) return { status: 400, value: { error: 'the body is not a JSON object' } };
  try {
    return { status: 200, value: route(model, body, request.url.searchParams) };
  } catch (error) {
    if (error instanceof CloudMapProblems) return refusal(error.message, { problems: error.problems });
    if (error instanceof CloudMapError) return refusal(error.message, { code: error.code });
    throw error;
  }
}

/** A route that has nothing to say but that it did what it does. */
function change(act: (...request: Parameters<Route>) => void): Route {
  return (...request) => {
    act(...request);
    return { ok: true };
  };
}

function clearFaults(model: CloudMapModel, _body: JsonObject, query: URLSearchParams): void {
  const id = query.get('id');
  if (id !== null && !/^\d+$/.test(id)) throw refused('id', 'must be the number of a fault');
  model.faults.clear(id === null ? undefined : Number(id));
}

function advanceClock(model: CloudMapModel, body: JsonObject): unknown {
  const ms = body['ms'];
  if (typeof ms !== 'number' || !(ms >= 0)) throw refused('ms', 'must be a number of milliseconds');
  model.advanceMs(ms);
  return { nowMs: model.nowMs() };
}

function execute(model: CloudMapModel, body: JsonObject): unknown {
  const input = body['input'] ?? {};
  if (!isObject(input)) throw refused('input', 'must be an object');
  const caller = { account: account(model, body), region: text(body, 'region') };
  return model.execute({ ...caller, operation: text(body, 'operation'), input });
}

function putInstance(model: CloudMapModel, body: JsonObject): void {
  const attributes = body['attributes'] ?? {};
  if (!isObject(attributes)) throw refused('attributes', 'must be an object');
  const texts = Object.entries(attributes).map(([key, value]): [string, string] => {
    if (typeof value === 'string') return [key, value];
    throw refused(`attributes.${key}`, 'must be a text');
  });
  model.putInstance(instancePlace(model, body), Object.fromEntries(texts));
}

function setHealth(model: CloudMapModel, body: JsonObject): void {
  const status = text(body, 'status');
  if (status !== 'HEALTHY' && status !== 'UNHEALTHY') throw refused('status', 'must be HEALTHY or UNHEALTHY');
  model.setHealth(instancePlace(model, body), status);
}

function instancePlace(model: CloudMapModel, body: JsonObject): InstancePlace {
  return {
    account: account(model, body),
    region: text(body, 'region'),
    namespace: text(body, 'namespace'),
    service: text(body, 'service'),
    id: text(body, 'id'),
  };
}

/** The account of a request; it may be left out while there is only one. */
function account(model: CloudMapModel, body: JsonObject): string {
  const [only, ...others] = model.accounts();
  if (body['account'] === undefined && only !== undefined && others.length === 0) return only;
  return text(body, 'account');
}

function text(body: JsonObject, member: string): string {
  const value = body[member];
  if (typeof value === 'string' && value !== '') return value;
  throw refused(member, 'must be a text that is not empty');
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refused(place: string, message: string): CloudMapProblems {
  return new CloudMapProblems('The request', [{ place, message }]);
}

function refusal(error: string, details: JsonObject): AdminAnswer {
  return { status: 400, value: { error, ...details } };
}
