import { plan } from '../../plan/src/index.js';

export const ports = plan;
