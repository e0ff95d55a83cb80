import type { Hold } from '@isthmus/model';
import type { HostJudgement } from './judge.js';
import type { PortScheme } from './port-scheme.js';
import { everyPort, livePorts } from './port-scheme.js';
import { presetPorts } from './preset.js';
import type { Gathered } from './resolution.js';
import { samePorts, servicePorts } from './service-ports.js';

/** The ports of a host, and why they do not change yet. */
export interface HostPorts {
  readonly scheme: PortScheme;
  readonly holds: readonly Hold[];
}

/**
 * The ports of a host by its route. They change only when every component that stays was read: a kept endpoint cannot
 * say where it would serve a new port.
 */
export function portsOfHost(judgement: HostJudgement, gathered: Gathered): HostPorts {
  const { live, route, name, host } = judgement;
  const { contributions, strays } = gathered;
  const published = live === undefined || live.ports.length === 0 ? undefined : live.ports;
  if (route === undefined) return { scheme: livePorts(published ?? []), holds: [] };
  if (route.preset === 'istio-cloud-map') return { scheme: presetPorts(gathered, published ?? []), holds: [] };
  const fresh = contributions.flatMap((contribution) => contribution.fresh);
  const wanted = servicePorts(fresh, route.to, published);
  const isWaiting = strays.length > 0 || contributions.some(({ isWithoutData }) => isWithoutData);
  if (published === undefined || !isWaiting || samePorts(wanted, published)) {
    return { scheme: everyPort(wanted), holds: [] };
  }
  const detail = `ports stay ${published.map(({ number }) => number).join(', ')} until every part of the host is read`;
  return { scheme: everyPort(published), holds: [{ name, host, reason: 'waiting-for-reading', detail }] };
}
