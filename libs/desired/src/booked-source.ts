import type { ClusterSettings, ComponentKey, ComponentRecord, Host, SourceSettings } from '@isthmus/model';
import { parseComponentKey } from '@isthmus/model';
import type { MappedComponent } from './mapping.js';
import { isStillMapped } from './mapping.js';

/** A component as it is live, and as the freshest source sees it. */
export interface Booked {
  readonly key: ComponentKey;
  readonly record: ComponentRecord | undefined;
  readonly mapped: MappedComponent | undefined;
}

/**
 * The source under which a component is counted and recorded: always the same one, although several may see a shared
 * service and another one reads it last each time. Were it the last reader, objects would be written for nothing, and
 * the brake would see services come and go in each source.
 *
 * | source, the first that maps the component by its names | because |
 * |---|---|
 * | of the owner's account | only it can prove that the service is gone |
 * | of an account that the configuration does not name | it may be the owner's |
 * | the recorded one | it was right |
 * | else the one that read it | |
 */
export function bookedSource(
  { key, record, mapped }: Booked,
  host: Host,
  context: { readonly cluster: ClusterSettings; readonly sources: readonly SourceSettings[] },
): string {
  const identity = mapped?.state.service.identity ?? parseComponentKey(key);
  const reader = mapped?.source;
  const names = mapped === undefined ? record : namesOf(mapped);
  if (identity === undefined || names === undefined) return reader?.name ?? record?.source ?? '';
  const near = context.sources.filter(({ region }) => region === identity.region);
  const owners = near.filter(({ account }) => account === identity.ownerAccount);
  const unnamed = near.filter(({ account }) => account === undefined);
  const [first, second] = [...owners, ...unnamed];
  if (first !== undefined && first === reader && second === undefined) return first.name;
  const maps = (source: SourceSettings): boolean =>
    isStillMapped({ ...names, key, source: source.name }, host, { cluster: context.cluster, sources: [source] });
  const recorded = near.filter(({ name }) => name === record?.source);
  const found = [...owners, ...unnamed, ...recorded].find(maps) ?? reader;
  return found?.name ?? record?.source ?? '';
}

function namesOf({ state: { service } }: MappedComponent): Pick<ComponentRecord, 'namespace' | 'httpName' | 'service'> {
  return { namespace: service.namespaceName, httpName: service.httpName, service: service.serviceName };
}
