import { readFileSync } from 'node:fs';
import { plan } from '../../plan/src/index.js';

export const desired = [plan, readFileSync];
