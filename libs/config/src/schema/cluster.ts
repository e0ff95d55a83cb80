import type { ClusterSettings, KubeconfigPlace } from '@isthmus/model';
import { clusterName } from '@isthmus/model';
import { z } from 'zod';
import { clusterAuth } from './cluster-auth.js';
import { secretKey, secretName } from './cluster-secrets.js';
import { duration } from './duration.js';
import type { UnplacedRoute } from './route.js';
import { route } from './route.js';
import { pause } from './pause.js';
import { cidr, dnsLabel, filePath, localityName, region, share } from './text.js';

const limits = z.strictObject({
  writesPerSecond: z.number().gt(0).max(10_000).default(20),
  burst: z.int().min(1).max(10_000).default(40),
  inFlight: z.int().min(1).max(64).default(4),
});

const brake = z
  .strictObject({
    objects: share.prefault('20%'),
    endpoints: share.prefault('60%'),
    window: duration.prefault('1h'),
  })
  .transform(({ objects, endpoints, window }) => ({
    objectsShare: objects,
    endpointsShare: endpoints,
    windowMs: window,
  }));

const deletes = z
  .strictObject({
    pending: duration.prefault('120s'),
    /** At least two: one empty answer proves nothing. */
    emptyReads: z.int().min(2).max(1000).default(3),
    emptyAfter: duration.prefault('60s'),
  })
  .transform(({ pending, emptyReads, emptyAfter }) => ({ pendingMs: pending, emptyReads, emptyAfterMs: emptyAfter }));

/** A cluster before its routes have places and its kubeconfig an absolute path. */
export type UnplacedCluster = Omit<ClusterSettings, 'routes'> & { readonly routes: readonly UnplacedRoute[] };

/** The fields of an entry of `clusters`. */
export const clusterFields = z.strictObject({
  name: dnsLabel,
  formerNames: z.array(dnsLabel).default([]),
  role: z.enum(['primary', 'remote', 'external-config']),
  primary: dnsLabel.optional(),
  push: z.boolean().default(true),
  /** Which of its fields go together is checked on the outline. */
  kubeconfig: z
    .strictObject({ file: filePath.optional(), secret: secretName.optional(), key: secretKey.optional() })
    .prefault({}),
  auth: clusterAuth.prefault({}),
  namespace: dnsLabel.default('isthmus'),
  createNamespace: z.boolean().default(false),
  previousNamespaces: z.array(dnsLabel).default([]),
  mode: z.enum(['observe', 'upsert-only', 'sync']).default('observe'),
  routes: z.array(route).default([]),
  /** A mesh's own name of a region, such as `westeurope`. */
  localities: z.record(region, localityName).default({}),
  allowedCidrs: z.array(cidr).default([]),
  deniedCidrs: z.array(cidr).default([]),
  limits: limits.prefault({}),
  brake: brake.prefault({}),
  deletes: deletes.prefault({}),
  sweep: duration.prefault('60s'),
  paused: pause.optional(),
});

/** One entry of `clusters`. */
export const cluster = clusterFields.transform(
  ({ name, primary, kubeconfig, sweep, localities, paused, ...same }): UnplacedCluster => ({
    ...same,
    name: clusterName(name),
    primary: primary === undefined ? undefined : clusterName(primary),
    kubeconfig: placeOf(kubeconfig, name),
    localities: new Map(Object.entries(localities)),
    sweepMs: sweep,
    paused,
  }),
);

function placeOf(
  { file, secret, key }: z.output<typeof clusterFields>['kubeconfig'],
  cluster: string,
): KubeconfigPlace {
  return file === undefined ? { kind: 'secret', secret, key: key ?? cluster } : { kind: 'file', file };
}
