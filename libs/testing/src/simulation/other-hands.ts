import type { JsonObject } from '@isthmus/emulation';

import type { Dice } from './dice.js';
import type { Fault, FaultMenu } from './fault-menu.js';
import type { SimulatedCluster } from './simulated-cluster.js';
import type { VirtualTime } from './virtual-time.js';

/** People and programs that change what stands in a cluster: objects of ours, and others of the same names and hosts. */
export function planOtherHands(time: VirtualTime, menu: FaultMenu, clusters: readonly SimulatedCluster[]): void {
  const often = (kind: Fault, act: (cluster: SimulatedCluster, dice: Dice) => boolean): void => {
    if (!menu.has(kind)) return;
    time.every(
      () => menu.nextMs(kind),
      () => {
        const cluster = menu.dice(kind).pick(clusters);
        if (!menu.isOver && cluster !== undefined && act(cluster, menu.dice(kind))) menu.count(kind);
      },
    );
  };
  often('others-edit', edit);
  often('others-delete', (cluster, dice) => {
    const name = pickOurs(cluster, dice);
    if (name !== undefined) cluster.byOthers('DELETE', `/${name}`);
    return name !== undefined;
  });
  often('others-take-a-name', takeName);
}

/** Stands on objects of others, which nobody may touch. */
export const OTHERS_LABEL = 'made-by';

function edit(cluster: SimulatedCluster, dice: Dice): boolean {
  const name = pickOurs(cluster, dice);
  if (name === undefined) return false;
  const patch = dice.pick(EDITS)?.(cluster.object(name));
  if (patch === undefined) return false;
  cluster.byOthers('PATCH', `/${name}`, withVersion(patch, cluster.object(name)));
  return true;
}

/** What an administrator may do to an object of ours. */
const EDITS: readonly ((object: JsonObject | undefined) => JsonObject)[] = [
  () => ({ spec: { endpoints: [{ address: '192.0.2.1' }] } }),
  () => ({ spec: { endpoints: [] } }),
  () => ({ metadata: { annotations: { 'isthmus.dev/components': null } } }),
  () => ({ metadata: { annotations: { note: 'seen' } } }),
  () => ({ metadata: { annotations: { 'isthmus.dev/content-hash': 'forged' } } }),
  () => ({ spec: { location: 'MESH_INTERNAL' } }),
];

/** An object of ours goes, and one of somebody else stands under its name. */
function takeName(cluster: SimulatedCluster, dice: Dice): boolean {
  const name = pickOurs(cluster, dice);
  if (name === undefined) return false;
  const host = name.replace(/^cloudmap-/, '');
  cluster.byOthers('DELETE', `/${name}`);
  cluster.byOthers('POST', '', {
    apiVersion: 'networking.istio.io/v1',
    kind: 'ServiceEntry',
    metadata: { name, labels: { [OTHERS_LABEL]: 'a-person' } },
    spec: {
      hosts: [host],
      resolution: 'STATIC',
      ports: [{ number: 80, name: 'http', protocol: 'HTTP' }],
      endpoints: [{ address: '192.0.2.7' }],
    },
  });
  return true;
}

function pickOurs(cluster: SimulatedCluster, dice: Dice): string | undefined {
  const names = cluster.objects
    .map((object) => object['metadata'] as JsonObject)
    .filter((metadata) => (metadata['labels'] as JsonObject | undefined)?.[OTHERS_LABEL] === undefined)
    .map((metadata) => metadata['name'] as string);
  return dice.pick(names);
}

function withVersion(patch: JsonObject, object: JsonObject | undefined): JsonObject {
  const resourceVersion = (object?.['metadata'] as JsonObject | undefined)?.['resourceVersion'] ?? '';
  return { ...patch, metadata: { ...(patch['metadata'] as JsonObject | undefined), resourceVersion } };
}
