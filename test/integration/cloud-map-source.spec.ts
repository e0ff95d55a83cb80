import { createAwsCloudMapSource } from '@isthmus/cloudmap';
import type { CloudMapFault, CloudMapModel, NamespaceReport } from '@isthmus/emulation';
import type { CloudMapSource } from '@isthmus/ports';
import { PromMetrics, systemClock } from '@isthmus/telemetry';
import type { CloudMapPlace, CloudMapRig, CloudMapTrouble } from '@isthmus/testing';
import {
  cloudMapSourceContract,
  findService,
  idsOf,
  NEVER,
  source as sourceSettings,
  completeValue,
} from '@isthmus/testing';
import type { CloudMapEmulator } from '../../apps/cloud-map-emulator/src/server.js';
import { startCloudMapEmulator } from '../../apps/cloud-map-emulator/src/server.js';

const WORLD = { account: '111122223333', region: 'eu-west-1' };
const UNLIMITED = {
  discoverPerSecond: 100_000,
  listServicesPerSecond: 100_000,
  listNamespacesPerSecond: 100_000,
  getPerSecond: 100_000,
};
const FAULT_OF: Readonly<Record<CloudMapTrouble['kind'], CloudMapFault>> = {
  throttle: { kind: 'throttle' },
  'access-denied': { kind: 'accessDenied' },
  'server-error': { kind: 'error500' },
  hang: { kind: 'hang' },
  reset: { kind: 'reset' },
  'truncated-json': { kind: 'truncatedJson' },
  'empty-answer': { kind: 'emptyAnswer' },
};

cloudMapSourceContract('AWS adapter on the emulator over HTTP', async () => {
  const emulator = await startCloudMapEmulator({ seed: { accounts: { [WORLD.account]: {} } } });
  const source = sourceOn(emulator, 10_000);
  const impatientSource = sourceOn(emulator, 200);
  const close = async (): Promise<void> => {
    source.close();
    impatientSource.close();
    await emulator.close();
  };
  return { ...WORLD, nameOf: (name) => name, source, impatientSource, ...rigOn(emulator), close };
});

describe('AWS adapter on the emulator over HTTP', () => {
  let emulator: CloudMapEmulator;
  let source: CloudMapSource;

  const start = async (seed: object): Promise<void> => {
    emulator = await startCloudMapEmulator({ seed });
    source = sourceOn(emulator, 10_000);
  };
  afterEach(async () => {
    source.close();
    await emulator.close();
  });

  it('reads a namespace that another account shared, by ARN and by owner account', async () => {
    const instances = { 'i-1': { attributes: { AWS_INSTANCE_IPV4: '10.0.0.1' } } };
    const shop = { sharedWith: [WORLD.account], services: { payments: { instances } } };
    await start({ accounts: { '444455556666': { [WORLD.region]: { namespaces: { shop } } }, [WORLD.account]: {} } });
    const [namespace] = completeValue(await source.listNamespaces(NEVER));
    expect(namespace).toMatchObject({ name: 'shop', ownerAccount: '444455556666', isShared: true });
    const service = await findService(source, 'shop', 'payments');
    expect(idsOf(completeValue(await source.discoverInstances(service, NEVER)).instances)).toEqual(['i-1']);
    expect(idsOf(completeValue(await source.listInstances(service, NEVER)))).toEqual(['i-1']);
  });

  it('reads the same instances in whatever order they come', async () => {
    const payments = { instances: Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`i-${index}`, {}])) };
    await start({
      accounts: { [WORLD.account]: { [WORLD.region]: { namespaces: { shop: { services: { payments } } } } } },
    });
    const service = await findService(source, 'shop', 'payments');
    const orders = [];
    for (let call = 0; call < 5; call++)
      orders.push(completeValue(await source.discoverInstances(service, NEVER)).instances.map(({ id }) => id));
    expect(new Set(orders.map((ids) => ids.join())).size).toBeGreaterThan(1);
    expect(new Set(orders.map((ids) => ids.toSorted().join())).size).toBe(1);
  });
});

function sourceOn(emulator: CloudMapEmulator, callMs: number): CloudMapSource {
  const { account, region } = WORLD;
  const endpoint = { control: emulator.url, data: emulator.url };
  return createAwsCloudMapSource({
    settings: sourceSettings({ region, account, endpoint, limits: UNLIMITED }),
    clock: systemClock,
    metrics: new PromMetrics({ isProcessIncluded: false }),
    credentials: () => Promise.resolve({ accessKeyId: `AKIA${account}`, secretAccessKey: 'any' }),
    timeouts: { callMs },
    attempts: 1,
  });
}

/** The part of a rig that changes the world behind the source. */
function rigOn({
  model,
}: CloudMapEmulator): Omit<CloudMapRig, keyof typeof WORLD | 'nameOf' | 'source' | 'impatientSource' | 'close'> {
  const act = (operation: string, input: Parameters<typeof model.execute>[0]['input']): Promise<void> => {
    model.execute({ ...WORLD, operation, input });
    return Promise.resolve();
  };
  const placeOf = ({ namespace, service, instance }: CloudMapPlace) => ({ ...WORLD, namespace, service, id: instance });
  return {
    createNamespace: (Name) => act('CreateHttpNamespace', { Name }),
    deleteNamespace: (name) => act('DeleteNamespace', { Id: namespaceNamed(model, name).id }),
    createService: (namespace, Name, options) =>
      act('CreateService', {
        Name,
        NamespaceId: namespaceNamed(model, namespace).id,
        ...(options?.hasHealthCheck === true ? { HealthCheckCustomConfig: { FailureThreshold: 1 } } : {}),
      }),
    deleteService: (namespace, name) => act('DeleteService', { Id: serviceIdOf(model, namespace, name) }),
    register: (place, attributes) => Promise.resolve(model.putInstance(placeOf(place), attributes)),
    deregister: (place) => Promise.resolve(model.removeInstance(placeOf(place))),
    setHealth: (place, health) => Promise.resolve(model.setHealth(placeOf(place), health)),
    trouble: ({ operation, kind }) => void model.faults.set({ ...FAULT_OF[kind], operation }),
    callCount: (operation) => model.callLog.count({ operation }),
    timeMs: () => model.nowMs(),
  };
}

function namespaceNamed(model: CloudMapModel, name: string): NamespaceReport {
  const found = model.report().namespaces.find((namespace) => namespace.name === name);
  if (found === undefined) throw new Error(`no namespace ${name}`);
  return found;
}

function serviceIdOf(model: CloudMapModel, namespace: string, name: string): string {
  const found = namespaceNamed(model, namespace).services.find((service) => service.name === name);
  if (found === undefined) throw new Error(`no service ${name}`);
  return found.id;
}
