import type { Attributes, LeftOutReason } from '@isthmus/model';
import { ATTRIBUTES } from '@isthmus/model';

/** Whether a port belongs to the sidecar (15000 to 15090) or the kubelet (10250): an endpoint there reaches the wrong process. */
export function isDeniedPort(port: number): boolean {
  return (port >= 15_000 && port <= 15_090) || port === 10_250;
}

/** AWS_INSTANCE_PORT as a number; undefined when the instance names none; or why it cannot be used. */
export function instancePort(attributes: Attributes): number | undefined | LeftOutReason {
  const text = attributes.get(ATTRIBUTES.port);
  if (text === undefined) return undefined;
  const port = /^[1-9][0-9]{0,4}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) return 'port-illegal';
  return isDeniedPort(port) ? 'port-denied' : port;
}
