import { z } from 'zod';

const text = z.string().optional().catch(undefined);
const texts = z.array(z.string()).optional().catch(undefined);
const list = <Item extends z.ZodType>(item: Item) => z.array(item).catch([]);

const routeOutline = z
  .object({
    from: z
      .object({ sources: texts, accounts: texts, regions: texts, namespaces: texts, services: texts })
      .prefault({})
      .catch({}),
    to: z
      .object({
        ports: list(z.object({ number: z.number().optional().catch(undefined), name: text }).catch({})).prefault([]),
        exportTo: texts,
      })
      .prefault({})
      .catch({ ports: [] }),
  })
  .catch({ from: {}, to: { ports: [] } });

const urls = z.union([
  z.string().transform((url) => ({ control: url, data: url })),
  z.object({ control: text, data: text }),
]);

const outline = z
  .object({
    sources: list(
      z.object({ name: text, region: text, account: text, endpoint: urls.optional().catch(undefined) }).catch({}),
    ).prefault([]),
    clusters: list(
      z
        .object({
          name: text,
          role: text,
          primary: text,
          push: z.boolean().default(true).catch(true),
          kubeconfig: z.object({ file: text }).prefault({}).catch({}),
          namespace: z.string().default('isthmus').catch('isthmus'),
          mode: z.string().default('observe').catch('observe'),
          routes: list(routeOutline).prefault([]),
        })
        .catch({ push: true, kubeconfig: {}, namespace: 'isthmus', mode: 'observe', routes: [] }),
    ).prefault([]),
    approvals: list(z.object({ cluster: text }).catch({})).prefault([]),
  })
  .catch({ sources: [], clusters: [], approvals: [] });

/**
 * What entries say of each other, read leniently: a value that is illegal by itself is undefined here, so that
 * entries can be compared, and everything be reported at once, while the file still has other faults.
 */
export type Outline = z.output<typeof outline>;
export type SourceOutline = Outline['sources'][number];
export type ClusterOutline = Outline['clusters'][number];
export type RouteOutline = ClusterOutline['routes'][number];

/** The outline of any value; never fails. */
export function outlineOf(document: unknown): Outline {
  return outline.parse(document);
}
