import { types } from 'node:util';

import type { Code } from '@isthmus/model';
import { IsthmusError } from '@isthmus/model';

/** First word of an error reply → what it means for the hub. Source: redis.io/docs/latest, error replies of the commands in use. */
const REPLIES: ReadonlyMap<string, Code> = new Map<string, Code>([
  ['WRONGPASS', 'store-refused'],
  ['NOAUTH', 'store-refused'],
  ['NOPERM', 'store-refused'],
  ['READONLY', 'store-read-only'],
  ['NOREPLICAS', 'store-read-only'],
  ['MASTERDOWN', 'store-read-only'],
  ['OOM', 'store-full'],
  ['LOADING', 'store-busy'],
  ['BUSY', 'store-busy'],
  ['TRYAGAIN', 'store-busy'],
]);

const { isNativeError } = types;

const TLS_CODES = /^(ERR_TLS|ERR_SSL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|CERT_|HOSTNAME_MISMATCH|EPROTO)/;
const REMEDIES = {
  timeout: 'it may have been carried out',
  network: 'the connection is down and is tried again',
} as const;

/**
 * The error as one of the catalogue. The client's own errors carry the command with its arguments, passwords among
 * them: nothing of them is kept but the first word of a reply, the name of a refused command, or a system code.
 */
export function translateError(error: unknown, doing: string, connectionError?: unknown): IsthmusError {
  const { name, message, code } = factsOf(error);
  if (name === 'ReplyError') return replyError(message, doing);
  if (/timed out/i.test(message))
    return new IsthmusError('timeout', `${doing}: no answer in time; ${REMEDIES.timeout}`);
  const reason = connectionError === undefined ? undefined : factsOf(connectionError);
  if (reason?.name === 'ReplyError') return replyError(reason.message, doing);
  const sentinels = sentinelError(reason?.message ?? '', doing);
  if (sentinels !== undefined) return sentinels;
  const systemCode = code ?? reason?.code;
  if (systemCode !== undefined && TLS_CODES.test(systemCode)) return new IsthmusError('tls', `${doing}: ${systemCode}`);
  const why = systemCode === undefined ? '' : ` (${systemCode})`;
  return new IsthmusError('network', `${doing}: ${REMEDIES.network}${why}`);
}

/** Whether Redis does not know a script by its SHA: surely nothing was carried out. */
export function isUnknownScript(error: unknown): boolean {
  const { name, message } = factsOf(error);
  return name === 'ReplyError' && message.startsWith('NOSCRIPT');
}

function replyError(message: string, doing: string): IsthmusError {
  const word = /^[A-Z]+/.exec(message)?.[0] ?? 'ERR';
  const command = word === 'NOPERM' ? /'([a-z|]+)' command/i.exec(message)?.[1] : undefined;
  const inner = word === 'ERR' ? innerReply(message) : undefined;
  const code = REPLIES.get(inner ?? word) ?? 'server-error';
  return new IsthmusError(
    code,
    `${doing}: Redis answered ${inner ?? word}${command === undefined ? '' : ` for ${command}`}`,
  );
}

/** A script that fails names what stopped it behind words of its own. */
function innerReply(message: string): string | undefined {
  if (/ACL failure in script|executing the script can't run/.test(message)) return 'NOPERM';
  return [...REPLIES.keys()].find((known) => message.includes(`${known} `));
}

/** What the client says when no Sentinel helped it: the last reply stands within its words, if there was one. */
function sentinelError(message: string, doing: string): IsthmusError | undefined {
  if (!message.startsWith('All sentinels are unreachable')) return undefined;
  const last = / Last error: (.*)$/s.exec(message)?.[1] ?? '';
  if (REPLIES.has(/^[A-Z]+/.exec(last)?.[0] ?? '')) return replyError(last, `${doing}: asking the Sentinels`);
  return new IsthmusError('network', `${doing}: no Sentinel names the primary; ${REMEDIES.network}`);
}

function factsOf(error: unknown): { readonly name: string; readonly message: string; readonly code?: string } {
  if (!isNativeError(error)) return { name: 'unknown', message: '' };
  const { code } = error as { readonly code?: unknown };
  const facts = { name: error.name, message: error.message };
  return typeof code === 'string' ? { ...facts, code } : facts;
}
