import type { Caller } from './identity.js';
import type { JsonObject } from './input.js';

/** One call of an action, by an account in a region. */
export interface CloudMapCall extends Caller {
  readonly operation: string;
  readonly input: JsonObject;
}

/** Members of an input that say what a call is about. */
const PARAMETERS = [
  'Id',
  'NamespaceName',
  'NamespaceId',
  'ServiceName',
  'ServiceId',
  'InstanceId',
  'Name',
  'HealthStatus',
  'MaxResults',
  'OwnerAccount',
] as const;

/** What a call is about, for the call log: the members that identify something, without attributes and tokens. */
export function parametersOf(input: JsonObject): Readonly<Record<string, string | number>> {
  const parameters = PARAMETERS.flatMap((name) => {
    const value = input[name];
    return typeof value === 'string' || typeof value === 'number' ? [[name, value] as const] : [];
  });
  return Object.fromEntries(parameters);
}

/** The service that a call names: by name on the data plane, by id on the control plane. */
export function serviceIn(call: CloudMapCall): string | undefined {
  const { ServiceName, ServiceId, Id } = call.input;
  const service = ServiceName ?? ServiceId ?? (call.operation.endsWith('Service') ? Id : undefined);
  return typeof service === 'string' ? service : undefined;
}
