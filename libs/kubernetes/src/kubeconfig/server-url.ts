import type { Result } from '@isthmus/model';
import { err, ok } from '@isthmus/model';
import { refusedHost } from '../address-policy.js';

/**
 * The URL of an API server without a slash at its end, or why it is refused. Only https, no user-info, query or
 * fragment, no link-local, metadata, multicast or unspecified address; loopback is allowed. The text is never repeated.
 */
export function readServerUrl(text: string): Result<string, string> {
  const url = URL.parse(text);
  if (url === null) return err('is not a URL');
  if (url.protocol !== 'https:') return err('must be an https URL: the token would travel in clear');
  if (url.username !== '' || url.password !== '') return err('must not carry a user or password');
  if (url.search !== '' || url.hash !== '') return err('must not carry a query or fragment');
  const refusal = refusedHost(url.hostname.replace(/^\[|\]$/g, ''));
  if (refusal !== undefined) return err(`is refused: ${refusal}`);
  return ok(`${url.origin}${url.pathname}`.replace(/\/+$/, ''));
}
