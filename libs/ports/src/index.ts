export * from './clock.js';
export * from './cloud-map-source.js';
export * from './cluster-client.js';
export * from './leader-elector.js';
export * from './lease-store.js';
export * from './logger.js';
export * from './metrics.js';
export * from './snapshot-store.js';
