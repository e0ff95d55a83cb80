import { ServiceDiscoveryClient } from '@aws-sdk/client-servicediscovery';
import type { AwsCloudMapOptions } from '@isthmus/cloudmap';
import { createAwsCloudMapSource } from '@isthmus/cloudmap';
import type { SourceSettings } from '@isthmus/model';
import type { CloudMapSource, Metrics } from '@isthmus/ports';
import { systemClock } from '@isthmus/telemetry';
import type { CloudMapRig } from '@isthmus/testing';
import { recordingMetrics, source as sourceSettings } from '@isthmus/testing';
import { randomBytes } from 'node:crypto';
import { CloudMapHand } from './cloud-map-hand.js';
import { CloudMapWire } from './cloud-map-wire.js';
import type { Moto } from './servers/moto.js';

type Overrides = Partial<SourceSettings>;
interface World {
  readonly account: string;
  readonly region: string;
}
/** A live account, and where it is when that is not AWS. */
export interface LiveWorld extends World {
  readonly endpoint?: string;
}

const UNLIMITED = {
  discoverPerSecond: 100_000,
  listServicesPerSecond: 100_000,
  listNamespacesPerSecond: 100_000,
  getPerSecond: 100_000,
};
const anyKey = () => Promise.resolve({ accessKeyId: 'AKIATEST', secretAccessKey: 'any' });

/** An empty moto, read through a wire that can make trouble. */
export async function motoRig(moto: Moto, world: World): Promise<CloudMapRig> {
  await moto.reset();
  const wire = await CloudMapWire.open(moto.url);
  const { region } = world;
  const client = new ServiceDiscoveryClient({
    region,
    endpoint: moto.url,
    disableHostPrefix: true,
    credentials: anyKey,
  });
  const hand = new CloudMapHand(client, '');
  const open = (callMs: number): CloudMapSource => {
    const endpoint = { control: wire.url, data: wire.url };
    const settings = sourceSettings({ ...world, endpoint, limits: UNLIMITED });
    const metrics = recordingMetrics();
    return sourceOf({ settings, metrics, credentials: anyKey, attempts: 1 }, callMs);
  };
  const [source, impatientSource] = [open(30_000), open(300)];
  return {
    ...world,
    ...changesOf(hand),
    source,
    impatientSource,
    trouble: (trouble) => wire.trouble(trouble),
    callCount: (operation) => wire.callCount(operation),
    timeMs: () => (Number.isNaN(wire.answeredAtMs()) ? Date.now() : wire.answeredAtMs()),
    close: async () => {
      for (const opened of [source, impatientSource]) opened.close();
      client.destroy();
      await wire.close();
    },
  };
}

/** A live account, in which every namespace that is made gets a name of its own and goes at the end. */
export function liveRig({ endpoint, ...world }: LiveWorld): Promise<CloudMapRig> {
  const elsewhere = endpoint === undefined ? {} : { endpoint, disableHostPrefix: true };
  const client = new ServiceDiscoveryClient({ region: world.region, maxAttempts: 10, ...elsewhere });
  const hand = new CloudMapHand(client, `isthmus-contract-${randomBytes(6).toString('hex')}-`);
  const calls = new Map<string, number>();
  const there: Overrides = endpoint === undefined ? {} : { endpoint: { control: endpoint, data: endpoint } };
  const settings = sourceSettings({ ...world, ...there });
  const source = sourceOf({ settings, metrics: callCounter(calls) }, 30_000);
  return Promise.resolve({
    ...world,
    ...changesOf(hand),
    source: settling(source, hand),
    impatientSource: source,
    trouble: () => {
      throw new Error('nobody can make trouble for AWS');
    },
    callCount: (operation) => calls.get(operation) ?? 0,
    timeMs: () => Date.now(),
    close: async () => {
      try {
        await hand.removeAll();
      } finally {
        source.close();
        client.destroy();
      }
    },
  });
}

function sourceOf(options: Omit<AwsCloudMapOptions, 'clock'>, callMs: number): CloudMapSource {
  return createAwsCloudMapSource({ ...options, clock: systemClock, timeouts: { callMs, requestMs: callMs } });
}

function changesOf(hand: CloudMapHand): Omit<CloudMapHand, 'settle' | 'removeAll'> {
  return {
    nameOf: (name) => hand.nameOf(name),
    createNamespace: (name) => hand.createNamespace(name),
    deleteNamespace: (name) => hand.deleteNamespace(name),
    createService: (namespace, service, options) => hand.createService(namespace, service, options),
    deleteService: (namespace, service) => hand.deleteService(namespace, service),
    register: (place, attributes) => hand.register(place, attributes),
    deregister: (place) => hand.deregister(place),
    setHealth: (place, health) => hand.setHealth(place, health),
  };
}

/** The same source, which asks for instances only when the data plane knows of them. */
function settling(source: CloudMapSource, hand: CloudMapHand): CloudMapSource {
  return {
    identity: () => source.identity(),
    listNamespaces: (signal) => source.listNamespaces(signal),
    listServices: (namespace, onPage, signal) => source.listServices(namespace, onPage, signal),
    listAllServices: (onPage, signal) => source.listAllServices(onPage, signal),
    getService: (id, signal) => source.getService(id, signal),
    getNamespace: (id, signal) => source.getNamespace(id, signal),
    listInstances: (service, signal) => source.listInstances(service, signal),
    close: () => source.close(),
    discoverInstances: async (service, signal) => {
      await hand.settle();
      return source.discoverInstances(service, signal);
    },
  };
}

/** Metrics that only know how often an operation was answered. */
function callCounter(calls: Map<string, number>): Metrics {
  const metrics = recordingMetrics();
  return {
    ...metrics,
    count: (name, labels = {}, by = 1) => {
      const { operation = '', code } = labels;
      const isCall = name === 'isthmus_source_requests_total' && code === 'ok';
      if (isCall) calls.set(operation, (calls.get(operation) ?? 0) + by);
    },
  };
}
