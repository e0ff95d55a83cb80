import { hashOfList, sharedList } from '@isthmus/desired';
import type { Json, ObservedEntry, ObservedSpec, ServiceEntrySpec } from '@isthmus/model';
import { canonicalJson, pooled, remembered, sha256, shelfOf } from '@isthmus/model';

/**
 * An entry with every part that other entries hold too, in this cluster or another: clusters that want the same hold
 * the same specs and records, and each is read by itself. Without this a hub would keep as many copies as clusters.
 */
export function withSharedParts(entry: ObservedEntry): ObservedEntry {
  const { uid, resourceVersion, generation, isTerminating } = entry;
  // Every field by name: a spread would take a third more memory, for each object of each cluster.
  return {
    name: pooled(entry.name),
    uid,
    resourceVersion,
    generation,
    owners: entry.owners.length === 0 ? NONE : entry.owners,
    isTerminating,
    labels: sharedTexts(entry.labels),
    annotations: withTexts(entry.annotations, pooled),
    spec: sharedSpec(entry.spec),
  };
}

const NONE: readonly string[] = [];

const shareSpec = shelfOf<ObservedSpec>();
const shareTexts = shelfOf<Readonly<Record<string, string>>>();

/** The spec as it is observed, one for all who sent this very spec. */
export const observedSpec = remembered((spec: ServiceEntrySpec): ObservedSpec => ({ hosts: spec.hosts, raw: spec }));

function sharedSpec({ hosts, raw }: ObservedSpec): ObservedSpec {
  if (!isObject(raw)) return { hosts, raw };
  const { endpoints, ...rest } = raw as Readonly<Record<string, Json>>;
  if (!Array.isArray(endpoints)) return { hosts, raw };
  const list = sharedList(endpoints as readonly Json[]);
  const key = hashOfList(list);
  const spec = { hosts, raw: { ...rest, endpoints: list } };
  return shareSpec(sha256(canonicalJson([hosts, rest, key])), spec);
}

/** Answered annotations with the very texts that were sent, as far as they are equal. */
export function withSentTexts(
  answered: Readonly<Record<string, string>>,
  sent: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return withTexts(answered, (text, key) => (Object.hasOwn(sent, key) && sent[key] === text ? sent[key] : text));
}

/** A copy in the form of the original: what JSON.parse made takes two thirds of what is put together key by key. */
function withTexts(
  texts: Readonly<Record<string, string>>,
  map: (text: string, key: string) => string,
): Readonly<Record<string, string>> {
  const copy: Record<string, string> = { ...texts };
  for (const [key, text] of Object.entries(texts)) copy[key] = map(text, key);
  return copy;
}

/** Labels of one hub are the same on nearly every object. */
export function sharedTexts(texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return shareTexts(canonicalJson(texts), texts);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
