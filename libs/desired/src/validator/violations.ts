import type { DesiredEntry } from '@isthmus/model';
import { checkEndpoints } from './endpoint-rules.js';
import { checkMetadata } from './metadata-rules.js';
import { checkSchema } from './schema-rules.js';
import { checkSpec } from './spec-rules.js';
import type { Refuse, Violation } from './violation.js';

/**
 * Every rule that an entry breaks: the CRD's schema, the CEL rules of the API server, those of istiod's webhook, and
 * our own. What either server refuses is refused here, because a cluster may have no webhook, and istiod serves what
 * nobody refused.
 */
export function violationsOf(
  entry: Pick<DesiredEntry, 'name' | 'labels' | 'annotations' | 'spec'>,
  namespace: string,
): readonly Violation[] {
  const violations: Violation[] = [];
  const refuse: Refuse = (path, problem) => violations.push({ path, problem });
  checkSchema(entry, refuse);
  // The other rules read what the schema promises.
  if (violations.length > 0) return violations;
  checkMetadata(entry, refuse);
  checkSpec(entry.spec, namespace, refuse);
  checkEndpoints(entry.spec, refuse);
  return violations;
}
