import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { parseConfig } from '@isthmus/config';
import { stringify } from 'yaml';

import type { Manifest } from './manifests.js';
import { CHART, manifests, podOf, rendered, renderedText, theOne } from './manifests.js';
import { describeOnTools, ROOT, run } from './on-tools.js';

const GOLDENS = join(import.meta.dirname, 'goldens');
const SETS = readdirSync(join(CHART, 'ci')).map((file) => file.replace(/-values\.yaml$/, ''));
const WITH_OPERATOR = ['--api-versions', 'monitoring.coreos.com/v1'];
const VALUES = (set: string): string => join(CHART, 'ci', `${set}-values.yaml`);

describeOnTools(['helm'], 'the chart', () => {
  describe.each(SETS)('with the values %s', (set) => {
    it('has nothing that helm lint --strict complains about', () => {
      expect(run('helm', ['lint', '--strict', CHART, '--values', VALUES(set)])).toMatchObject({ status: 0 });
    });

    it('renders what is checked in', () => {
      const text = renderedText(set, WITH_OPERATOR).replaceAll(
        /^ {2}groups:\n[\s\S]*?(?=^---|(?![\s\S]))/gm,
        '  # the rules\n',
      );
      const short = text.replaceAll(/^ {2}isthmus\.json: \|-\n[\s\S]*?(?=^---|(?![\s\S]))/gm, '  # the dashboard\n');
      const golden = join(GOLDENS, `${set}.yaml`);
      if (process.env['ISTHMUS_UPDATE_GOLDENS'] === '1') writeFileSync(golden, short);
      expect(short).toBe(readFileSync(golden, 'utf8'));
    });

    it('makes pods that the Pod Security Standard “restricted” admits', () => {
      for (const { spec } of rendered(set).filter(({ kind }) => kind === 'Deployment')) {
        const pod = spec?.template?.spec;
        expect(pod?.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
        expect(pod?.securityContext?.['runAsUser']).not.toBe(0);
        for (const { securityContext } of pod?.containers ?? []) {
          expect(securityContext).toEqual({
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          });
        }
        const allowed = new Set(['configMap', 'emptyDir', 'projected', 'secret']);
        const types = pod?.volumes?.flatMap((volume) => Object.keys(volume).filter((key) => key !== 'name')) ?? [];
        expect(types.filter((type) => !allowed.has(type))).toEqual([]);
      }
    });

    it('mounts what isthmus.yaml names, and writes an isthmus.yaml that the hub takes', () => {
      const objects = rendered(set);
      const text = objects.find(({ data }) => data?.['isthmus.yaml'] !== undefined)?.data?.['isthmus.yaml'];
      if (text === undefined) return;
      const parsed = parseConfig(text, { file: 'isthmus.yaml', folder: '/etc/isthmus' });
      expect(parsed.ok ? [] : parsed.error.map(({ message }) => message)).toEqual([]);
      const mounts =
        podOf(theOne('Deployment', objects)).containers[0]?.volumeMounts?.map((one) => one.mountPath) ?? [];
      const files = [...text.matchAll(/(?:file|File): (\/\S+)/g)].map(([, file = '']) => file);
      expect(files.filter((file) => !mounts.some((path) => file.startsWith(`${path}/`)))).toEqual([]);
    });

    it('names each object once, and points every selector at the pods', () => {
      const objects = rendered(set, WITH_OPERATOR);
      const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`);
      expect(new Set(names).size).toBe(names.length);
      const labels = theOne('Deployment', objects).spec?.template?.metadata.labels;
      for (const { spec } of objects) expect(labels).toMatchObject(spec?.selector?.matchLabels ?? {});
    });
  });

  it('has six value sets with a golden each', () => {
    expect(SETS).toHaveLength(6);
    expect(readdirSync(GOLDENS).toSorted()).toEqual(SETS.map((set) => `${set}.yaml`).toSorted());
  });

  it('gives the lease up before the pod is killed: the hub is gone within 5 s of SIGTERM', () => {
    expect(podOf(theOne('Deployment', rendered('pair'))).terminationGracePeriodSeconds).toBeGreaterThan(5);
  });

  it('makes monitors and rules only where their kinds are served', () => {
    const kinds = (args: readonly string[]): readonly string[] =>
      rendered('eks', args).flatMap(({ kind }) => (/Monitor|PrometheusRule/.test(kind) ? [kind] : []));
    expect(kinds([])).toEqual([]);
    expect(kinds(WITH_OPERATOR)).toEqual(['PrometheusRule', 'ServiceMonitor']);
  });

  it('restarts the pods for what the hub does not take up by itself, and for nothing else', () => {
    const checksum = (...set: readonly string[]): string | undefined =>
      theOne(
        'Deployment',
        rendered(
          'pair',
          set.flatMap((one) => ['--set', one]),
        ),
      ).spec?.template?.metadata.annotations?.['checksum/restart'];
    const before = checksum();
    expect(before).toMatch(/^[0-9a-f]{16}$/);
    expect(checksum('config.hub.readOnly=true', 'config.clusters[0].mode=sync', 'config.sources[0].name=eu')).toBe(
      before,
    );
    for (const changed of [
      'config.store.redis.url=redis://other:6379/0',
      'config.hub.name=other',
      'config.hub.http.port=9090',
    ]) {
      expect(checksum(changed)).not.toBe(before);
    }
  });

  it.each([
    ['a key that is not there', 'pair', ['replicas=3'], /replicas/],
    ['a mistake in isthmus.yaml', 'pair', ['config.hub.nmae=prod'], /config\/hub.*nmae/s],
    ['a value of another type', 'pair', ['config.clusters[0].mode=sycn'], /config\/clusters\/0\/mode/],
    ['more replicas than a pair and a spare', 'pair', ['replicaCount=9'], /replicaCount/],
    ['a digest that is none', 'pair', ['image.digest=latest'], /image\/digest/],
    ['two replicas with nothing to elect', 'alone', ['replicaCount=2'], /nothing elects a leader/],
    ['no configuration at all', 'locked-down', ['existingConfigMap='], /set config/],
    ['two configurations', 'pair', ['existingConfigMap=mine'], /not both/],
    ['a password without a Redis', 'alone', ['redis.existingSecret.name=x'], /config\.store\.redis is not/],
    ['a stop without the time to give the lease up', 'pair', ['terminationGracePeriodSeconds=3'], /terminationGrace/],
    ['labels that are no text', 'pair', ['podLabels.a.b=c'], /podLabels/],
  ] as const)('refuses %s', (_, set, changes, message) => {
    const args = changes.flatMap((change) => ['--set', change]);
    const { status, stderr } = run('helm', ['template', 'isthmus', CHART, '--values', VALUES(set), ...args]);
    expect(status).not.toBe(0);
    expect(stderr).toMatch(message);
  });

  it('gives the hub in its own cluster what deploy/rbac gives it, and nothing in target clusters', () => {
    const args = ['--set', 'electionLease.enabled=true,electionLease.name=isthmus-prod'];
    const rolesOf = (objects: readonly Manifest[]): readonly unknown[] =>
      objects.filter(({ kind }) => kind === 'Role').map(({ metadata, rules }) => [metadata.namespace, rules]);
    const files = readdirSync(join(ROOT, 'deploy/rbac')).filter((file) => file.startsWith('hub-'));
    expect(files.length).toBeGreaterThan(0);
    const ofFiles = files.flatMap((file) => rolesOf(manifests(readFileSync(join(ROOT, 'deploy/rbac', file), 'utf8'))));
    expect(rolesOf(rendered('pair', args))).toEqual(expect.arrayContaining(ofFiles));
    expect(rendered('pair', args).filter(({ kind }) => kind === 'ClusterRole')).toEqual([]);
    expect(rendered('alone').filter(({ kind }) => /Role/.test(kind))).toEqual([]);
  });

  it('gives the pods a token of their own cluster only where they need one', () => {
    const hasToken = (set: string): boolean | undefined =>
      podOf(theOne('Deployment', rendered(set))).automountServiceAccountToken;
    expect([hasToken('pair'), hasToken('lease'), hasToken('alone')]).toEqual([true, true, false]);
  });

  it('finds the Lease in the configuration, and writes down where it is', () => {
    const args = ['--set', 'config.election.backend=kubernetes', '--namespace', 'mesh'];
    const objects = rendered('pair', args);
    const role = objects.find(({ kind, metadata }) => kind === 'Role' && metadata.name === 'isthmus-lease');
    expect(role).toMatchObject({ metadata: { namespace: 'mesh' }, rules: [{}, { resourceNames: ['isthmus-prod'] }] });
    const text = theOne('ConfigMap', objects).data?.['isthmus.yaml'] ?? '';
    const parsed = parseConfig(text, { file: 'isthmus.yaml', folder: '/etc/isthmus' });
    expect(parsed.ok && parsed.value.configuration.election).toMatchObject({
      backend: 'kubernetes',
      kubernetes: { namespace: 'mesh' },
    });
  });

  it('lets the hub hold the one Lease that is named, and no other', () => {
    const role = rendered('lease').find(({ kind, metadata }) => kind === 'Role' && metadata.name.endsWith('-lease'));
    expect(role).toMatchObject({
      metadata: { namespace: 'mesh' },
      rules: [{ verbs: ['create'] }, { resourceNames: ['federation'], verbs: ['get', 'patch'] }],
    });
  });

  it('lets an umbrella chart through: its global values and its condition', () => {
    expect(rendered('lease').length).toBeGreaterThan(5);
  });
});

describeOnTools(['helm', 'promtool'], 'the rules in the chart', () => {
  const ruleOf = (set: string): Manifest => theOne('PrometheusRule', rendered(set, WITH_OPERATOR));

  it('are rules that Prometheus takes, and lead to the runbooks that the values name', () => {
    const folder = mkdtempSync(join(tmpdir(), 'isthmus-chart-'));
    try {
      const file = join(folder, 'rules.yaml');
      const { groups } = ruleOf('eks').spec ?? {};
      writeFileSync(file, stringify({ groups }));
      expect(run('promtool', ['check', 'rules', file])).toMatchObject({ status: 0 });
      const text = readFileSync(file, 'utf8');
      expect(text).toContain('https://docs.example.com/isthmus/runbooks/IsthmusNoLeader');
      expect(text).not.toContain('isthmus.dev/runbooks');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
