import { emulation } from './index.js';

export const b: unknown = emulation;
