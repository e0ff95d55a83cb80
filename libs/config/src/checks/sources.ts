import type { Outline, SourceOutline } from '../outline.js';
import { legal, singleSources } from '../outline.js';
import type { ConfigPath, Finding } from '../problem.js';
import { quote } from '../problem.js';
import { isDnsLabel } from '../schema/text.js';
import { repeats } from './repeats.js';

/** What is wrong inside sources and between them. */
export function checkSources({ sources }: Outline): readonly Finding[] {
  if (sources.length === 0) return [{ code: 'CFG060', path: ['sources'], message: 'there is no source' }];
  return [...repeatedNames(sources), ...sources.flatMap((source, index) => checkSource(source, ['sources', index]))];
}

function checkSource(source: SourceOutline, path: ConfigPath): readonly Finding[] {
  return [
    ...checkRegion(source, path),
    ...longNames(source, path),
    ...checkCredentials(source, path),
    ...checkAges(source, path),
    ...clearTextEndpoints(source, path),
    ...strictHealth(source, path),
  ];
}

/** Names as they are after the expansion of `regions`: `shop` and `shop-us-east-1` may collide. */
function repeatedNames(sources: readonly SourceOutline[]): readonly Finding[] {
  const named = sources.flatMap((source, index) =>
    singleSources(source).map(({ name }, position) => {
      const field: ConfigPath = source.regions === undefined ? ['name'] : ['regions', position];
      return { name, path: ['sources', index, ...field] };
    }),
  );
  return repeats(named.map(({ name }) => name)).map(({ index, value }): Finding => ({
    code: 'CFG030',
    path: named[index]?.path ?? [],
    message: `${quote(value)} is already the name of another source`,
  }));
}

function checkRegion({ region, regions }: SourceOutline, path: ConfigPath): readonly Finding[] {
  if (region === undefined && regions === undefined) {
    const remedy = 'add it, or regions for several';
    return [{ code: 'CFG006', path: [...path, 'region'], message: 'is missing', remedy }];
  }
  if (region === undefined || regions === undefined) return [];
  return [{ code: 'CFG036', path: [...path, 'regions'], message: 'stands beside region' }];
}

function longNames(source: SourceOutline, path: ConfigPath): readonly Finding[] {
  if (source.regions === undefined || source.name === undefined || !isDnsLabel(source.name)) return [];
  const tooLong = singleSources(source).find(({ name }) => name !== undefined && name.length > 63);
  if (tooLong === undefined) return [];
  const message = `${quote(tooLong.name)}, the name for one of the regions, is longer than 63 characters`;
  return [{ code: 'CFG012', path: [...path, 'name'], message }];
}

function checkCredentials({ credentials, account }: SourceOutline, path: ConfigPath): readonly Finding[] {
  const { assumeRole, webIdentity } = credentials;
  const at = [...path, 'credentials'];
  const given = (['assumeRole', 'webIdentity', 'static'] as const).filter((name) => credentials[name] !== undefined);
  if (given.length > 1) {
    const message = `names ${given.join(' and ')}; only one of them can be the identity`;
    return [{ code: 'CFG029', path: at, message, remedy: `remove ${given.slice(1).join(' and ')}` }];
  }
  if (assumeRole !== undefined && account === undefined) {
    const message = 'assumes a role without saying its account';
    return [{ code: 'CFG029', path: [...at, 'assumeRole'], message, remedy: 'add account to the source' }];
  }
  return [
    ...foreignRole(assumeRole?.arn, account, [...at, 'assumeRole', 'arn']),
    ...foreignRole(webIdentity?.roleArn, account, [...at, 'webIdentity', 'roleArn']),
  ];
}

/** A role reads the Cloud Map of its own account. */
function foreignRole(arn: string | undefined, account: string | undefined, path: ConfigPath): readonly Finding[] {
  const inArn = /^arn:[^:]*:iam::(\d{12}):/.exec(arn ?? '')?.[1];
  if (inArn === undefined || account === undefined || legal(account) === undefined || inArn === account) return [];
  const message = `is a role of account ${inArn}, but the source is account ${quote(account)}`;
  return [{ code: 'CFG029', path, message, remedy: 'correct one of the two' }];
}

function checkAges({ staleAfter, frozenAfter }: SourceOutline, path: ConfigPath): readonly Finding[] {
  if (Number.isNaN(staleAfter) || Number.isNaN(frozenAfter) || frozenAfter > staleAfter) return [];
  const message = `${frozenAfter / 1000}s is not longer than staleAfter, ${staleAfter / 1000}s`;
  return [{ code: 'CFG037', path: [...path, 'frozenAfter'], message }];
}

function clearTextEndpoints({ endpoint }: SourceOutline, path: ConfigPath): readonly Finding[] {
  const planes = [endpoint?.control, endpoint?.data];
  if (!planes.some((url) => url !== undefined && isClearText(url))) return [];
  const message = 'requests, and with them a session token, are sent in clear text';
  return [{ code: 'CFG067', path: [...path, 'endpoint'], message }];
}

function strictHealth({ health }: SourceOutline, path: ConfigPath): readonly Finding[] {
  if (health !== 'HEALTHY') return [];
  const message = 'when a service has no healthy instance, all of its endpoints go';
  return [{ code: 'CFG069', path: [...path, 'health'], message }];
}

function isClearText(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  const isThisMachine = hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
  return protocol === 'http:' && !isThisMachine;
}
