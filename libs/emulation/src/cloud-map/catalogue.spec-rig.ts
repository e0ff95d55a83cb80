import { CloudMapError } from './cloud-map-error.js';
import { CloudMapModel } from './cloud-map-model.js';
import type { JsonObject } from './input.js';
import { seededRandom } from './seeded-random.js';

/** The account that owns what is seeded. */
export const ACCOUNT = '111122223333';
/** An account that something may be shared with. */
export const CONSUMER = '444455556666';
/** The region of what is seeded. */
export const REGION = 'us-east-1';

/** A model with these namespaces, at a moment that never passes. */
export function newModel(namespaces: JsonObject = {}): CloudMapModel {
  const model = new CloudMapModel({ nowMs: () => 1_700_000_000_000, random: seededRandom(1) });
  model.seed({ accounts: { [ACCOUNT]: { [REGION]: { namespaces } } } });
  return model;
}

/** The answer to a call; throws what the call is refused with. */
export function run(model: CloudMapModel, operation: string, input: JsonObject = {}, account = ACCOUNT): JsonObject {
  return model.execute({ account, region: REGION, operation, input });
}

/** The records of a listing. */
export function records(body: JsonObject, list: string): readonly JsonObject[] {
  return body[list] as readonly JsonObject[];
}

/** The code that something is refused with, or `none`. */
export function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof CloudMapError) return error.code;
    throw error;
  }
  return 'none';
}

/** The id of a namespace that the model has. */
export function idOfNamespace(model: CloudMapModel, name: string): string {
  return model.report().namespaces.find((namespace) => namespace.name === name)?.id ?? '';
}

/** The id of a service that the model has. */
export function idOfService(model: CloudMapModel, name: string): string {
  const services = model.report().namespaces.flatMap((namespace) => namespace.services);
  return services.find((service) => service.name === name)?.id ?? '';
}

/** Pages of a listing, each as the names on it. */
export function pages(model: CloudMapModel, operation: string, list: string, input: JsonObject): unknown[][] {
  const found: unknown[][] = [];
  let token: unknown;
  do {
    const body = run(model, operation, token === undefined ? input : { ...input, NextToken: token });
    found.push(records(body, list).map((record) => record['Name']));
    token = body['NextToken'];
  } while (token !== undefined);
  return found;
}
