import type { SourceSettings } from '@isthmus/model';
import { sourceName } from '@isthmus/model';
import { z } from 'zod';
import { credentials } from './credentials.js';
import { duration } from './duration.js';
import { pause } from './pause.js';
import { account, dnsLabel, endpointUrl, glob, globs, region } from './text.js';

const nameFilter = z.strictObject({ include: globs.default(['*']), exclude: z.array(glob).default([]) });

const endpoint = z.union([
  endpointUrl.transform((url) => ({ control: url, data: url })),
  z.strictObject({ control: endpointUrl, data: endpointUrl }),
]);

const poll = z
  .strictObject({
    hot: duration.prefault('5s'),
    warm: duration.prefault('15s'),
    cold: duration.prefault('60s'),
    catalogue: duration.prefault('60s'),
  })
  .transform(({ hot, warm, cold, catalogue }) => ({
    hotMs: hot,
    warmMs: warm,
    coldMs: cold,
    catalogueMs: catalogue,
  }));

const perSecond = z.number().gt(0).max(100_000);

const limits = z.strictObject({
  discoverPerSecond: perSecond.default(250),
  listServicesPerSecond: perSecond.default(1),
  listNamespacesPerSecond: perSecond.default(0.5),
  getPerSecond: perSecond.default(20),
});

/** The fields of an entry of `sources`. What they say of each other is checked on the outline, so that all errors show at once. */
export const sourceFields = z.strictObject({
  name: dnsLabel,
  region: region.optional(),
  /** Makes one source of each region, named `<name>-<region>`. */
  regions: z.array(region).min(1).optional(),
  account: account.optional(),
  endpoint: endpoint.optional(),
  credentials: credentials.prefault({}),
  namespaces: nameFilter.prefault({}),
  services: nameFilter.prefault({}),
  health: z.enum(['HEALTHY_OR_ELSE_ALL', 'HEALTHY', 'ALL']).default('HEALTHY_OR_ELSE_ALL'),
  poll: poll.prefault({}),
  limits: limits.prefault({}),
  staleAfter: duration.prefault('2m'),
  frozenAfter: duration.prefault('10m'),
  paused: pause.optional(),
});

type GivenSource = z.output<typeof sourceFields>;

/** One entry of `sources`: one source, or one for each of its regions. */
export const source = sourceFields.transform((given): readonly SourceSettings[] =>
  given.regions === undefined
    ? [settingsOf(given, given.name, given.region ?? '')]
    : given.regions.map((name) => settingsOf(given, `${given.name}-${name}`, name)),
);

function settingsOf(given: GivenSource, name: string, region: string): SourceSettings {
  return {
    name: sourceName(name),
    region,
    account: given.account,
    endpoint: given.endpoint,
    credentials: given.credentials,
    namespaces: given.namespaces,
    services: given.services,
    health: given.health,
    poll: given.poll,
    limits: given.limits,
    staleAfterMs: given.staleAfter,
    frozenAfterMs: given.frozenAfter,
    paused: given.paused,
  };
}
