import type { Operation } from './operation.js';

/** Every operation that a hub calls; all of them only read. */
export const OPERATIONS = [
  'ListNamespaces',
  'GetNamespace',
  'ListServices',
  'GetService',
  'ListInstances',
  'DiscoverInstances',
] as const satisfies readonly Operation[];

/** An IAM policy that allows these operations and nothing else, as JSON to paste. */
export function iamPolicy(operations: readonly Operation[]): string {
  const statement = {
    Effect: 'Allow',
    Action: operations.map((operation) => `servicediscovery:${operation}`),
    Resource: '*',
  };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] }, undefined, 2);
}
