import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT } from '../exit-codes.js';
import type { Terminal } from '../terminal.js';
import { systemTerminal } from '../terminal.js';
import { churn } from './churn.js';
import { PAIR, playPairScenes } from './pair-scenes.js';
import type { Part } from './processes.js';
import { freePort, startRedis } from './processes.js';
import { playScenes } from './scenes.js';
import { Stage } from './stage.js';
import { ClusterWatch } from './watch.js';
import { DemoWorld } from './world.js';

const PICTURE = [
  'Isthmus demo: two AWS regions and two clusters, emulated on this machine. No AWS account and no cluster is needed or touched.',
  '',
  '  AWS Cloud Map                                    Istio ServiceEntries',
  '  us-east-1 ──┐                     ┌──► eks-us     (primary) takes both regions',
  '              ├──►   Isthmus hub ───┤',
  '  eu-west-1 ──┘                     └──► aks-west   (remote)  takes eu-west-1',
];

const PAIR_PICTURE = [
  'Isthmus demo: a pair of replicas on a real Redis. Two AWS regions and two clusters are emulated; nothing else is needed or touched.',
  '',
  '  AWS Cloud Map                                    Istio ServiceEntries',
  '  us-east-1 ──┐       ┌─ hub-a ─┐     ┌──► eks-us     (primary) takes both regions',
  '              ├──►    │  Redis  │ ────┤',
  '  eu-west-1 ──┘       └─ hub-b ─┘     └──► aks-west   (remote)  takes eu-west-1',
];

/**
 * Runs the main job on embedded defaults and shows what happens. With `once` it ends by itself, with 0 only if
 * everything that it claimed came true; without, services go on changing until it is interrupted.
 */
export async function runDemo(options: { readonly once: boolean; readonly terminal?: Terminal }): Promise<number> {
  const terminal = options.terminal ?? systemTerminal;
  for (const line of PICTURE) terminal.print(line);
  const world = await DemoWorld.start();
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
  const watch = new ClusterWatch(world);
  const stage = new Stage(terminal, watch);
  try {
    await Promise.race([playScenes({ world, watch, stage }), once(interrupted.signal, 'abort')]);
    if (!interrupted.signal.aborted && !options.once)
      await churn({ world, stage, terminal, signal: interrupted.signal });
  } catch (error) {
    stage.claim(`the demo runs to its end (${error instanceof Error ? error.message : String(error)})`, false);
  } finally {
    await world.stop(stage.failures > 0);
  }
  return finish(stage, world, terminal);
}

/**
 * Shows two replicas on a real `redis-server`: the leader is killed, stopped, and Redis is taken from both. It ends by
 * itself, with 0 only if everything that it claimed came true.
 */
export async function runPairDemo(options: { readonly terminal?: Terminal } = {}): Promise<number> {
  const terminal = options.terminal ?? systemTerminal;
  for (const line of PAIR_PICTURE) terminal.print(line);
  const port = await freePort();
  const logFile = join(tmpdir(), `isthmus-demo-redis-${port}.log`);
  let part: Part;
  try {
    part = await startRedis(port, logFile);
  } catch (error) {
    terminal.print(error instanceof Error ? error.message : String(error), 'bad');
    return EXIT.error;
  }
  const redis = {
    kill: () => part.kill(),
    restart: async () => (part = await startRedis(port, logFile)),
  };
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
  const world = await DemoWorld.start(PAIR, `redis://127.0.0.1:${port}`);
  const watch = new ClusterWatch(world);
  const stage = new Stage(terminal, watch);
  try {
    await Promise.race([playPairScenes({ world, watch, stage, redis }), once(interrupted.signal, 'abort')]);
  } catch (error) {
    stage.claim(`the demo runs to its end (${error instanceof Error ? error.message : String(error)})`, false);
  } finally {
    await world.stop(stage.failures > 0);
    await part.kill();
    await rm(logFile, { force: true });
  }
  return finish(stage, world, terminal);
}

function finish(stage: Stage, world: DemoWorld, terminal: Terminal): number {
  terminal.print('');
  if (stage.failures > 0) {
    terminal.print(`${stage.failures} claim(s) did not come true. The logs are in ${world.folder}.`, 'bad');
    return EXIT.error;
  }
  terminal.print(`Done in ${stage.seconds.toFixed(0)} s.`);
  terminal.print(
    'Next: write an isthmus.yaml (docs/how-to/first-cluster.md) and check it with `npm run -s isthmus -- validate -c isthmus.yaml`.',
  );
  return EXIT.ok;
}
