import { CheckedValue, requireAccount } from './checked-value.js';
import { generateServices } from './seed-generate.js';
import type { CloudMapSeed, InstanceSeed, NamespaceSeed, RegionSeed, ServiceSeed } from './seed.js';

const REGION = /^[a-z]{2,}(?:-[a-z]+)+-\d+$/;

/**
 * Reads a seed: `{ accessKeys: { KEY: account }, accounts: { account: { region: { namespaces: { name: … } } } } }`.
 * Throws CloudMapProblems with every problem and its place.
 */
export function parseCloudMapSeed(value: unknown): CloudMapSeed {
  const root = new CheckedValue(value);
  const { accessKeys, accounts } = root.members('accessKeys', 'accounts');
  const seed: CloudMapSeed = {
    accessKeys: new Map(accessKeys.entries().map(([key, account]) => [key, account.account()])),
    regions: accounts.entries().flatMap(([account, regions]) => parseRegions(account, regions)),
  };
  root.throwProblems('The seed');
  return seed;
}

function parseRegions(account: string, regions: CheckedValue): readonly RegionSeed[] {
  requireAccount(account, regions);
  return regions.entries().map(([region, value]) => {
    if (!REGION.test(region)) value.problem(`${region} is not the name of a region`);
    const { namespaces } = value.members('namespaces');
    const place = { account, region };
    return { ...place, namespaces: namespaces.entries().map(([name, it]) => parseNamespace(place, name, it)) };
  });
}

function parseNamespace(
  owner: { readonly account: string; readonly region: string },
  name: string,
  value: CheckedValue,
): NamespaceSeed {
  const members = value.members(
    ...(['id', 'httpName', 'type', 'vpc', 'description', 'createDate', 'sharedWith', 'services', 'generate'] as const),
  );
  const type = members.type.choice(['HTTP', 'DNS_PRIVATE', 'DNS_PUBLIC']) ?? 'HTTP';
  const vpc = members.vpc.text();
  return {
    place: value.place,
    name,
    type,
    id: parseId(members.id, /^ns-[a-z0-9]{16}$/),
    httpName: members.httpName.text(),
    vpc: type === 'DNS_PRIVATE' ? (vpc ?? 'vpc-1') : undefined,
    description: members.description.text(),
    createdAtMs: parseDate(members.createDate),
    sharedWith: members.sharedWith.isGiven ? members.sharedWith.elements().map((it) => it.account()) : undefined,
    services: [
      ...members.services.entries().map(([serviceName, it]) => parseService(serviceName, it)),
      ...generateServices(`${owner.account}/${owner.region}/${name}`, owner.region, members.generate),
    ],
  };
}

function parseService(name: string, value: CheckedValue): ServiceSeed {
  const members = value.members('id', 'description', 'createDate', 'health', 'records', 'instances');
  const recordTypes = members.records.elements().map((it) => it.choice(['A', 'AAAA', 'CNAME', 'SRV']) ?? 'A');
  return {
    place: value.place,
    name,
    id: parseId(members.id, /^srv-[a-z0-9]{16}$/),
    description: members.description.text(),
    createdAtMs: parseDate(members.createDate),
    healthCheck: members.health.choice(['none', 'custom', 'route53']) ?? 'none',
    recordTypes,
    instances: members.instances.entries().map(([id, it]) => parseInstance(id, it)),
  };
}

function parseInstance(id: string, value: CheckedValue): InstanceSeed {
  const { attributes, health } = value.members('attributes', 'health');
  return {
    place: value.place,
    id,
    attributes: Object.fromEntries(attributes.entries().map(([key, it]) => [key, it.requiredText()])),
    health: health.choice(['HEALTHY', 'UNHEALTHY']),
  };
}

function parseId(value: CheckedValue, shape: RegExp): string | undefined {
  const id = value.text();
  if (id !== undefined && !shape.test(id)) value.problem(`must have the shape ${shape.source}`);
  return id;
}

/** CreateDate as AWS puts it on the wire: whole seconds since the epoch. */
function parseDate(value: CheckedValue): number | undefined {
  const seconds = value.count(0, 1e11);
  return seconds === undefined ? undefined : seconds * 1000;
}
