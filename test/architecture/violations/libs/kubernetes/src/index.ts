import { cloudmap } from '../../cloudmap/src/index.js';

export const kubernetes = cloudmap;
