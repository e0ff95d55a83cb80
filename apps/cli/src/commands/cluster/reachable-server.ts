import type { AdministeredServer } from '@isthmus/kubernetes';

/** Why a hub elsewhere could not use a server that works for a person here; undefined when it may. */
export function refusedForOthers({ url, proxyUrl }: AdministeredServer): string | undefined {
  const host = URL.parse(url)?.hostname ?? '';
  if (!url.startsWith('https://')) return 'is no https URL';
  if (host === 'localhost' || host.endsWith('.localhost') || /^127\.|^\[::1\]$|^0\.0\.0\.0$/.test(host)) {
    return 'is this machine for whoever uses it';
  }
  if (proxyUrl !== undefined) return 'is reached through a proxy, which a hub does not use';
  return undefined;
}
