export { openRedis } from './open-redis.js';
export type { OpenRedisOptions, RedisBackend } from './open-redis.js';
export { RedisSnapshotStore } from './redis-snapshot-store.js';
export type { StoredVersion } from './redis-snapshot-store.js';
export { checkRedis } from './check-redis.js';
