import { b } from './b.js';

export const emulation = b;
