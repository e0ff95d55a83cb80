import { parseArgs } from 'node:util';
import { findServers } from '../e2e/servers/server-binaries.js';
import { idle } from './real-idle.js';
import { propagation } from './real-propagation.js';
import { writing } from './real-writing.js';
import { report } from './report.js';

const text = (preset: string) => ({ type: 'string', default: preset }) as const;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    /** Sizes and latencies of propagation, each with each. */
    services: text('100,1000,5000'),
    latency: text('2,80'),
    samples: text('60'),
    /** Objects that are written in the comparison of clients. */
    objects: text('1000'),
    'idle-services': text('1000'),
    'idle-seconds': text('180'),
  },
});
// What runs is ended with this process, if this process ends as it should.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const binaries = await findServers();
if (typeof binaries === 'string') {
  process.stderr.write(`isthmus bench: nothing was measured: ${binaries}\n`);
  process.exitCode = 1;
} else {
  const benchmarks = {
    writing: writing(binaries, { objects: numberOf(values.objects) }),
    propagation: propagation(binaries, {
      services: values.services.split(',').map(numberOf),
      latenciesMs: values.latency.split(',').map(numberOf),
      samples: numberOf(values.samples),
    }),
    idle: idle(binaries, {
      services: numberOf(values['idle-services']),
      idleSeconds: numberOf(values['idle-seconds']),
    }),
  };
  await report(benchmarks, { chosen: positionals, json: values.json });
}

function numberOf(word: string): number {
  const number = Number(word);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Error(`“${word}” is no number above 0`);
}
