import type { Result } from '@isthmus/model';
import { err, ok } from '@isthmus/model';
import type { EntryVersion } from './api.js';
import { ENTRIES } from './api.js';
import type { StoredEntry } from './entry.js';
import { renderEntry, renderPartial } from './entry.js';
import { badRequest, expired, invalid, resourceVersionTooLarge } from './failures.js';
import type { JsonObject } from './json.js';
import { compareKeys, isObject, parseJson } from './json.js';
import type { LabelSelector } from './label-selector.js';
import { parseLabelSelector } from './label-selector.js';
import type { Form } from './negotiate.js';
import type { KubernetesResponse } from './wire.js';
import { jsonResponse } from './wire.js';
import type { EntrySnapshot, World } from './world.js';

/** A list request: of one namespace, or of all. */
export interface ListRequest {
  readonly version: EntryVersion;
  readonly namespace: string | undefined;
  readonly query: URLSearchParams;
  readonly form: Form;
}

/** Where a paged list goes on: at which revision, after which key. Revision −1 is whatever is newest. */
interface Position {
  readonly revision: number;
  readonly after: string;
}

interface Page {
  readonly snapshot: EntrySnapshot;
  readonly after: string;
  /** 0 is no limit. */
  readonly limit: number;
}

/**
 * A list of ServiceEntries. A read at `resourceVersion=0` or `NotOlderThan` comes from the watch cache, whole, with
 * `limit` ignored; any other is read at the latest revision and may be paged. An expired position is 410.
 */
export function listEntries(world: World, request: ListRequest): KubernetesResponse {
  const { query } = request;
  if (query.get('watch') === 'true' || query.get('watch') === '1') return badRequest('this emulator serves no watch');
  if (query.get('fieldSelector')) return badRequest('this emulator serves no field selectors');
  const selector = parseLabelSelector(query.get('labelSelector') ?? '');
  if (!selector.ok) return badRequest(selector.error);
  const page = choosePage(world, query);
  return page.ok ? render(world, request, { ...page.value, selector: selector.value }) : page.error;
}

function choosePage(world: World, query: URLSearchParams): Result<Page, KubernetesResponse> {
  const resourceVersion = query.get('resourceVersion') ?? '';
  const match = query.get('resourceVersionMatch') ?? '';
  const limit = Number(query.get('limit') ?? '0');
  if (!Number.isInteger(limit) || limit < 0)
    return err(badRequest(`strconv.ParseInt: parsing "${limit}": invalid syntax`));
  const token = query.get('continue') ?? '';
  if (token !== '') return continuedPage(world, token, { resourceVersion, limit });
  if (match !== '' && resourceVersion === '') return err(forbiddenMatch());
  if (resourceVersion === '') return ok({ snapshot: world.latest(), after: '', limit });
  return cachedPage(world, resourceVersion, { match, limit });
}

function continuedPage(
  world: World,
  token: string,
  options: { readonly resourceVersion: string; readonly limit: number },
): Result<Page, KubernetesResponse> {
  if (options.resourceVersion !== '' && options.resourceVersion !== '0') {
    return err(badRequest('specifying resource version is not allowed when using continue'));
  }
  const position = decodePosition(token);
  if (position === undefined)
    return err(badRequest('invalid continue token: continue key is not valid: it cannot be read'));
  const { revision, after } = position;
  const snapshot = revision === -1 ? world.latest() : world.keptAt(revision);
  if (snapshot === undefined) return err(expired(encodePosition({ revision: -1, after })));
  return ok({ snapshot, after, limit: options.limit });
}

function cachedPage(
  world: World,
  resourceVersion: string,
  options: { readonly match: string; readonly limit: number },
): Result<Page, KubernetesResponse> {
  const wanted = Number(resourceVersion);
  if (!/^\d+$/.test(resourceVersion)) {
    const parsing = `strconv.ParseUint: parsing "${resourceVersion}": invalid syntax`;
    const why = `resourceVersion: Invalid value: "${resourceVersion}": ${parsing}`;
    return err(badRequest(`invalid resource version: ${why}`));
  }
  const snapshot = world.cached();
  if (wanted > snapshot.revision) return err(resourceVersionTooLarge(wanted, snapshot.revision));
  if (options.match === 'Exact' && wanted !== snapshot.revision)
    return err(expired(encodePosition({ revision: -1, after: '' })));
  const isWhole = wanted === 0 || options.match === 'NotOlderThan';
  return ok({ snapshot, after: '', limit: isWhole ? 0 : options.limit });
}

function render(
  world: World,
  request: ListRequest,
  page: Page & { readonly selector: LabelSelector },
): KubernetesResponse {
  const { snapshot, after, limit, selector } = page;
  const rest = snapshot.entries.filter(
    (entry) =>
      (request.namespace === undefined || entry.namespace === request.namespace) &&
      compareKeys(keyOf(entry), after) > 0 &&
      selector(entry.labels),
  );
  const items = limit === 0 ? rest : rest.slice(0, limit);
  const last = items.at(-1);
  const isLastPage = items.length === rest.length || last === undefined;
  if (!isLastPage) world.keep(snapshot);
  const hasSelector = request.query.get('labelSelector') !== null;
  const metadata: JsonObject = isLastPage
    ? { resourceVersion: String(snapshot.revision) }
    : {
        resourceVersion: String(snapshot.revision),
        continue: encodePosition({ revision: snapshot.revision, after: keyOf(last) }),
        ...(hasSelector ? {} : { remainingItemCount: rest.length - items.length }),
      };
  return jsonResponse(200, listBody(request, items, metadata));
}

function listBody(request: ListRequest, items: readonly StoredEntry[], metadata: JsonObject): JsonObject {
  if (request.form === 'partial') {
    return {
      kind: 'PartialObjectMetadataList',
      apiVersion: 'meta.k8s.io/v1',
      metadata,
      // As a real API server answers: a list of metadata without items has none.
      items: items.length === 0 ? null : items.map(renderPartial),
    };
  }
  return {
    apiVersion: `${ENTRIES.group}/${request.version}`,
    kind: ENTRIES.listKind,
    metadata: { continue: '', ...metadata },
    items: items.map((entry) => renderEntry(entry, request.version)),
  };
}

function forbiddenMatch(): KubernetesResponse {
  const message = 'Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided';
  return invalid('', [{ reason: 'FieldValueForbidden', message, field: 'resourceVersionMatch' }], 'ListOptions');
}

function keyOf(entry: StoredEntry): string {
  return `${entry.namespace}/${entry.name}`;
}

function encodePosition(position: Position): string {
  const token = { v: 'meta.k8s.io/v1', rv: position.revision, start: `${position.after}\u0000` };
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

function decodePosition(token: string): Position | undefined {
  const value = parseJson(Buffer.from(token, 'base64url').toString('utf8'));
  if (!isObject(value) || value['v'] !== 'meta.k8s.io/v1') return undefined;
  const { rv, start } = value;
  if (typeof rv !== 'number' || typeof start !== 'string') return undefined;
  return { revision: rv, after: start.slice(0, -1) };
}
