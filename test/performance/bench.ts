import { parseArgs } from 'node:util';
import { decision } from './decision.js';
import { federation } from './federation.js';
import { memory } from './memory.js';
import { polling } from './polling.js';
import { report } from './report.js';
import { store } from './store.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' } },
});
await report({ decision, polling, store, federation, memory }, { chosen: positionals, json: values.json });
