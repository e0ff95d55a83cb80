import type { ClusterSettings, Configuration } from '@isthmus/model';
import { Secret } from '@isthmus/model';
import type { ClusterRegistry, ClusterRegistryView, ClusterSecret } from '@isthmus/ports';
import { cluster, configuration, recordingLogger, recordingMetrics, settle } from '@isthmus/testing';

import { ClusterDirectory } from './cluster-directory.js';

const SETTINGS = { namespace: 'isthmus-clusters', labelSelector: 'isthmus.dev/cluster=true' };
const secret = (name: string, key: string, text = `canary of ${name}`): ClusterSecret => ({
  secret: name,
  key,
  kubeconfig: new Secret(text),
  layout: 'isthmus',
  createdAtMs: 0,
});
const inSecret = (name: string, from?: string): ClusterSettings =>
  cluster({ name, kubeconfig: { kind: 'secret', secret: from, key: name } });

class FakeRegistry implements ClusterRegistry {
  shown: ClusterRegistryView = { secrets: undefined, error: undefined };
  isStopped = false;
  onChange: () => void = () => undefined;

  view(): ClusterRegistryView {
    return this.shown;
  }

  watch(onChange: () => void, signal: AbortSignal): Promise<void> {
    this.onChange = onChange;
    return new Promise((resolve) =>
      signal.addEventListener('abort', () => {
        this.isStopped = true;
        resolve();
      }),
    );
  }

  show(view: Partial<ClusterRegistryView>): void {
    this.shown = { ...this.shown, ...view };
    this.onChange();
  }
}

function rig() {
  const registries: FakeRegistry[] = [];
  const logger = recordingLogger();
  const metrics = recordingMetrics();
  const changes = { count: 0 };
  const directory = new ClusterDirectory({
    readText: (path) => (path === '/a' ? Promise.resolve('text of a') : Promise.reject(new Error('ENOENT'))),
    registryOf: () => {
      const registry = new FakeRegistry();
      registries.push(registry);
      return registry;
    },
    logger,
    metrics,
  });
  const follow = async (clusters: readonly ClusterSettings[]): Promise<Configuration> => {
    const followed = configuration({ clusters, clusterSecrets: SETTINGS });
    await directory.follow(followed, () => void changes.count++);
    return followed;
  };
  const registry = (): FakeRegistry => registries.at(-1) ?? new FakeRegistry();
  return { directory, registries, registry, logger, metrics, changes, follow };
}

