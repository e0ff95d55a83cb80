import type { Json, ObservedEntry } from '@isthmus/model';
import { canonicalJson, interned, pooled, sha256 } from '@isthmus/model';

/**
 * An entry with every part that other entries hold too, in this cluster or another: clusters that want the same hold
 * the same specs and records, and each is read by itself. Without this a hub would keep as many copies as clusters.
 */
export function withSharedParts(entry: ObservedEntry): ObservedEntry {
  const raw = sharedSpec(entry.spec.raw);
  const hosts = isObject(raw) && sameTexts(raw['hosts'], entry.spec.hosts) ? raw['hosts'] : entry.spec.hosts;
  return {
    ...entry,
    name: pooled(entry.name),
    labels: sharedTexts(entry.labels),
    annotations: Object.fromEntries(Object.entries(entry.annotations).map(([key, text]) => [key, pooled(text)])),
    owners: entry.owners.length === 0 ? NONE : entry.owners,
    spec: { hosts, raw },
  };
}

const NONE: readonly string[] = [];

/** The value under a key that stands for its content, while somebody holds it. */
function shelf<Value extends object>(): (key: string, value: Value) => Value {
  let offered: Value | undefined;
  const shared = interned<Value>(() => offered);
  return (key, value) => {
    offered = value;
    const found = shared(key) ?? value;
    offered = undefined;
    return found;
  };
}

const shareSpec = shelf<object>();
const shareList = shelf<readonly Json[]>();
const shareTexts = shelf<Readonly<Record<string, string>>>();

function sharedSpec(raw: unknown): unknown {
  if (!isObject(raw)) return raw;
  const { endpoints, ...rest } = raw as Readonly<Record<string, Json>>;
  if (!Array.isArray(endpoints)) return raw;
  const key = sha256(canonicalJson(endpoints));
  const list = shareList(key, endpoints as readonly Json[]);
  return shareSpec(sha256(canonicalJson({ rest, endpoints: key })), { ...rest, endpoints: list });
}

function sharedTexts(texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return shareTexts(canonicalJson(texts), texts);
}

function sameTexts(value: unknown, texts: readonly string[]): value is readonly string[] {
  return Array.isArray(value) && value.length === texts.length && value.every((text, i) => text === texts[i]);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
