import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { parseConfig } from '@isthmus/config';
import { parse, stringify } from 'yaml';

import type { Manifest } from './manifests.js';
import { manifests, podOf, rendered, theOne } from './manifests.js';
import { describeOnTools, outputOf, ROOT } from './on-tools.js';

const built = (folder: string): readonly Manifest[] =>
  manifests(outputOf('kubectl', ['kustomize', `deploy/${folder}`]));

describeOnTools(['kubectl', 'helm'], 'the Kustomize base', () => {
  const chart = (): readonly Manifest[] => rendered('pair', ['--set', 'clusterSecrets.enabled=false']);

  it('is what the chart makes of a pair', () => {
    const [ours, theirs] = [theOne('Deployment', built('kustomize/base')), theOne('Deployment', chart())];
    expect(podOf(ours)).toEqual(podOf(theirs));
    const { template: _own, ...spec } = ours.spec ?? {};
    const { template: _chart, ...expected } = theirs.spec ?? {};
    expect(spec).toEqual(expected);
    for (const kind of ['Service', 'PodDisruptionBudget']) {
      expect(theOne(kind, built('kustomize/base')).spec).toEqual(theOne(kind, chart()).spec);
    }
  });

  it('has the same configuration, which the hub takes', () => {
    const textOf = (objects: readonly Manifest[]): string => theOne('ConfigMap', objects).data?.['isthmus.yaml'] ?? '';
    const text = textOf(built('kustomize/base'));
    expect(parse(text)).toEqual(parse(textOf(chart())));
    expect(parseConfig(text, { file: 'isthmus.yaml', folder: '/etc/isthmus' }).ok).toBe(true);
  });

  it('stands in a namespace that admits restricted pods only', () => {
    const { labels } = theOne('Namespace', built('kustomize/base')).metadata;
    expect(labels?.['pod-security.kubernetes.io/enforce']).toBe('restricted');
  });
});

describeOnTools(['kubectl'], 'the other Kustomize folders', () => {
  it('give a target cluster what deploy/rbac gives it, and no more', () => {
    const expected = manifests(readFileSync(join(ROOT, 'deploy/rbac/target-cluster.yaml'), 'utf8'));
    const byName = (objects: readonly Manifest[]): readonly Manifest[] =>
      objects.toSorted((a, b) => (`${a.kind}${a.metadata.name}` < `${b.kind}${b.metadata.name}` ? -1 : 1));
    expect(byName(built('kustomize/remote'))).toEqual(byName(expected));
  });

  it('give the pair a token, and the Secrets of one namespace, with the component cluster-secrets', () => {
    const folder = mkdtempSync(join(tmpdir(), 'isthmus-overlay-'));
    try {
      symlinkSync(join(ROOT, 'deploy'), join(folder, 'deploy'));
      const overlay = {
        resources: ['deploy/kustomize/base'],
        components: ['deploy/kustomize/components/cluster-secrets'],
      };
      writeFileSync(join(folder, 'kustomization.yaml'), stringify(overlay));
      const objects = manifests(outputOf('kubectl', ['kustomize', folder]));
      expect(podOf(theOne('Deployment', objects)).automountServiceAccountToken).toBe(true);
      const file = manifests(readFileSync(join(ROOT, 'deploy/rbac/hub-secrets.yaml'), 'utf8'));
      expect(theOne('Role', objects)).toEqual(theOne('Role', file));
      expect(theOne('RoleBinding', objects)).toEqual(theOne('RoleBinding', file));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('hold the alert rules of deploy/alerts', () => {
    const text = readFileSync(join(ROOT, 'deploy/kustomize/components/monitoring/prometheus-rule.yaml'), 'utf8');
    const rules = parse(readFileSync(join(ROOT, 'deploy/alerts/rules.yaml'), 'utf8')) as unknown;
    expect(theOne('PrometheusRule', manifests(text)).spec).toEqual(rules);
  });
});
