import { globSync } from 'node:fs';

import type { HubStatus } from '@isthmus/model';
import { parse, stringify } from 'yaml';

import { describeOnRedis } from '../../e2e/redis/on-redis.js';
import type { ApiReply, ServerBinaries, TestCluster } from '../../e2e/servers/index.js';
import { describeOnServers, jsonOf, until } from '../../e2e/servers/index.js';
import type { Manifest } from '../manifests.js';
import { podOf } from '../manifests.js';
import { describeOnTools, ROOT } from '../on-tools.js';
import type { PageFolder } from './page-folder.js';
import { runPage } from './page-run.js';
import { PageSite } from './page-site.js';

const LIMIT_MS = 180_000;
const INSTALL = 'docs/how-to/install.md';
const RUNBOOKS = globSync('docs/runbooks/*.md', { cwd: ROOT }).toSorted();

describeOnTools(['helm', 'kubectl', 'jq', 'curl'], 'the commands of the documentation', () => {
  describeOnRedis('with a Redis', () => {
    describeOnServers('on real API servers', suite);
  });
});

function suite(binaries: ServerBinaries): void {
  let site: PageSite;
  let folder: PageFolder;
  beforeAll(async () => {
    site = await PageSite.start(binaries);
  }, LIMIT_MS);
  afterAll(() => site?.close(), LIMIT_MS);

  const entries = async (): Promise<readonly string[]> =>
    (await site.target.entries()).map(({ metadata }) => metadata.name);

  describe('install.md, and then the runbooks', () => {
    beforeAll(async () => {
      folder = await site.folder();
    }, LIMIT_MS);
    afterAll(() => folder?.stop(), LIMIT_MS);

    it(
      'install.md ends with a pair of restricted pods that writes',
      async () => {
        const outcomes = [
          [/^helm upgrade --install/, /STATUS: deployed/],
          [/rollout status/, /successfully rolled out/],
          [/^isthmus cluster add/, /secret: eks-us[\s\S]*reads ServiceEntries in isthmus/],
          [/^isthmus status/, /mode observe writes nothing \(2 changes wait\)/],
          [/^curl .*plan/, /"counts":\{"create":2/],
        ] as const;
        const before = async (text: string): Promise<void> => {
          if (text.startsWith('isthmus cluster add')) folder.hubUrl = site.podUrl();
          if (text.startsWith('isthmus status'))
            await until('one leads', 30_000, async () => (await eksUs())?.plan.create === 2);
        };
        expect(await runPage(folder, { page: INSTALL, to: '## With Kustomize', outcomes, before })).toEqual([]);
        await until('entries appear', 30_000, async () => (await entries()).length === 2);
        expect(await entries()).toEqual(['cloudmap-cart.shop', 'cloudmap-orders.shop']);
      },
      LIMIT_MS,
    );

    it.each(RUNBOOKS)(
      '%s',
      async (page) => {
        folder.write('isthmus.yaml', configuration());
        expect(await runPage(folder, { page })).toEqual([]);
      },
      LIMIT_MS,
    );

    it.each(['status', 'doctor', 'plan-in-a-pull-request', 'compare-configurations', 'understand-a-host'])(
      '%s.md',
      async (page) => {
        folder.write('isthmus.yaml', configuration());
        folder.write('old.yaml', configuration());
        // It would go on for ever.
        const instead = (command: string): string => command.replace(/^isthmus status -w$/, 'timeout -s INT 3 $&');
        expect(await runPage(folder, { page: `docs/how-to/${page}.md`, instead })).toEqual([]);
      },
      LIMIT_MS,
    );

    it(
      'approve-removals.md writes the approval of what is held',
      async () => {
        folder.write('isthmus.yaml', configuration());
        const upgrade = 'helm upgrade isthmus deploy/helm/isthmus --namespace isthmus -f values.yaml';
        await folder.run(`sed -i 's/namespaces: .shop.*/namespaces: [other] }/' values.yaml; ${upgrade}`);
        const held = await until('both are held', 30_000, async () => (await eksUs())?.plan.removals ?? undefined);
        const instead = (command: string): string => command.replace('82b1b837e1440211', held);
        expect(await runPage(folder, { page: 'docs/how-to/approve-removals.md', instead })).toEqual([]);
        const { approvals } = parse(folder.read('isthmus.yaml')) as { readonly approvals: readonly object[] };
        expect(approvals).toMatchObject([{ cluster: 'eks-us', removals: held }]);
        expect(await entries()).toHaveLength(2);
      },
      LIMIT_MS,
    );

    it('a pod with more rights than the chart gives it is not admitted there', async () => {
      expect(await postPod(site.hub, {})).toMatchObject({ status: 201 });
      const refused = await postPod(site.hub, { securityContext: { allowPrivilegeEscalation: true } });
      expect(refused).toMatchObject({ status: 403, text: expect.stringContaining('PodSecurity') as string });
    });

    it(
      'install.md leaves the entries and the kubeconfigs',
      async () => {
        expect(await runPage(folder, { page: INSTALL, from: '## Upgrade and leave' })).toEqual([]);
        expect(await entries()).toHaveLength(2);
        const secret = await site.hub.server.call({ path: '/api/v1/namespaces/isthmus-clusters/secrets/eks-us' });
        expect(secret.status).toBe(200);
      },
      LIMIT_MS,
    );
  });

  it(
    'first-cluster.md ends with a hub that writes, by the account that the page makes',
    inFolder(async () => {
      const outcomes = [
        [/^isthmus validate/, /isthmus.yaml/],
        [/^isthmus doctor/, /✓ file/],
        [/^isthmus plan/, /eks-us \(observe\) {2}\+2 ~0 -0/],
        [/^isthmus status/, /mode observe writes nothing \(2 changes wait\)/],
        [/^isthmus explain/, /shop\/orders/],
      ] as const;
      const before = async (): Promise<void> => {
        const { url, caPem } = site.target.server;
        const path = '/api/v1/namespaces/isthmus/secrets/isthmus-token';
        const isMade = folder.has('eks-us.kubeconfig');
        const read = async (): Promise<string> => tokenIn((await site.target.server.call({ path })).text);
        const token = isMade ? await until('there is a token', 10_000, async () => (await read()) || undefined) : '';
        folder.fill('eks-us.kubeconfig', {
          'https://api.eks-us.example.com': url,
          '<base64 of the CA>': Buffer.from(caPem).toString('base64'),
          '<token of the ServiceAccount>': token,
        });
      };
      expect(await runPage(folder, { page: 'docs/how-to/first-cluster.md', outcomes, before })).toEqual([]);
      expect(await entries()).toEqual(['cloudmap-cart.shop', 'cloudmap-orders.shop']);
    }),
    LIMIT_MS,
  );

  it(
    'add-a-cluster.md shows what is printed, and ends as it began',
    inFolder(async () => {
      await site.hub.createNamespace('isthmus-clusters');
      folder.write('isthmus.yaml', 'apiVersion: isthmus.dev/v1\nhub: { name: prod }\n');
      const outcomes = [
        [/--dry-run -o yaml/, /kind: RoleBinding/],
        [/^isthmus cluster test/, /✓ rights/],
        [/^isthmus cluster list/, /eks-us .*has a Secret and no entry/],
        [/^isthmus cluster remove .*--dry-run/, /would delete Secret isthmus-clusters\/eks-us/],
        [
          /^isthmus cluster remove(?!.*dry)/,
          /deleted Secret isthmus-clusters\/eks-us[\s\S]*deleted Role isthmus\/isthmus/,
        ],
      ] as const;
      expect(await runPage(folder, { page: 'docs/how-to/add-a-cluster.md', outcomes })).toEqual([]);
    }),
    LIMIT_MS,
  );

  it(
    'clusters-from-secrets.md makes Secrets that a hub finds',
    inFolder(async () => {
      folder.write('eks-us.kubeconfig', site.target.kubeconfig());
      expect(await runPage(folder, { page: 'docs/how-to/clusters-from-secrets.md' })).toEqual([]);
      const { stdout } = await folder.run('isthmus cluster list');
      expect(stdout).toMatch(/eks-us .*ready/);
    }),
    LIMIT_MS,
  );

  it(
    'from-istio-cloud-map.md leaves the entries of Isthmus alone, and takes it back',
    inFolder(async () => {
      await site.putAncestor();
      const page = 'docs/tutorials/from-istio-cloud-map.md';
      const before = async (): Promise<void> => {
        if (folder.has('eks-us.kubeconfig')) return;
        await folder.run('kubectl --context eks-us apply -f deploy/rbac/target-cluster.yaml');
        await site.target.renewHubToken();
        folder.write('eks-us.kubeconfig', site.target.kubeconfig());
      };
      const outcomes = [
        [/get serviceentries --all-namespaces/, /cloud-map +cloudmap-orders\.shop/],
        [/^isthmus plan -c isthmus.yaml$/, /eks-us \(observe\) {2}\+2/],
        [/-n isthmus get serviceentries$/, /cloudmap-cart\.shop[\s\S]*cloudmap-orders\.shop/],
      ] as const;
      expect(await runPage(folder, { page, to: '## Roll back', before, outcomes })).toEqual([]);
      expect(await entries()).toEqual(['cloudmap-cart.shop', 'cloudmap-orders.shop']);
      expect(await site.target.entries('cloud-map')).toEqual([]);
      await folder.stopHub();
      expect(await runPage(folder, { page, from: '## Roll back' })).toEqual([]);
      expect(await entries()).toEqual([]);
    }),
    LIMIT_MS,
  );

  it(
    'security.md narrows the network policy',
    inFolder(async () => {
      const outcomes = [[/^helm template/, /kind: NetworkPolicy/]] as const;
      expect(await runPage(folder, { page: 'docs/explanation/security.md', outcomes })).toEqual([]);
    }),
    LIMIT_MS,
  );

  it(
    'the overlay of install.md is accepted by an API server that admits restricted pods only',
    inFolder(async () => {
      const page = 'docs/how-to/install.md';
      const instead = (command: string): string => command.replace('kubectl apply', 'kubectl --context eks-us apply');
      const outcomes = [[/apply -k/, /deployment\.apps\/isthmus created/]] as const;
      expect(
        await runPage(folder, { page, from: '## With Kustomize', to: '## Upgrade and leave', instead, outcomes }),
      ).toEqual([]);
      expect(await postPod(site.target, {})).toMatchObject({ status: 201 });
      const refused = await postPod(site.target, { securityContext: { allowPrivilegeEscalation: true } });
      expect(refused).toMatchObject({ status: 403, text: expect.stringContaining('PodSecurity') as string });
    }),
    LIMIT_MS,
  );

  /** A test in a folder of its own, with clusters that are as if nothing had been. */
  function inFolder(test: () => Promise<void>): () => Promise<void> {
    return async () => {
      folder = await site.folder();
      try {
        await test();
      } finally {
        await folder.stop();
      }
    };
  }

  /** That of the hub, as a person elsewhere has it, who does not reach its Redis. */
  const configuration = (): string => {
    const { config } = parse(folder.read('values.yaml')) as { readonly config: { readonly store: object } };
    const { store: _redis, ...rest } = config;
    return stringify(rest);
  };
  const eksUs = async (): Promise<HubStatus['clusters'][number] | undefined> => {
    const status = (await (await fetch(`${folder.hubUrl}/api/v1/status`)).json()) as HubStatus;
    return status.clusters[0];
  };
}

/** The pod of the Deployment, with another container, as a dry run. */
async function postPod({ server }: TestCluster, container: object): Promise<ApiReply> {
  const path = '/apis/apps/v1/namespaces/isthmus/deployments/isthmus';
  const pod = podOf(jsonOf(await server.call({ path }), 200) as Manifest);
  const containers = pod.containers.map((one) => ({ ...one, ...container }));
  const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'tried' }, spec: { ...pod, containers } };
  return server.call({ method: 'POST', path: '/api/v1/namespaces/isthmus/pods?dryRun=All', body });
}

function tokenIn(secret: string): string {
  const { data } = JSON.parse(secret) as { readonly data?: { readonly token?: string } };
  return Buffer.from(data?.token ?? '', 'base64').toString('utf8');
}
