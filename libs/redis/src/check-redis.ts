import type { Check, RedisSettings } from '@isthmus/model';
import { broken, CODES, fine, IsthmusError, toIsthmusError, unseen, warned } from '@isthmus/model';
import { Redis } from 'ioredis';
import { clientOptions } from './client-options.js';
import { keysOf } from './keys.js';
import { translateError } from './translate-error.js';

/** The oldest major version that is tried. */
const OLDEST_MAJOR = 6;
/** What every script of the hub does, on a key of its own that it deletes again. */
const TRIAL = `
redis.call('HSET', KEYS[1], 'a', '1')
redis.call('HSETNX', KEYS[1], 'b', '1')
redis.call('HINCRBY', KEYS[1], 'a', 1)
redis.call('HMGET', KEYS[1], 'a')
redis.call('HEXISTS', KEYS[1], 'a')
redis.call('HKEYS', KEYS[1])
redis.call('HDEL', KEYS[1], 'a', 'b')
redis.call('LPUSH', KEYS[2], 'a')
redis.call('LTRIM', KEYS[2], 0, 0)
redis.call('LRANGE', KEYS[2], 0, 0)
redis.call('LTRIM', KEYS[2], 1, 0)
redis.call('INFO', 'server')
return 'done'`;

/** Looks at Redis as a hub would use it: reached, of a version and with settings that keep what it is given, and its rights. */
export async function checkRedis(settings: RedisSettings, hub: string): Promise<readonly Check[]> {
  let client: Redis;
  try {
    client = new Redis({ ...clientOptions(settings, 'data'), retryStrategy: () => null });
  } catch (error) {
    const { code = 'unknown' } = Object(error) as { readonly code?: string };
    return [broken('redis', `a file of store.redis cannot be read (${code})`, 'Correct passwordFile or tls.caFile.')];
  }
  let connectionError: unknown;
  client.on('error', (error: unknown) => {
    connectionError = error;
  });
  try {
    await client.connect();
    await client.ping();
    const [server, memory, persistence, replication] = await Promise.all(
      ['server', 'memory', 'persistence', 'replication'].map((section) => infoOf(client, section)),
    );
    return [
      fine('redis', 'it answers PING'),
      versionCheck(server),
      roleCheck(replication),
      evictionCheck(memory),
      persistenceCheck(persistence),
      await scriptCheck(client, settings, hub),
    ];
  } catch (error) {
    const failure = translateError(error, 'connecting to Redis', connectionError);
    return [broken('redis', failure.message, CODES[failure.code].remedy)];
  } finally {
    client.disconnect();
  }
}

type Info = ReadonlyMap<string, string> | undefined;

/** A section of INFO; undefined when it may not be read. */
async function infoOf(client: Redis, section: string): Promise<Info> {
  try {
    const text = String(await client.call('info', section));
    return new Map(text.split('\r\n').map((line): [string, string] => splitAt(line, line.indexOf(':'))));
  } catch {
    return undefined;
  }
}

function splitAt(line: string, index: number): [string, string] {
  return [line.slice(0, index), line.slice(index + 1)];
}

function versionCheck(server: Info): Check {
  const version = server?.get('redis_version') ?? server?.get('valkey_version');
  if (version === undefined) return unseen('redis-version', 'it does not say its version');
  const message = `version ${version}`;
  if (Number(version.split('.')[0]) >= OLDEST_MAJOR) return fine('redis-version', message);
  return warned('redis-version', message, `Upgrade it: Isthmus is tried from Redis ${OLDEST_MAJOR} on.`);
}

function roleCheck(replication: Info): Check {
  const role = replication?.get('role');
  if (role === undefined) return unseen('redis-role', 'it does not say whether it is a primary');
  if (role === 'master') return fine('redis-role', 'it is a primary');
  const fix = 'Point store.redis.url at the primary, or name the Sentinels by store.redis.sentinel.';
  return broken('redis-role', 'it is a replica, which takes no writes', fix);
}

/** Source: redis.io, “Key eviction”: every policy but noeviction may take the lease away. */
function evictionCheck(memory: Info): Check {
  const policy = memory?.get('maxmemory_policy');
  if (policy === undefined) return unseen('redis-eviction', 'its eviction policy is not for the hub to see');
  const isLimited = memory?.get('maxmemory') !== '0';
  const message = `maxmemory-policy ${policy}${isLimited ? '' : ', without a limit'}`;
  // Keys of the hub have no time to live, so that volatile policies leave them alone.
  if (!policy.startsWith('allkeys')) return fine('redis-eviction', message);
  const fix = 'CONFIG SET maxmemory-policy noeviction  # a hub keeps its lease there, which must not be evicted';
  return isLimited ? broken('redis-eviction', message, fix) : warned('redis-eviction', message, fix);
}

function persistenceCheck(persistence: Info): Check {
  const isAppending = persistence?.get('aof_enabled');
  if (isAppending === undefined) return unseen('redis-persistence', 'its persistence is not for the hub to see');
  if (isAppending === '1') return fine('redis-persistence', 'it appends to a file');
  const message = 'it does not append to a file: a restart may forget the lease and the latest snapshots';
  const fix =
    'CONFIG SET appendonly yes  # or accept it: without snapshots a hub removes nothing until all was read anew';
  return warned('redis-persistence', message, fix);
}

/** Runs what the scripts of the hub run, on keys of the hub. */
async function scriptCheck(client: Redis, { keyPrefix, username }: RedisSettings, hub: string): Promise<Check> {
  const base = keysOf(keyPrefix, hub).lease.replace(/:lease$/, ':doctor');
  try {
    await client.call('eval', TRIAL, 2, `${base}:hash`, `${base}:list`);
    await client.call('xread', 'COUNT', 1, 'STREAMS', keysOf(keyPrefix, hub).changes, '$');
    return fine('redis-rights', 'its scripts may run on the keys of the hub');
  } catch (error) {
    const failure = error instanceof IsthmusError ? error : translateError(error, 'running a script as a hub does');
    if (failure.code !== 'store-refused') {
      const { code, message } = toIsthmusError(failure, 'running a script');
      return broken('redis-rights', message, CODES[code].remedy);
    }
    const rights = '-@all +@read +@write +@scripting +@stream +@connection +wait -@dangerous +info -@admin';
    const fix = `ACL SETUSER ${username ?? 'isthmus'} on ~${keyPrefix}:{${hub}}:* ${rights}`;
    return broken('redis-rights', failure.message, fix);
  }
}
