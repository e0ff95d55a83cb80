import type { Secret } from '@isthmus/model';

const MAX_LENGTH = 300;
const BEARER = /bearer\s+\S+/gi;
const JWT = /eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g;
/** A quoted part, one that was cut before its end included. */
const QUOTED = /"(?:[^"\\]|\\.)*(?:"|$)/gs;
const CONTROL = /\p{Cc}+/gu;

/**
 * At most 300 characters of a text that somebody else wrote, safe to print: on one line, without tokens. Without its
 * quoted parts too where it may repeat what we sent.
 */
export function excerpt(
  text: string,
  options: { readonly token: Secret | undefined; readonly mayEcho: boolean },
): string {
  const token = options.token?.reveal();
  const known = token === undefined ? text : text.replaceAll(token, '[redacted]');
  const plain = known.replaceAll(BEARER, '[redacted]').replaceAll(JWT, '[redacted]').replaceAll(CONTROL, ' ').trim();
  const shown = options.mayEcho ? plain.replaceAll(QUOTED, '"…"') : plain;
  return shown.length <= MAX_LENGTH ? shown : `${shown.slice(0, MAX_LENGTH - 1)}…`;
}
