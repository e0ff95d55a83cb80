export * from './cloud-map/index.js';
export * from './kubernetes/index.js';
