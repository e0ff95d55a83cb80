import type { Attributes } from '@isthmus/model';

/** Labels of one endpoint, and those that an illegal value kept away. */
export interface EndpointLabels {
  /** Undefined: it has none. */
  readonly labels: Readonly<Record<string, string>> | undefined;
  readonly leftOut: readonly string[];
}

/** Istio refuses the whole entry for a value that does not match; 63 is Kubernetes' limit. Source: istio.io, WorkloadEntry `labels`. */
const VALUE = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
/** Keys that steer the mesh itself: locality, network, TLS mode, revision. */
const RESERVED = /^istio-|(?:^|\.)istio\.io\/|kubernetes\.io\//;

const NO_LABELS: EndpointLabels = { labels: undefined, leftOut: [] };

/**
 * The labels that a route's `endpointLabels` (label ← attribute) gives an instance. An instance without the attribute
 * lacks the label; one whose value is illegal lacks it too, and keeps its place.
 */
export function endpointLabelsOf(attributes: Attributes, wanted: ReadonlyMap<string, string>): EndpointLabels {
  if (wanted.size === 0) return NO_LABELS;
  const labels = new Map<string, string>();
  const leftOut: string[] = [];
  for (const [label, attribute] of wanted) {
    const value = attributes.get(attribute);
    if (value === undefined || isReservedLabel(label)) continue;
    if (VALUE.test(value)) labels.set(label, value);
    else leftOut.push(label);
  }
  return { labels: labels.size === 0 ? undefined : Object.fromEntries(labels), leftOut };
}

/** Whether a label belongs to Istio or Kubernetes: on an endpoint it could move traffic, or bring istiod down. */
export function isReservedLabel(label: string): boolean {
  return RESERVED.test(label);
}
