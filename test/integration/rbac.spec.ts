import type { AccessRule } from '@isthmus/emulation';
import { hubRights } from '@isthmus/emulation';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { roleManifests, targetManifests } from '@isthmus/kubernetes';
import { codeOf, manifestOf, preconditionOf, unaborted } from '@isthmus/testing';
import type { EntryName } from '@isthmus/model';
import type { ClusterClient } from '@isthmus/ports';
import { parseAllDocuments } from 'yaml';
import { EmulatedCluster } from './emulated-cluster.js';

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly verbs: readonly string[];
  }[];
  readonly roleRef?: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly { readonly kind: string; readonly name: string; readonly namespace: string }[];
}

const FOLDER = join(import.meta.dirname, '../../deploy/rbac');

function manifestsOf(file: string): readonly Manifest[] {
  const text = readFileSync(join(FOLDER, `${file}.yaml`), 'utf8');
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}

/** What the ServiceAccount of the hub may do by these files; `watch` is granted for later and known to no emulator. */
function rightsOf(...files: readonly string[]): readonly AccessRule[] {
  const manifests = files.flatMap(manifestsOf);
  return manifests
    .filter(({ subjects }) => subjects?.some(({ name, namespace }) => name === 'isthmus' && namespace === 'isthmus'))
    .flatMap(({ kind, roleRef, metadata: { namespace } }) => {
      const role = manifests.find((one) => {
        const isSame = one.kind === roleRef?.kind && one.metadata.name === roleRef.name;
        return isSame && (one.kind === 'ClusterRole' || one.metadata.namespace === namespace);
      });
      const namespaces = kind === 'ClusterRoleBinding' ? ['*'] : [namespace ?? ''];
      return (role?.rules ?? []).map(({ resources, verbs }) => ({
        namespaces,
        resources: resources as AccessRule['resources'],
        verbs: verbs.filter((verb) => verb !== 'watch') as AccessRule['verbs'],
      }));
    });
}

/** `namespace resource verb` of everything that rules allow; a rule for every namespace says `*`. */
function printed(rules: readonly AccessRule[]): readonly string[] {
  return rules
    .flatMap(({ namespaces, resources, verbs }) =>
      namespaces.flatMap((namespace) =>
        resources.flatMap((resource) => verbs.map((verb) => `${namespace} ${resource} ${verb}`)),
      ),
    )
    .toSorted();
}

/** Everything that a hub does with the entries of its namespace. */
async function write(client: ClusterClient): Promise<void> {
  const { metadata } = await client.create(manifestOf('a'), unaborted());
  const updated = await client.update(manifestOf('a', { labels: {} }), preconditionOf(metadata), unaborted());
  await client.getEntry('a' as EntryName, unaborted());
  await read(client);
  await client.delete('a' as EntryName, preconditionOf(updated.metadata), unaborted());
}

async function read(client: ClusterClient): Promise<void> {
  await client.listMetadata(unaborted());
  await client.listEntries(unaborted());
}

describe('the rights that the emulated clusters give a hub', () => {
  it('are those of deploy/rbac', () => {
    expect(printed(hubRights(['isthmus']))).toEqual(printed(rightsOf('target-cluster')));
  });
});

describe("the rights that deploy/rbac gives in the hub's own cluster", () => {
  it('are to read the Secrets of one namespace, and nothing else', () => {
    const rules = manifestsOf('hub-secrets').flatMap(({ kind, metadata, rules: given = [] }) =>
      given.map(({ apiGroups, resources, verbs }) => ({
        kind,
        namespace: metadata.namespace,
        apiGroups,
        resources,
        verbs,
      })),
    );
    expect(rules).toEqual([
      {
        kind: 'Role',
        namespace: 'isthmus-clusters',
        apiGroups: [''],
        resources: ['secrets'],
        verbs: ['get', 'list', 'watch'],
      },
    ]);
    expect(rightsOf('hub-secrets').map(({ namespaces }) => namespaces)).toEqual([['isthmus-clusters']]);
  });
});

