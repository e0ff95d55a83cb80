import type { SourceSettings } from '@isthmus/model';
import { sourceName } from '@isthmus/model';
import { z } from 'zod';
import { duration } from './duration.js';
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

/** One entry of `sources`. */
export const source = z
  .strictObject({
    name: dnsLabel,
    region,
    account: account.optional(),
    endpoint: endpoint.optional(),
    /** Nothing but the chain of the SDK is served, which needs no words. */
    credentials: z.strictObject({}).optional(),
    namespaces: nameFilter.prefault({}),
    services: nameFilter.prefault({}),
    poll: poll.prefault({}),
    limits: limits.prefault({}),
  })
  .transform((given): SourceSettings => ({
    name: sourceName(given.name),
    region: given.region,
    account: given.account,
    endpoint: given.endpoint,
    namespaces: given.namespaces,
    services: given.services,
    poll: given.poll,
    limits: given.limits,
  }));
