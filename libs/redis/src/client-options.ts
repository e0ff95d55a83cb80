import { readFileSync } from 'node:fs';

import type { RedisSettings } from '@isthmus/model';
import type { RedisOptions } from 'ioredis';

/** What a connection is for: the leader's lease, snapshots, or waiting for news. Each has its own, so that none waits for another. */
export type Purpose = 'lease' | 'data' | 'news';

/** How long a `news` connection waits on the server for the next change. */
export const NEWS_BLOCK_MS = 1_000;

/** A command without an answer after this is in doubt; a socket that is silent this long while one waits is dead. */
const TIMEOUTS: Record<Purpose, { readonly commandMs: number; readonly socketMs: number }> = {
  lease: { commandMs: 1_000, socketMs: 1_500 },
  data: { commandMs: 5_000, socketMs: 6_000 },
  news: { commandMs: NEWS_BLOCK_MS + 1_500, socketMs: NEWS_BLOCK_MS + 2_000 },
};
const CONNECT_TIMEOUT_MS = 2_000;
const RECONNECT = { stepMs: 100, maxMs: 2_000 };

/**
 * The client fails fast and does nothing behind our back: no queue while it is disconnected, no command sent twice.
 * Without `socketTimeout` a frozen primary would never be left; `autoResendUnfulfilledCommands` runs scripts twice.
 */
export function clientOptions(settings: RedisSettings, purpose: Purpose): RedisOptions {
  const { commandMs, socketMs } = TIMEOUTS[purpose];
  const tls = settings.tls === undefined ? {} : { tls: tlsOptions(settings.tls) };
  return {
    ...addressOptions(settings),
    ...tls,
    ...(settings.username === undefined ? {} : { username: settings.username }),
    ...passwordOptions(settings),
    db: settings.database,
    protocol: 2,
    connectionName: `isthmus-${purpose}`,
    lazyConnect: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: commandMs,
    socketTimeout: socketMs,
    connectTimeout: CONNECT_TIMEOUT_MS,
    // 2 would send the command again.
    reconnectOnError: ({ message }) => (message.includes('READONLY') ? 1 : false),
  };
}

/** Ms until the next attempt to connect. */
export function reconnectDelayMs(attempt: number): number {
  return Math.min(attempt * RECONNECT.stepMs, RECONNECT.maxMs);
}

/** The passwords of the server and of its Sentinels as they stand in their files now; throws when one cannot be read. */
export function passwordOptions({ address, passwordFile }: RedisSettings): RedisOptions {
  const sentinelFile = address.kind === 'sentinel' ? address.passwordFile : undefined;
  return {
    ...(passwordFile === undefined ? {} : { password: readPassword(passwordFile) }),
    ...(sentinelFile === undefined ? {} : { sentinelPassword: readPassword(sentinelFile) }),
  };
}

function readPassword(file: string): string {
  return readFileSync(file, 'utf8').trim();
}

function addressOptions({ address, tls }: RedisSettings): RedisOptions {
  if (address.kind === 'server') return { host: address.host, port: address.port };
  return {
    name: address.name,
    role: 'master',
    sentinels: address.nodes.map((node) => ({ ...node })),
    // Off by default: without it the client stays with a primary that was replaced.
    failoverDetector: true,
    sentinelCommandTimeout: CONNECT_TIMEOUT_MS,
    sentinelReconnectStrategy: reconnectDelayMs,
    ...(address.username === undefined ? {} : { sentinelUsername: address.username }),
    ...(tls === undefined ? {} : { enableTLSForSentinelMode: true, sentinelTLS: tlsOptions(tls) }),
  };
}

function tlsOptions({ caFile, serverName }: NonNullable<RedisSettings['tls']>): NonNullable<RedisOptions['tls']> {
  return {
    minVersion: 'TLSv1.2',
    ...(caFile === undefined ? {} : { ca: readFileSync(caFile, 'utf8') }),
    ...(serverName === undefined ? {} : { servername: serverName }),
  };
}
