import { federation } from '../../federation/src/index.js';

export const election = federation;