describe('the right to the lease', () => {
  it('is to read, create and change one Lease, and nothing else', () => {
    const rules = manifestsOf('hub-lease').flatMap((manifest) => manifest.rules ?? []);
    const sorted = rules.flatMap(({ verbs }) => verbs).toSorted();
    expect(rules.map(({ apiGroups, resources }) => [apiGroups, resources])).toEqual([
      [['coordination.k8s.io'], ['leases']],
      [['coordination.k8s.io'], ['leases']],
    ]);
    expect(sorted).toEqual(['create', 'get', 'patch']);
  });
});

describe('the rights that deploy/rbac gives', () => {
  let cluster: EmulatedCluster;
  let client: ClusterClient;

  async function start(...files: readonly string[]): Promise<void> {
    const namespaces = ['isthmus', 'isthmus-old', 'other'];
    cluster = await EmulatedCluster.start({}, { name: 'test', namespaces });
    cluster.emulator.model.setUser({ name: 'account', token: 'token-of-account', rights: rightsOf(...files) });
    client = cluster.clientFor(cluster.emulator.kubeconfig('account'));
    cluster.emulator.model.log.reset();
  }
  afterEach(async () => {
    await client.close();
    await cluster.close();
  });

  /** `namespace resource verb` of what was asked for and allowed; `as` names a namespace by what it stands for. */
  const used = (as: Readonly<Record<string, string>> = {}): readonly string[] => {
    const calls = cluster.emulator.model.log.calls().filter(({ resource }) => !resource.startsWith('/'));
    const names = calls.map(
      ({ namespace = '*', resource, verb }) => `${as[namespace] ?? namespace} ${resource} ${verb}`,
    );
    return [...new Set(names)].toSorted();
  };
  const refused = () => cluster.emulator.model.log.calls().filter(({ status }) => status === 403);

  it('are what the hub uses in its namespace, and nothing else', async () => {
    await start('target-cluster');
    await write(client);
    expect(refused()).toEqual([]);
    expect(used()).toEqual(printed(rightsOf('target-cluster')));
    expect(await codeOf(client.inNamespace('other').listEntries(unaborted()))).toBe('forbidden');
  });

  it('are what the hub uses in a namespace that entries move from: it reads and deletes', async () => {
    await start('target-cluster', 'previous-namespace');
    const old = client.inNamespace('isthmus-old');
    const admin = cluster.clientFor(cluster.emulator.kubeconfig('admin'));
    const { metadata } = await admin.inNamespace('isthmus-old').create(manifestOf('a'), unaborted());
    await admin.close();
    cluster.emulator.model.log.reset();
    await read(old);
    await old.getEntry('a' as EntryName, unaborted());
    await old.delete('a' as EntryName, preconditionOf(metadata), unaborted());
    expect(refused()).toEqual([]);
    expect(used()).toEqual(printed(rightsOf('previous-namespace')));
    expect(await codeOf(old.create(manifestOf('b'), unaborted()))).toBe('forbidden');
  });

  it('are what the hub uses where it creates its namespace, which a Role cannot give', async () => {
    await start('target-cluster', 'create-namespace');
    const fresh = client.inNamespace('fresh');
    expect(await codeOf(fresh.create(manifestOf('a'), unaborted()))).toBe('namespace-missing');
    await fresh.createNamespace(unaborted());
    await write(fresh);
    expect(refused()).toEqual([]);
    expect(used({ fresh: '*' })).toEqual(printed(rightsOf('create-namespace')));
  });

  it('do not let a hub create a namespace unless it was given that right', async () => {
    await start('target-cluster');
    expect(await codeOf(client.inNamespace('fresh').createNamespace(unaborted()))).toBe('forbidden');
  });

  it('is what isthmus cluster add makes, and what isthmus doctor shows to paste', () => {
    expect(targetManifests('isthmus')).toEqual(manifestsOf('target-cluster'));
    expect(manifestsOf('target-cluster').slice(-2)).toEqual(roleManifests('isthmus'));
  });
});
