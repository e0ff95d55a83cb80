import { compareText } from '@isthmus/model';
import type { ApiCall, ApiReply } from './servers/index.js';

/** The object or the list that was answered last, for what is sent next. */
export interface Seen {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly continue: string;
}

/** One request of a conversation; it may depend on what was answered before. */
export type Line = ApiCall | ((seen: Seen) => ApiCall);

const NOTHING: Seen = { name: '', uid: '', resourceVersion: '', continue: '' };

/** Says the lines one after the other and returns the answers as far as two servers can agree on them. */
export async function converse(
  ask: (call: ApiCall) => Promise<ApiReply>,
  lines: readonly Line[],
): Promise<readonly object[]> {
  const aliases = new Aliases();
  let seen = NOTHING;
  const answers: object[] = [];
  for (const line of lines) {
    const reply = await ask(typeof line === 'function' ? line(seen) : line);
    const body = parse(reply.text);
    seen = Object.assign({}, seen, metadataOf(body));
    const { type, ...headers } = reply.headers;
    answers.push({ status: reply.status, ...headers, type: type.split(';')[0], body: aliases.put(body) });
  }
  return answers;
}

/** Names for what each server draws for itself, in the order in which it appears: `uid 1`, `version 2`. */
class Aliases {
  readonly #known = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  put(value: unknown, key = ''): unknown {
    if (Array.isArray(value)) {
      const list = value.map((item) => this.put(item));
      // They are sorted by their times, which differ where a second begins between two writes.
      return key === 'managedFields' ? list.toSorted((one, other) => compareText(textOf(one), textOf(other))) : list;
    }
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, this.put(member, name)]));
    }
    if (typeof value !== 'string') return value;
    if (key === 'time' || key === 'creationTimestamp' || key === 'deletionTimestamp') return 'a time';
    if (key === 'uid') return this.#alias(value, 'uid');
    if (key === 'resourceVersion' && value !== '') return this.#alias(value, 'version');
    if (key === 'continue' && value !== '') return 'a position';
    return this.#inText(value);
  }

  #alias(value: string, kind: string): string {
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    const alias = `<${kind} ${count}>`;
    this.#known.set(value, alias);
    return alias;
  }

  /** Messages repeat uids and versions. */
  #inText(text: string): string {
    let put = text;
    for (const [value, alias] of this.#known) {
      put = put.replaceAll(new RegExp(`(?<![\\w-])${value.replaceAll(/\W/g, '\\$&')}(?![\\w-])`, 'g'), alias);
    }
    // The same hub, called by its ServiceAccount there.
    put = put.replaceAll('User "system:serviceaccount:isthmus:isthmus"', 'User "isthmus"');
    return put.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, 'a time');
  }
}

function textOf(value: unknown): string {
  return JSON.stringify(value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function metadataOf(body: unknown): Partial<Seen> {
  if (typeof body !== 'object' || body === null) return {};
  const { metadata } = body as { readonly metadata?: Partial<Seen> };
  const { name, uid, resourceVersion, continue: position } = metadata ?? {};
  return {
    ...(name === undefined ? {} : { name }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined || uid === undefined ? {} : { resourceVersion }),
    ...(position === undefined ? {} : { continue: position }),
  };
}
