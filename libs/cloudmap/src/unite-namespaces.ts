import type { Answer, CompleteAnswer, NamespaceRecord, PartialAnswer } from '@isthmus/model';
import { complete } from '@isthmus/model';

/**
 * Own and shared namespaces as one answer, complete only if both are, and as old as the older one. An endpoint that
 * does not know the filter gives each namespace twice; it is own then.
 */
export function uniteNamespaces(
  own: CompleteAnswer<readonly NamespaceRecord[]> | PartialAnswer<readonly NamespaceRecord[]>,
  shared: Answer<readonly NamespaceRecord[]>,
): Answer<readonly NamespaceRecord[]> {
  if (shared.kind === 'failed') return { ...own, kind: 'partial', missing: missingOf(own) ?? shared.error };
  const ownArns = new Set(own.value.map(({ arn }) => arn));
  const value = [...own.value, ...shared.value.filter(({ arn }) => !ownArns.has(arn))];
  const observedAtMs = Math.min(own.observedAtMs, shared.observedAtMs);
  const missing = missingOf(own) ?? missingOf(shared);
  return missing === undefined ? complete(value, observedAtMs) : { kind: 'partial', value, observedAtMs, missing };
}

function missingOf<T>(answer: CompleteAnswer<T> | PartialAnswer<T>): PartialAnswer<T>['missing'] | undefined {
  return answer.kind === 'partial' ? answer.missing : undefined;
}
