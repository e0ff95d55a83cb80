import type { DesiredEntry, Endpoint, ServiceEntrySpec } from '@isthmus/model';
import { checkEndpoints } from './endpoint-rules.js';
import { checkMetadata } from './metadata-rules.js';
import { checkSchema } from './schema-rules.js';
import { checkSpec } from './spec-rules.js';
import type { Refuse, Violation } from './violation.js';

/**
 * Every rule that an entry breaks: the CRD's schema, the CEL rules of the API server, those of istiod's webhook, and
 * our own. What either server refuses is refused here, because a cluster may have no webhook, and istiod serves what
 * nobody refused. `laterBytes`: of annotations that are added afterwards, and are legal by themselves.
 */
export function violationsOf(
  entry: Pick<DesiredEntry, 'name' | 'labels' | 'annotations' | 'spec'>,
  namespace: string,
  laterBytes = 0,
): readonly Violation[] {
  const violations: Violation[] = [];
  const refuse: Refuse = (path, problem) => violations.push({ path, problem });
  const { spec } = entry;
  const surroundings = surroundingsOf(spec);
  const isLegalList = legalIn.get(spec.endpoints) === surroundings;
  checkSchema(isLegalList ? { ...entry, spec: { ...spec, endpoints: [] } } : entry, refuse);
  // The other rules read what the schema promises.
  if (violations.length > 0) return violations;
  checkMetadata(entry, laterBytes, refuse);
  checkSpec(spec, namespace, refuse);
  if (!isLegalList) checkEndpoints(spec, refuse);
  if (violations.length === 0) legalIn.set(spec.endpoints, surroundings);
  return violations;
}

/** Lists of endpoints that broke no rule, and where: the same list stands in the entries of many hosts. */
const legalIn = new WeakMap<readonly Endpoint[], string>();

/** What of a spec the rules for its endpoints look at. */
function surroundingsOf({ resolution, ports }: ServiceEntrySpec): string {
  return JSON.stringify([resolution, ports.map(({ name }) => name)]);
}
