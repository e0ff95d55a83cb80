import { spawnSync } from 'node:child_process';

import { snapshotCodec } from '@isthmus/federation';
import type { ServiceState, Snapshot } from '@isthmus/model';
import { attributesOf } from '@isthmus/model';
import type { RedisBackend } from '@isthmus/redis';
import { openRedis } from '@isthmus/redis';
import { systemClock } from '@isthmus/telemetry';
import {
  instance,
  reading,
  recordingMetrics,
  serviceRecord,
  serviceState,
  silentLogger,
  snapshot,
  source,
} from '@isthmus/testing';

import { settingsOf } from '../e2e/redis/open-store.js';
import type { RedisServer } from '../e2e/redis/redis-server.js';
import { startRedis } from '../e2e/redis/redis-server.js';
import type { Benchmark, Row } from './measure.js';
import { besideRow, median, timeRow } from './measure.js';

const NAMESPACES = 80;
const SERVICES = 25;
const INSTANCES = 10;
const ATTRIBUTES = ['version', 'stage', 'team', 'protocol', 'weight'];
const RUNS = 21;

/** What a run took, in ms. */
interface Times {
  readonly whole: number;
  readonly change: number;
  readonly restore: number;
  readonly followed: number;
}

/** Snapshots of 20,000 instances on a real Redis, over loopback. */
export const store: Benchmark = {
  title: `store: 20,000 instances on a real redis-server, loopback, median of ${RUNS} (first in the process)`,
  async run() {
    const hasRedis = spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0;
    if (!hasRedis) return [besideRow('not measured: install redis-server', '–')];
    const server = await startRedis();
    try {
      return await measure(server);
    } finally {
      await server.close();
    }
  },
};

async function measure(server: RedisServer): Promise<readonly Row[]> {
  const first = await measureOnce(server);
  const runs: Times[] = [];
  for (let run = 0; run < RUNS; run++) runs.push(await measureOnce(server));
  const row = (name: string, of: (times: Times) => number, budgetMs: number): Row => {
    const made = timeRow(name, median(runs.map(of)), budgetMs);
    return { ...made, measured: `${made.measured} (${of(first).toFixed(0)})` };
  };
  return [
    row('snapshot written whole', ({ whole }) => whole, 100),
    row('one service changed', ({ change }) => change, 10),
    row('restored by a process that knows nothing', ({ restore }) => restore, 150),
    row('the change followed by one that had the version before', ({ followed }) => followed, 10),
  ];
}

async function measureOnce(server: RedisServer): Promise<Times> {
  await server.command('FLUSHALL');
  const [writer, reader, follower] = [open(server), open(server), open(server)];
  try {
    const before = estate();
    const { source: name } = before;
    // Connections are made before anything is measured.
    for (const { snapshots } of [writer, reader, follower]) await snapshots.load(name);
    const whole = await timed(() => writer.snapshots.save(before, 0));
    await follower.snapshots.load(name);
    const changed = stateOf(3, 4, 2);
    const after = { ...before, services: new Map(before.services).set(changed.service.key, changed), version: 2 };
    const change = await timed(() => writer.snapshots.save(after, 1));
    const followed = await timed(() => follower.snapshots.load(name));
    const restore = await timed(() => reader.snapshots.load(name));
    return { whole, change, restore, followed };
  } finally {
    for (const backend of [writer, reader, follower]) backend.close();
  }
}

function open({ port }: RedisServer): RedisBackend {
  const observers = { clock: systemClock, logger: silentLogger, metrics: recordingMetrics() };
  return openRedis({ settings: settingsOf(port), hub: 'bench', codec: snapshotCodec, ...observers });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

/** 2,000 services in 80 namespaces, 8 attributes each. */
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
    return { ...one, attributes: attributesOf([...one.attributes, ...more]) };
  });
  return serviceState(record, { reading: reading(instances, { revision }) });
}
