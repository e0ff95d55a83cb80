import { compareText, matchesAny } from '@isthmus/model';
import type { NameFilter, NamespaceRecord, ServiceRecord, SourceSettings } from '@isthmus/model';

/** The namespaces that the source reads, sorted by id. */
export function selectNamespaces(
  namespaces: readonly NamespaceRecord[],
  settings: SourceSettings,
): readonly NamespaceRecord[] {
  return namespaces
    .filter((namespace) => isSelected(settings.namespaces, namespace.name))
    .sort((a, b) => compareText(a.id, b.id));
}

/** Whether the source reads services of that name. */
export function selectsService(settings: SourceSettings, name: string): boolean {
  return isSelected(settings.services, name);
}

/** Whether the source reads that very service, by the name of its namespace and its own. */
export function selectsRecord(
  settings: SourceSettings,
  record: Pick<ServiceRecord, 'namespaceName' | 'serviceName'>,
): boolean {
  return isSelected(settings.namespaces, record.namespaceName) && selectsService(settings, record.serviceName);
}

function isSelected(filter: NameFilter, name: string): boolean {
  return matchesAny(filter.include, name) && !matchesAny(filter.exclude, name);
}
