import type { RedisSettings } from '@isthmus/model';
import { z } from 'zod';
import { textRule } from './rule.js';
import { filePath } from './text.js';

const DEFAULT_PORT = 6379;
const SENTINEL_PORT = 26_379;

/** Where a Redis server is; its text is never repeated in a message, because a password may stand in it. */
const redisUrl = z.string().refine((text) => parseUrl(text) !== undefined, {
  params: { code: 'CFG041' },
  error: 'is not a plain redis or rediss URL',
});

/** `host` or `host:port` of a Sentinel; an IPv6 address in brackets. */
const sentinelNode = textRule('CFG041', 'is not host:port', (text) => parseNode(text) !== undefined);

const redis = z.strictObject({
  url: redisUrl.optional(),
  username: z.string().min(1).optional(),
  passwordFile: filePath.optional(),
  tls: z.strictObject({ caFile: filePath.optional(), serverName: z.string().min(1).optional() }).optional(),
  sentinel: z
    .strictObject({
      name: z.string().min(1),
      nodes: z.array(sentinelNode).min(1),
      username: z.string().min(1).optional(),
      passwordFile: filePath.optional(),
    })
    .optional(),
  keyPrefix: textRule('CFG041', 'is not a key prefix', (text) => /^[\w.:-]{1,64}$/.test(text)).default('isthmus'),
  waitReplicas: z.int().min(0).max(10).default(0),
});

/** `store`: what its fields say of each other is checked on the outline. */
export const store = z.strictObject({ memory: z.strictObject({}).optional(), redis: redis.optional() });

/** The settings of a checked `store.redis`; paths are as they are written. */
export function redisSettings({ url, tls, sentinel, ...given }: z.output<typeof redis>): RedisSettings {
  const server = url === undefined ? undefined : parseUrl(url);
  const isTls = tls !== undefined || server?.isTls === true;
  return {
    address:
      sentinel === undefined
        ? { kind: 'server', host: server?.host ?? '', port: server?.port ?? DEFAULT_PORT }
        : {
            kind: 'sentinel',
            name: sentinel.name,
            nodes: sentinel.nodes.flatMap((node) => parseNode(node) ?? []),
            username: sentinel.username,
            passwordFile: sentinel.passwordFile,
          },
    database: server?.database ?? 0,
    username: given.username,
    passwordFile: given.passwordFile,
    tls: isTls ? { caFile: tls?.caFile, serverName: tls?.serverName } : undefined,
    keyPrefix: given.keyPrefix,
    waitReplicas: given.waitReplicas,
  };
}

interface UrlParts {
  readonly host: string;
  readonly port: number;
  readonly database: number;
  readonly isTls: boolean;
}

function parseUrl(text: string): UrlParts | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, username, password, hostname, port, pathname, search, hash } = new URL(text);
  const database = /^\/?(\d{0,4})$/.exec(pathname)?.[1];
  const isPlain = username === '' && password === '' && search === '' && hash === '' && hostname !== '';
  if (!isPlain || database === undefined || (protocol !== 'redis:' && protocol !== 'rediss:')) return undefined;
  return {
    host: hostname.replaceAll(/[[\]]/g, ''),
    port: port === '' ? DEFAULT_PORT : Number(port),
    database: Number(database),
    isTls: protocol === 'rediss:',
  };
}

function parseNode(text: string): { readonly host: string; readonly port: number } | undefined {
  if (!/^([\w.-]+|\[[0-9a-fA-F:]+\])(:\d{1,5})?$/.test(text)) return undefined;
  const { hostname, port } = new URL(`redis://${text}`);
  return { host: hostname.replaceAll(/[[\]]/g, ''), port: port === '' ? SENTINEL_PORT : Number(port) };
}
