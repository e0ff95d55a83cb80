import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Etcd } from './etcd.js';
import type { ServerBinaries } from './server-binaries.js';
import { TestCluster } from './test-cluster.js';

/** Real clusters for one suite: one etcd, an API server for each cluster, all on loopback, in a folder of their own. */
export class TestSite {
  readonly etcd: Etcd;
  readonly folder: string;
  readonly #binaries: ServerBinaries;
  readonly #clusters = new Map<string, TestCluster>();

  private constructor(binaries: ServerBinaries, folder: string, etcd: Etcd) {
    this.#binaries = binaries;
    this.folder = folder;
    this.etcd = etcd;
  }

  /** Starts everything, in turn: at once they would only fight for the CPU. */
  static async start(binaries: ServerBinaries, names: readonly string[]): Promise<TestSite> {
    const folder = mkdtempSync(join(tmpdir(), 'isthmus-e2e-'));
    const site = new TestSite(binaries, folder, await Etcd.start(binaries.etcd, folder));
    try {
      for (const name of names) await site.addCluster(name);
      return site;
    } catch (error) {
      await site.stop(true);
      throw error;
    }
  }

  async addCluster(name: string, flags: readonly string[] = []): Promise<TestCluster> {
    const { apiServer, crds } = this.#binaries;
    const folder = join(this.folder, name);
    const options = { binary: apiServer, etcdUrl: this.etcd.url, prefix: name, folder, crds, flags };
    const cluster = await TestCluster.start(options);
    this.#clusters.set(name, cluster);
    return cluster;
  }

  cluster(name: string): TestCluster {
    const cluster = this.#clusters.get(name);
    if (cluster === undefined) throw new Error(`no cluster ${name}`);
    return cluster;
  }

  names(): readonly string[] {
    return [...this.#clusters.keys()];
  }

  clusters(): readonly TestCluster[] {
    return [...this.#clusters.values()];
  }

  /** Ends every server; the folder with the logs goes too unless somebody should look into it. */
  async stop(keepsFolder = process.env['ISTHMUS_KEEP'] !== undefined): Promise<void> {
    await Promise.all(this.clusters().map(({ server }) => server.kill()));
    await this.etcd.kill();
    if (!keepsFolder) rmSync(this.folder, { recursive: true, force: true });
  }
}
