import type { Finding } from '../problem.js';
import { quote } from '../problem.js';
import type { Outline, SourceOutline } from '../outline.js';
import { repeats } from './repeats.js';

/** What is wrong between the sources. */
export function checkSources({ sources }: Outline): readonly Finding[] {
  if (sources.length === 0) return [{ code: 'CFG060', path: ['sources'], message: 'there is no source' }];
  const names = repeats(sources.map(({ name }) => name)).map(({ index, value }): Finding => ({
    code: 'CFG030',
    path: ['sources', index, 'name'],
    message: `${quote(value)} is already the name of another source`,
  }));
  return [...names, ...sources.flatMap(clearTextEndpoints)];
}

function clearTextEndpoints({ endpoint }: SourceOutline, index: number): readonly Finding[] {
  const planes = [endpoint?.control, endpoint?.data];
  if (!planes.some((url) => url !== undefined && isClearText(url))) return [];
  const message = 'requests, and with them a session token, are sent in clear text';
  return [{ code: 'CFG067', path: ['sources', index, 'endpoint'], message }];
}

function isClearText(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  const isThisMachine = hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
  return protocol === 'http:' && !isThisMachine;
}
