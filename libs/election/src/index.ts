export { Elector } from './elector.js';
export type { ElectorOptions } from './elector.js';
