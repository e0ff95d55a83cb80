import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAdministrator } from '@isthmus/kubernetes';
import { checkTarget } from '../../apps/cli/src/commands/doctor-probes.js';
import type { AddOptions } from '../../apps/cli/src/commands/cluster/add.js';
import { runClusterAdd } from '../../apps/cli/src/commands/cluster/add.js';
import { runClusterRemove } from '../../apps/cli/src/commands/cluster/remove.js';
import { runClusterTest } from '../../apps/cli/src/commands/cluster/test.js';
import { systemFiles } from '../../apps/cli/src/commands/files.js';
import { adminKubeconfig, fillTokens } from './cluster-hands.js';
import type { ServerBinaries } from './servers/index.js';
import { jsonOf, TestSite } from './servers/index.js';
import type { TestCluster } from './servers/index.js';

/** A namespace of the target that the test's own harness has not made. */
export const MESH = 'mesh';
/** Where roles and their bindings are. */
export const RBAC = '/apis/rbac.authorization.k8s.io/v1';

/** A Secret as it is read. */
export interface Stored {
  readonly metadata: { readonly resourceVersion: string };
  readonly data?: Readonly<Record<string, string>>;
}

/** A configuration that has the cluster eks. */
export const CONFIGURED = `clusters:
  - { name: eks, role: primary, namespace: mesh, mode: sync, kubeconfig: { secret: eks }, routes: [{ from: { namespaces: [shop] } }] }
`;
/** One that has another cluster instead. */
export const OTHER = `clusters: [{ name: aks, role: primary, kubeconfig: { secret: aks }, routes: [{ from: { namespaces: [shop] } }] }]\n`;

const OURS = { 'app.kubernetes.io/managed-by': 'isthmus', 'isthmus.dev/hub': 'e2e' };

/** The cluster of a hub, a target that the hub is to be let into, and a person who runs `isthmus cluster`. */
export class CommandSite {
  readonly hub: TestCluster;
  readonly target: TestCluster;
  readonly #site: TestSite;
  readonly #folder = mkdtempSync(join(tmpdir(), 'isthmus-cluster-'));
  readonly #controller = new AbortController();

  constructor(site: TestSite) {
    this.#site = site;
    [this.hub, this.target] = [site.cluster('hub'), site.cluster('target')];
    writeFileSync(this.file(), adminKubeconfig({ hub: this.hub, target: this.target }), { mode: 0o600 });
    void fillTokens(this.target, MESH, this.#controller.signal);
  }

  static async start(binaries: ServerBinaries): Promise<CommandSite> {
    return new CommandSite(await TestSite.start(binaries, ['hub', 'target']));
  }

  async stop(): Promise<void> {
    this.#controller.abort();
    await this.#site.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** The kubeconfig of the person, with a context for each cluster. */
  file(): string {
    return join(this.#folder, 'admin.kubeconfig');
  }

  /** Writes the configuration with these clusters. */
  config(clusters: string) {
    const path = join(this.#folder, 'isthmus.yaml');
    writeFileSync(path, `apiVersion: isthmus.dev/v1\nhub: { name: e2e }\n${clusters}`);
    return { shown: 'isthmus.yaml', path };
  }

  place() {
    return {
      hub: { kubeconfigFile: this.file(), context: 'hub' },
      secretsNamespace: 'isthmus-clusters',
      namespace: MESH,
    };
  }

  surroundings() {
    const out: string[] = [];
    const told: string[] = [];
    const terminal = {
      print: (line: string) => void out.push(line),
      tell: (line: string) => void told.push(line),
    };
    return {
      around: {
        terminal,
        open: openAdministrator,
        files: systemFiles,
        checkTarget,
        signal: AbortSignal.timeout(60_000),
        patienceMs: 10_000,
      },
      said: () => ({ text: out.join('\n'), told: told.join('\n') }),
    };
  }

  async add(changes: Partial<AddOptions> = {}) {
    const { around, said } = this.surroundings();
    const exitCode = await runClusterAdd(
      {
        name: 'eks',
        target: { kubeconfigFile: this.file(), context: 'target' },
        hub: { kubeconfigFile: this.file(), context: 'hub' },
        namespace: MESH,
        secretsNamespace: 'isthmus-clusters',
        role: 'primary',
        server: this.target.server.url,
        isDryRun: false,
        output: 'text',
        ...changes,
      },
      around,
    );
    return { exitCode, ...said() };
  }

  async hubSecret(): Promise<Stored | undefined> {
    const reply = await this.hub.server.call({ path: '/api/v1/namespaces/isthmus-clusters/secrets/eks' });
    return reply.status === 404 ? undefined : (jsonOf(reply, 200) as Stored);
  }

  async tryOut(name = 'eks', clusters = CONFIGURED) {
    const { around, said } = this.surroundings();
    const options = { name, config: this.config(clusters), ...this.place(), output: 'json' as const };
    const exitCode = await runClusterTest(options, around);
    const { text, told } = said();
    const { checkups } = (text === '' ? { checkups: [] } : JSON.parse(text)) as {
      readonly checkups: readonly {
        readonly checks: readonly {
          readonly name: string;
          readonly outcome: string;
          readonly message: string;
          readonly fix: string | null;
        }[];
      }[];
    };
    const checks = new Map((checkups[0]?.checks ?? []).map((check) => [check.name, check]));
    return { exitCode, checks, told };
  }

  async remove(policy: 'orphan' | 'delete', changes: { readonly isDryRun?: boolean; readonly clusters?: string } = {}) {
    const { around, said } = this.surroundings();
    const { isDryRun = false, clusters = OTHER } = changes;
    const exitCode = await runClusterRemove(
      {
        name: 'eks',
        policy,
        config: this.config(clusters),
        target: { kubeconfigFile: this.file(), context: 'target' },
        ...this.place(),
        isDryRun,
      },
      around,
    );
    return { exitCode, ...said() };
  }

  /** Puts an entry of the hub, one of nobody and one of another cluster into the target. */
  async fill() {
    const annotations = { 'isthmus.dev/cluster': 'eks' };
    await this.target.put('cloudmap-a.shop', { namespace: MESH, labels: OURS, annotations });
    await this.target.put('by-hand', { namespace: MESH });
    await this.target.put('of-another', {
      namespace: MESH,
      labels: OURS,
      annotations: { 'isthmus.dev/cluster': 'aks' },
    });
  }

  /** The names of the ServiceEntries of the target. */
  async names(): Promise<readonly string[]> {
    return (await this.target.entries(MESH)).map(({ metadata }) => metadata.name);
  }
}
