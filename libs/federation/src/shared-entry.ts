import { hashOfList, sharedList } from '@isthmus/desired';
import type { Json, ObservedEntry, ObservedSpec, ServiceEntrySpec } from '@isthmus/model';
import { canonicalJson, pooled, remembered, sha256, shelfOf } from '@isthmus/model';

/**
 * An entry with every part that other entries hold too, in this cluster or another: clusters that want the same hold
 * the same specs and records, and each is read by itself. Without this a hub would keep as many copies as clusters.
 */
export function withSharedParts(entry: ObservedEntry): ObservedEntry {
  return {
    ...entry,
    name: pooled(entry.name),
    labels: sharedTexts(entry.labels),
    annotations: Object.fromEntries(Object.entries(entry.annotations).map(([key, text]) => [key, pooled(text)])),
    owners: entry.owners.length === 0 ? NONE : entry.owners,
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

/** Labels of one hub are the same on nearly every object. */
export function sharedTexts(texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return shareTexts(canonicalJson(texts), texts);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
