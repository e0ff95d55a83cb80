import type { ServiceState, Snapshot } from '@isthmus/model';
import { instance, reading, serviceRecord, serviceState, snapshot, source } from '@isthmus/testing';

import type { ObservedBackend } from './open-store.js';
import { openBackend, settingsOf } from './open-store.js';
import type { RedisServer } from './redis-server.js';
import { startRedis } from './redis-server.js';
import { describeOnRedis } from './on-redis.js';

const NAMESPACES = 80;
const SERVICES = 25;
const INSTANCES = 10;
const ATTRIBUTES = ['version', 'stage', 'team', 'protocol', 'weight'];
/** Best of several: the first run compiles, and the machine has other work. */
const RUNS = 5;

/** 20,000 instances of 2,000 services in 80 namespaces, with 8 attributes each. */
function estate(): Snapshot {
  const states: ServiceState[] = [];
  for (let namespace = 0; namespace < NAMESPACES; namespace++) {
    for (let service = 0; service < SERVICES; service++) states.push(stateOf(namespace, service, 1));
  }
  return { ...snapshot(source(), states), version: 1 };
}

function stateOf(namespace: number, service: number, revision: number): ServiceState {
  const record = serviceRecord(`s${namespace}-${service}.n${namespace}`);
  const instances = Array.from({ length: INSTANCES }, (_, index) => {
    const one = instance(`10.${namespace}.${service}.${index + 1}`, { port: 8080, zone: 'us-east-1a' });
    const more = ATTRIBUTES.map(
      (name) => [name, `${name}-${(namespace * 7 + service * 3 + index + revision) % 11}`] as const,
    );
    return { ...one, attributes: new Map([...one.attributes, ...more]) };
  });
  return serviceState(record, { reading: reading(instances, { revision }) });
}

describeOnRedis('20,000 instances in Redis', () => {
  let server: RedisServer;
  const backends: ObservedBackend[] = [];
  const open = (): ObservedBackend => {
    const backend = openBackend(settingsOf(server.port));
    backends.push(backend);
    return backend;
  };
  const measured = async (work: () => Promise<unknown>): Promise<number> => {
    const startMs = performance.now();
    await work();
    return performance.now() - startMs;
  };
  beforeAll(async () => {
    server = await startRedis();
  });
  afterEach(() => {
    for (const backend of backends.splice(0)) backend.close();
  });
  afterAll(() => server.close());

  it('are written whole, changed by one service and restored; the times are printed', async () => {
    const whole = estate();
    const times = { full: [] as number[], change: [] as number[], restore: [] as number[] };
    for (let run = 0; run < RUNS; run++) {
      await server.command('FLUSHALL');
      const [writer, reader] = [open(), open()];
      await Promise.all([writer.snapshots.load(whole.source), reader.snapshots.load(whole.source)]);
      times.full.push(await measured(() => writer.snapshots.save(whole, 0)));
      const changed = stateOf(3, 4, 2);
      const services = new Map(whole.services).set(changed.service.key, changed);
      times.change.push(await measured(() => writer.snapshots.save({ ...whole, services, version: 2 }, 1)));
      times.restore.push(await measured(() => reader.snapshots.load(whole.source)));
      expect(await reader.snapshots.load(whole.source)).toMatchObject({ kind: 'snapshot', snapshot: { version: 2 } });
    }
    const best = Object.fromEntries(Object.entries(times).map(([what, all]) => [what, Math.min(...all)]));
    process.stderr.write(`20,000 instances, best of ${RUNS}, ms: ${JSON.stringify(best)}\n`);
  }, 60_000);
});
