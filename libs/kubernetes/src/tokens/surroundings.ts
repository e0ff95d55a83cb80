import { IsthmusError, Secret } from '@isthmus/model';

/** What token sources need of the machine that they run on. */
export interface TokenSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Rejects when the file cannot be read. */
  readonly readText: (path: string) => Promise<string>;
  /** Wall clock, epoch ms. */
  readonly nowMs: () => number;
}

/** A mounted token, read anew each time, because it changes under its path. */
export async function readSecretFile(path: string, { readText }: TokenSurroundings, what: string): Promise<Secret> {
  let text: string;
  try {
    text = (await readText(path)).trim();
  } catch (error) {
    const { code = 'unknown' } = error as { readonly code?: unknown };
    throw new IsthmusError('token-unavailable', `${what} cannot be read from ${path} (${String(code)})`);
  }
  if (/^[\x21-\x7e]+$/.test(text)) return new Secret(text);
  throw new IsthmusError('token-unavailable', `${what} in ${path} is not one token`);
}

/** The URL of an issuer: https, or this machine, where tests and side-cars listen. */
export function issuerUrl(text: string, what: string): URL {
  const url = URL.parse(text);
  const isLocal = url !== null && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  if (url !== null && (url.protocol === 'https:' || (url.protocol === 'http:' && isLocal))) return url;
  throw new IsthmusError('token-unavailable', `${what} is not an https URL`);
}
