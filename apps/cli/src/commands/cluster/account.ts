import { createHash } from 'node:crypto';
import type { Administrator, Manifest, ObjectSeen } from '@isthmus/kubernetes';
import { deleteObject, nameOf, patchObject, seeObject, targetManifests } from '@isthmus/kubernetes';
import { IsthmusError, OBJECT } from '@isthmus/model';
import type { Terminal } from '../../terminal.js';
import { printable } from '../document.js';

/** Annotations of the account begin with it, one for each hub that uses it; the rest tells hubs apart. */
const USED_BY = 'used-by.isthmus.dev/';

/** What an object has when `cluster add` made it, and not when it was there. */
export const MADE_HERE = { [OBJECT.managedBy]: OBJECT.managedByValue } as const;

/** Who uses the account in a cluster: one cluster of one hub. */
export interface AccountUser {
  readonly key: string;
  /** For people. */
  readonly description: string;
}

/** The namespaces of Secrets are those of hubs, and kube-system says which cluster they are in: it lives as long. */
export async function accountUser(
  hub: Administrator,
  { name, secretsNamespace }: { readonly name: string; readonly secretsNamespace: string },
  signal: AbortSignal,
): Promise<AccountUser> {
  const system: Pick<Manifest, 'kind' | 'metadata'> = { kind: 'Namespace', metadata: { name: 'kube-system' } };
  const seen = await seeObject(hub, system, signal);
  if (seen === undefined)
    throw new IsthmusError('not-found', `reading ${nameOf(system)} by context ${hub.context}: it is not there`);
  const identity = createHash('sha256')
    .update(JSON.stringify([seen.uid, secretsNamespace, name]))
    .digest('hex');
  return {
    key: `${USED_BY}${identity.slice(0, 16)}`,
    description: `Secret ${secretsNamespace}/${name} of ${hub.context}`,
  };
}

/** What a cluster needs of us, with the name of its user on each object that is not for everybody. */
export function accountManifests(namespace: string, { key, description }: AccountUser): readonly Manifest[] {
  return targetManifests(namespace).map((manifest) =>
    manifest.kind === 'Namespace'
      ? manifest
      : {
          ...manifest,
          metadata: { ...manifest.metadata, annotations: { ...manifest.metadata.annotations, [key]: description } },
        },
  );
}

interface Found {
  readonly manifest: Manifest;
  readonly seen: ObjectSeen;
}

interface Release {
  readonly administrator: Administrator;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly isDryRun: boolean;
  readonly user: AccountUser;
}

/**
 * Takes away what `cluster add` made in a cluster, but for the namespace: nothing while another hub uses it, and nothing
 * that was there before. Each object goes as it was seen, so a hub that joins meanwhile keeps it.
 */
export async function releaseAccount(namespace: string, release: Release): Promise<void> {
  const { administrator, terminal, signal, user } = release;
  const found = await findAccount(administrator, namespace, signal);
  const others = new Set(found.flatMap(({ seen }) => usersOf(seen, user)));
  for (const one of found.toReversed()) {
    const isOurs = Object.entries(MADE_HERE).every(([label, value]) => one.seen.labels[label] === value);
    if (others.size > 0) await leave(one, release);
    else if (isOurs) await take(one, release);
    else {
      terminal.tell(`${nameOf(one.manifest)} stays: it was not made by isthmus cluster add`, 'warning');
      await leave(one, release);
    }
  }
  const names = [...others].join(', ');
  if (names !== '') terminal.tell(printable(`the account in ${namespace} stays: it is used by ${names}`), 'warning');
}

async function take({ manifest, seen }: Found, { administrator, terminal, signal, isDryRun }: Release): Promise<void> {
  const what = nameOf(manifest);
  if (isDryRun) return terminal.print(`would delete ${what} by context ${administrator.context}`);
  await deleteObject(administrator, manifest, { signal, seen });
  terminal.tell(`deleted ${what}`, 'good');
}

/** Takes our own name from an object, and nothing else. */
async function leave({ manifest, seen }: Found, { administrator, signal, isDryRun, user }: Release): Promise<void> {
  if (isDryRun || !(user.key in seen.annotations)) return;
  const { uid, resourceVersion } = seen;
  const patch = { metadata: { uid, resourceVersion, annotations: { [user.key]: null } } };
  await patchObject(administrator, manifest, { patch, signal });
}

async function findAccount(
  administrator: Administrator,
  namespace: string,
  signal: AbortSignal,
): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const manifest of targetManifests(namespace)) {
    if (manifest.kind === 'Namespace') continue;
    const seen = await seeObject(administrator, manifest, signal);
    if (seen !== undefined) found.push({ manifest, seen });
  }
  return found;
}

/** The other hubs that an object names. */
function usersOf({ annotations }: ObjectSeen, self: AccountUser): readonly string[] {
  const names = Object.entries(annotations).filter(([key]) => key.startsWith(USED_BY) && key !== self.key);
  return names.map(([, description]) => description);
}
