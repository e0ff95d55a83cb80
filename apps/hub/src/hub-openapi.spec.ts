import type { Type } from '@nestjs/common';
import { PATH_METADATA } from '@nestjs/common/constants.js';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';

import { AppModule } from './app.module.js';
import { eventually, HubRig } from './hub.spec-rig.js';

interface Described {
  readonly paths: Readonly<Record<string, { readonly get: { readonly responses: Readonly<Record<string, Answer>> } }>>;
  readonly components: object;
}

interface Answer {
  readonly content: Readonly<Record<string, { readonly schema: object }>>;
}

describe('/api/openapi.json', () => {
  let rig: HubRig;
  let described: Described;
  beforeEach(async () => {
    rig = new HubRig();
    await rig.start();
    described = (await (await rig.get('/api/openapi.json')).json()) as Described;
  });
  afterEach(() => rig.close());

  it('is a description that tools understand', async () => {
    expect(await new Validator().validate({ ...described })).toEqual({ valid: true });
    expect(described).toMatchObject({ openapi: '3.1.0', info: { version: '1.2.3' } });
  });

  it('names every path that the hub has, and no other', () => {
    const routes = routesOf(AppModule.forRoot(rig.runtime).controllers ?? []);
    expect(Object.keys(described.paths).toSorted()).toEqual(routes.toSorted());
  });

  it.each([
    ['/livez', '/livez', 200],
    ['/readyz', '/readyz', 200],
    ['/api/v1/status', '/api/v1/status', 200],
    ['/api/v1/clusters/{name}/plan', '/api/v1/clusters/eks/plan', 200],
    ['/api/v1/clusters/{name}/plan', '/api/v1/clusters/nothing/plan', 404],
    ['/api/v1/clusters/{name}/components', '/api/v1/clusters/eks/components', 200],
    ['/api/v1/hosts/{host}', '/api/v1/hosts/cart.shop', 200],
    ['/api/v1/hosts/{host}', '/api/v1/hosts/nobody.shop', 404],
  ])('says of %s all that %s answers', async (path, asked, status) => {
    await eventually(() => rig.client.writes.length > 0);
    const answer = await rig.get(asked);
    expect(answer.status).toBe(status);
    const type = answer.headers.get('content-type')?.replace(/;.*/, '') ?? '';
    const schema = described.paths[path]?.get.responses[String(status)]?.content[type]?.schema;
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    const check = ajv.compile(complete({ ...schema, components: described.components }) as object);
    check(await answer.json());
    expect(check.errors ?? []).toEqual([]);
  });
});

/** The paths that controllers declare, as OpenAPI writes them. */
function routesOf(controllers: readonly Type[]): readonly string[] {
  return controllers.flatMap((controller) => {
    const prototype = controller.prototype as Readonly<Record<string, object>>;
    return Object.getOwnPropertyNames(prototype)
      .filter((name) => name !== 'constructor')
      .map((name) => Reflect.getMetadata(PATH_METADATA, prototype[name] ?? {}) as string | undefined)
      .filter((path) => path !== undefined)
      .map((path) => `/${Reflect.getMetadata(PATH_METADATA, controller) as string}/${path}`)
      .map((path) => path.replace(/^\/+/, '/').replaceAll(/:([a-z]+)/g, '{$1}'));
  });
}

/** The same schema, which refuses what it does not name. */
function complete(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(complete);
  if (typeof schema !== 'object' || schema === null) return schema;
  const own = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, complete(value)]));
  return 'properties' in own && !('additionalProperties' in own) ? { ...own, unevaluatedProperties: false } : own;
}
