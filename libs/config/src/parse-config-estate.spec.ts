import { parseConfig } from './index.js';
import { ORIGIN } from './config.spec-rig.js';

const EVERY_NEW_FIELD = `
apiVersion: isthmus.dev/v1
hub: { name: prod, formerNames: [old] }
defaults:
  source: { health: HEALTHY, poll: { hot: 2s } }
  cluster: { sweep: 30s, deniedCidrs: ["10.0.0.0/8"] }
  to: { hostSuffixes: [shop.internal], merge: sources }
sources:
  - name: shop
    regions: [us-east-1, eu-west-1]
    account: "111122223333"
    credentials: { assumeRole: { arn: "arn:aws:iam::111122223333:role/isthmus", externalId: xy } }
    poll: { warm: 20s }
    staleAfter: 1m
    frozenAfter: 5m
  - name: files
    region: us-west-2
    credentials: { static: { accessKeyIdFile: id, secretAccessKeyFile: /s/key } }
    health: ALL
    paused: { reason: migration, until: 2030-01-31T18:00:00Z }
clusters:
  - name: aks
    formerNames: [aks-old]
    role: primary
    kubeconfig: { file: aks.yaml }
    createNamespace: true
    previousNamespaces: [mesh]
    localities: { eu-west-1: westeurope }
    allowedCidrs: ["fd00::/8"]
    routes:
      - { from: { sources: [files] }, preset: istio-cloud-map }
      - from: { instances: { where: { stage: beta } } }
        to:
          allowHosts: [sts.amazonaws.com]
          resolution: dns
          revision: canary
          endpointLabels: { version: version }
          addressAttribute: url
          merge: none
          trafficDistribution: PreferClose
`;

describe('parseConfig, the fields of messy estates', () => {
  const parsed = parseConfig(EVERY_NEW_FIELD, ORIGIN);
  const configuration = parsed.ok ? parsed.value.configuration : undefined;

  it('makes one source of each region, under the defaults for sources', () => {
    expect(configuration?.sources).toMatchObject([
      {
        name: 'shop-us-east-1',
        region: 'us-east-1',
        health: 'HEALTHY',
        poll: { hotMs: 2000, warmMs: 20_000 },
        staleAfterMs: 60_000,
        frozenAfterMs: 300_000,
      },
      { name: 'shop-eu-west-1', credentials: { kind: 'assume-role', externalId: 'xy', sessionName: 'isthmus' } },
      {
        name: 'files',
        health: 'ALL',
        credentials: { kind: 'static', accessKeyIdFile: '/etc/isthmus/id', secretAccessKeyFile: '/s/key' },
        paused: { reason: 'migration' },
      },
    ]);
  });

  it('reads every field of a cluster and a route, under the defaults for them', () => {
    expect(configuration?.hub.formerNames).toEqual(['old']);
    expect(configuration?.clusters[0]).toMatchObject({
      formerNames: ['aks-old'],
      createNamespace: true,
      previousNamespaces: ['mesh'],
      localities: new Map([['eu-west-1', 'westeurope']]),
      allowedCidrs: ['fd00::/8'],
      deniedCidrs: ['10.0.0.0/8'],
      sweepMs: 30_000,
      routes: [
        { preset: 'istio-cloud-map', to: { hostSuffixes: ['shop.internal'], merge: 'sources' } },
        {
          from: { where: new Map([['stage', 'beta']]) },
          preset: undefined,
          to: {
            hostSuffixes: ['shop.internal'],
            allowHosts: ['sts.amazonaws.com'],
            resolution: 'dns',
            revision: 'canary',
            endpointLabels: new Map([['version', 'version']]),
            addressAttribute: 'url',
            merge: 'none',
            trafficDistribution: 'PreferClose',
          },
        },
      ],
    });
  });

  it('warns of what is legal but dangerous in it, once where a default says it', () => {
    const warnings = parsed.ok ? parsed.value.warnings : [];
    expect(warnings.map(({ code, path, line }) => `${code} ${path} at ${line}`)).toEqual([
      'CFG069 defaults.source.health at 5',
      'CFG080 clusters[0].routes[1].to.trafficDistribution at 40',
    ]);
  });
});