describe('ClusterDirectory', () => {
  it('watches no Secret unless the configuration asks for it', async () => {
    const { directory, registries } = rig();
    const plain = configuration({ clusters: [cluster()] });
    await directory.follow(plain, () => undefined);
    expect(registries).toEqual([]);
    expect(directory.status()).toBeNull();
    expect(directory.join(plain)).toBe(plain);
  });

  it('reads a kubeconfig from its file, or from its Secret', async () => {
    const { directory, registry, follow } = rig();
    const [file, missing] = [cluster({ name: 'f', kubeconfig: { kind: 'file', file: '/a' } }), inSecret('s')];
    const followed = await follow([file, missing]);
    registry().show({ secrets: [secret('one', 's')] });
    directory.join(followed);
    expect(await directory.read(file)).toEqual({ ok: true, value: { text: 'text of a', where: 'a' } });
    expect(await directory.read(missing)).toEqual({
      ok: true,
      value: { text: 'canary of one', where: 'isthmus-clusters/one/s' },
    });
  });

  it('calls nothing gone before the Secrets were listed, and says why they cannot be', async () => {
    const { directory, registry, follow } = rig();
    directory.join(await follow([inSecret('s')]));
    expect(await directory.read(inSecret('s'))).toMatchObject({
      error: { error: { code: 'not-ready' }, isGone: false },
    });
    registry().show({ error: { code: 'forbidden', message: 'no right', sinceMs: 0 } });
    expect(await directory.read(inSecret('s'))).toMatchObject({
      error: { error: { code: 'kubeconfig-unreadable', message: expect.stringContaining('no right') }, isGone: false },
    });
  });

  it('calls a kubeconfig gone when the Secrets are known and none has it, also while they are not watched', async () => {
    const { directory, registry, follow } = rig();
    const followed = await follow([inSecret('s', 'one')]);
    registry().show({ secrets: [secret('two', 's')], error: { code: 'network', message: 'away', sinceMs: 0 } });
    directory.join(followed);
    expect(await directory.read(inSecret('s', 'one'))).toMatchObject({
      error: {
        isGone: true,
        error: {
          message:
            'reading the kubeconfig: no Secret one with isthmus.dev/cluster=true in namespace isthmus-clusters has the key s',
        },
      },
    });
  });

  it('gives the same configuration while no cluster comes or goes, so that no work begins anew', async () => {
    const { directory, registry, follow } = rig();
    const { name: _name, kubeconfig: _kubeconfig, ...unlistedCluster } = cluster({ mode: 'observe' });
    const followed = { ...(await follow([])), unlistedCluster };
    expect(directory.join(followed)).toBe(followed);
    registry().show({ secrets: [secret('one', 'x')] });
    const joined = directory.join(followed);
    expect(joined.clusters.map(({ name }) => name)).toEqual(['x']);
    registry().show({ secrets: [secret('one', 'x', 'rotated')] });
    expect(directory.join(followed)).toBe(joined);
    registry().show({ secrets: [] });
    expect(directory.join(followed).clusters).toEqual([]);
  });

  it('tells what is odd about a Secret once, and never what it holds', async () => {
    const { directory, registry, logger, follow } = rig();
    const followed = await follow([inSecret('s')]);
    for (const text of ['canary-1', 'canary-2', 'canary-3']) {
      registry().show({ secrets: [secret('one', 's'), secret('two', 's', text), secret('three', 'stranger', text)] });
      directory.join(followed);
    }
    expect(logger.lines.map(({ level, fields }) => `${level} ${String(fields['warning'])}`)).toEqual([
      'warn the Secret two is not used for cluster s: one has it → delete one',
      'warn the Secret three is of cluster stranger, which is not configured',
    ]);
    expect(directory.status()).toMatchObject({ unconfigured: [{ name: 'stranger', secret: 'three' }] });
    expect(JSON.stringify([logger.lines, directory.status()])).not.toContain('canary');
  });

  it('says once that the Secrets cannot be watched, and once that they can again', async () => {
    const { registry, directory, logger, metrics, changes, follow } = rig();
    await follow([inSecret('s')]);
    registry().show({ secrets: [] });
    expect(metrics.value('isthmus_cluster_secrets_up')).toBe(1);
    const error = { code: 'network', message: 'away', sinceMs: 0 } as const;
    registry().show({ error });
    registry().show({ error });
    expect(metrics.value('isthmus_cluster_secrets_up')).toBe(0);
    expect(directory.status()?.error).toMatchObject({ code: 'network' });
    registry().show({ error: undefined });
    expect(logger.lines.map(({ level }) => level)).toEqual(['warn', 'info']);
    expect(changes.count).toBe(4);
  });

  it('has no gauge of Secrets that the configuration does not ask for any more', async () => {
    const { registry, directory, metrics, follow } = rig();
    const followed = await follow([inSecret('s')]);
    registry().show({ secrets: [] });
    await directory.follow({ ...followed, clusterSecrets: undefined }, () => undefined);
    expect(metrics.value('isthmus_cluster_secrets_up')).toBe(0);
  });

  it('follows other Secrets when the configuration says so, and none when it stops', async () => {
    const { directory, registries, follow } = rig();
    const followed = await follow([]);
    await directory.follow({ ...followed, clusterSecrets: { ...SETTINGS } }, () => undefined);
    expect(registries).toHaveLength(1);
    await directory.follow({ ...followed, clusterSecrets: { ...SETTINGS, namespace: 'other' } }, () => undefined);
    expect(registries.map(({ isStopped }) => isStopped)).toEqual([true, false]);
    await directory.stop();
    await settle();
    expect(registries.map(({ isStopped }) => isStopped)).toEqual([true, true]);
    expect(directory.status()).toBeNull();
  });
});
