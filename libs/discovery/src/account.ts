import { IsthmusError, parseComponentKey } from '@isthmus/model';
import type { ComponentRecord, NamespaceRecord, Snapshot, SourceSettings } from '@isthmus/model';

/**
 * `wrong-account` when the ARNs of a listing belong to another region than the source, or those of its own (not
 * shared) namespaces to another account. A listing without own namespaces cannot be judged and proves nothing.
 */
export function checkAccount(
  settings: SourceSettings,
  namespaces: readonly NamespaceRecord[],
): IsthmusError | undefined {
  const elsewhere = namespaces.find((namespace) => namespace.region !== settings.region);
  if (elsewhere !== undefined) {
    const what = `source ${settings.name} reads region ${settings.region}, but was answered with ${elsewhere.region}`;
    return wrongAccount(settings.name, `${what}: correct its region or endpoint`);
  }
  const actual = ownAccounts(namespaces).find((account) => account !== (settings.account ?? account));
  if (actual === undefined) return undefined;
  const what = `source ${settings.name} names account ${settings.account}, but its credentials belong to ${actual}`;
  return wrongAccount(settings.name, `${what}: correct one of them`);
}

/**
 * `wrong-account` when a listing shows another own account than the snapshot was read from, or when live components
 * name this source and it sees none of the accounts they came from. The latter tells wrong credentials from the right
 * ones only where the source names no account: with the right ones, another account has ended its share.
 */
export function checkLiveAccounts(
  snapshot: Snapshot,
  live: { readonly settings: Pick<SourceSettings, 'account'>; readonly records: readonly ComponentRecord[] },
  namespaces: readonly NamespaceRecord[],
): IsthmusError | undefined {
  const now = ownAccounts(namespaces)[0];
  if (snapshot.account !== undefined && now !== undefined && now !== snapshot.account) {
    const what = `source ${snapshot.source} was read from account ${snapshot.account}, now its credentials belong to ${now}`;
    return wrongAccount(snapshot.source, `${what}: correct the credentials, or restart the hub`);
  }
  const seen = new Set(namespaces.map((namespace) => namespace.ownerAccount));
  if (live.settings.account !== undefined || seen.size === 0) return undefined;
  const accounts = liveAccounts(snapshot, live.records);
  if (accounts.length === 0 || accounts.some((account) => seen.has(account))) return undefined;
  const what = `live objects hold services of account ${accounts.join(', ')} from source ${snapshot.source}`;
  const seenNow = [...seen].sort().join(', ');
  const remedy = 'correct the credentials, or name its account if it is right and a share has ended';
  return wrongAccount(snapshot.source, `${what}, which now sees ${seenNow}: ${remedy}`);
}

/** Accounts of the namespaces that belong to the reader itself, sorted. */
export function ownAccounts(namespaces: readonly NamespaceRecord[]): readonly string[] {
  const own = namespaces.filter((namespace) => !namespace.isShared);
  return [...new Set(own.map((namespace) => namespace.ownerAccount))].sort();
}

function liveAccounts(snapshot: Snapshot, records: readonly ComponentRecord[]): readonly string[] {
  const accounts = new Set<string>();
  for (const record of records) {
    const identity = parseComponentKey(record.key);
    if (record.source === snapshot.source && identity?.region === snapshot.region) accounts.add(identity.ownerAccount);
  }
  return [...accounts].sort();
}

function wrongAccount(source: string, message: string): IsthmusError {
  return new IsthmusError('wrong-account', message, { context: { source } });
}
