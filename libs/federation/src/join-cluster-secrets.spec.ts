import type { ClusterSettings, Configuration, UnlistedCluster } from '@isthmus/model';
import { Secret } from '@isthmus/model';
import type { ClusterSecret } from '@isthmus/ports';
import { cluster, configuration } from '@isthmus/testing';

import { joinClusterSecrets } from './join-cluster-secrets.js';

const secret = (name: string, key: string, more: Partial<ClusterSecret> = {}): ClusterSecret => ({
  secret: name,
  key,
  kubeconfig: new Secret(`canary-${name}`),
  layout: 'isthmus',
  createdAtMs: 1_000,
  ...more,
});
const entry = (name: string, from: Partial<{ secret: string; key: string }> = {}): ClusterSettings =>
  cluster({ name, kubeconfig: { kind: 'secret', secret: from.secret, key: from.key ?? name } });
const of = (...clusters: readonly ClusterSettings[]): Configuration => configuration({ clusters });
const usedBy = (joined: ReturnType<typeof joinClusterSecrets>): unknown =>
  Object.fromEntries([...joined.secrets].map(([name, found]) => [name, found.secret]));

const { name: _name, kubeconfig: _kubeconfig, ...observed } = cluster({ mode: 'observe' });
const UNLISTED: UnlistedCluster = observed;

describe('joinClusterSecrets', () => {
  it('gives a cluster the Secret that has its name as a key', () => {
    const joined = joinClusterSecrets(of(entry('a'), entry('b')), [secret('s', 'a'), secret('t', 'b')]);
    expect(usedBy(joined)).toEqual({ a: 's', b: 't' });
    expect(joined).toMatchObject({ unconfigured: [], warnings: [] });
  });

  it('gives a cluster the Secret and the key that it names', () => {
    const found = [secret('s', 'a'), secret('t', 'a'), secret('t', 'other')];
    const joined = joinClusterSecrets(of(entry('a', { secret: 't', key: 'other' })), found);
    expect(usedBy(joined)).toEqual({ a: 't' });
  });

  it.each([
    [
      'the oldest',
      [secret('young', 'a', { createdAtMs: 2_000 }), secret('old', 'a', { createdAtMs: 1_000 })],
      'old',
      'young',
    ],
    ['of two made at once the first by name', [secret('z', 'a'), secret('b', 'a')], 'b', 'z'],
  ])('takes %s of two Secrets for one cluster, and names the other', (_what, found, winner, loser) => {
    const joined = joinClusterSecrets(of(entry('a')), found);
    expect(usedBy(joined)).toEqual({ a: winner });
    expect(joined.warnings).toEqual([`the Secret ${loser} is not used for cluster a: ${winner} has it → delete one`]);
    expect(joined.unconfigured).toEqual([]);
  });

  it('lets the Secret that an entry names win over an older one', () => {
    const found = [secret('old', 'a', { createdAtMs: 1 }), secret('named', 'a')];
    const joined = joinClusterSecrets(of(entry('a', { secret: 'named' })), found);
    expect(usedBy(joined)).toEqual({ a: 'named' });
    expect(joined.warnings).toEqual(['the Secret old is not used for cluster a: named has it → delete one']);
  });

  it('serves no cluster that only a Secret names, and shows it', () => {
    const given = of(entry('a'));
    const joined = joinClusterSecrets(given, [secret('s', 'a'), secret('t', 'stranger')]);
    expect(joined.configuration).toBe(given);
    expect(joined.unconfigured).toEqual([{ name: 'stranger', secret: 't' }]);
    expect(usedBy(joined)).toEqual({ a: 's' });
  });

  it('observes such a cluster where the defaults have routes', () => {
    const given = { ...of(entry('a')), unlistedCluster: UNLISTED };
    const joined = joinClusterSecrets(given, [secret('s', 'a'), secret('t', 'stranger')]);
    expect(joined.configuration.clusters.map(({ name, mode }) => [name, mode])).toEqual([
      ['a', 'sync'],
      ['stranger', 'observe'],
    ]);
    expect(joined.configuration.clusters[1]?.kubeconfig).toEqual({ kind: 'secret', secret: 't', key: 'stranger' });
    expect(usedBy(joined)).toEqual({ a: 's', stranger: 't' });
    expect(joined.unconfigured).toEqual([]);
  });

  it('observes it once, however many Secrets name it', () => {
    const given = { ...of(), unlistedCluster: UNLISTED };
    const joined = joinClusterSecrets(given, [secret('s', 'x'), secret('t', 'x')]);
    expect(joined.configuration.clusters.map(({ name }) => name)).toEqual(['x']);
    expect(joined.warnings).toEqual(['the Secret t is not used for cluster x: s has it → delete one']);
  });

  it('warns of a Secret whose cluster takes its kubeconfig from elsewhere', () => {
    const joined = joinClusterSecrets(of(cluster({ name: 'a' })), [secret('s', 'a')]);
    expect(usedBy(joined)).toEqual({});
    expect(joined.warnings).toEqual([
      'the Secret s is not used for cluster a, whose kubeconfig is named otherwise in the configuration',
    ]);
  });

  it.each(['Not_A_Label', 'a.b', '-a', 'x'.repeat(64)])(
    'warns of a key that can be no name of a cluster: %s',
    (key) => {
      const joined = joinClusterSecrets({ ...of(), unlistedCluster: UNLISTED }, [secret('s', key)]);
      expect(joined.configuration.clusters).toEqual([]);
      expect(joined.unconfigured).toEqual([]);
      expect(joined.warnings).toEqual([expect.stringMatching(/no cluster can have that name/)]);
    },
  );

  it('takes what istioctl wrote, and warns that its role cannot write', () => {
    const joined = joinClusterSecrets(of(entry('a')), [secret('istio-remote-secret-a', 'a', { layout: 'istio' })]);
    expect(usedBy(joined)).toEqual({ a: 'istio-remote-secret-a' });
    expect(joined.warnings).toEqual([expect.stringMatching(/made by istioctl.*cannot write/)]);
  });

  it('says the same whatever the order in which Secrets are told, and nothing of what they hold', () => {
    const found = [secret('b', 'a'), secret('a', 'a'), secret('c', 'x'), secret('d', 'y', { layout: 'istio' })];
    const told = [found, found.toReversed()].map((list) => {
      const joined = joinClusterSecrets({ ...of(entry('a')), unlistedCluster: UNLISTED }, list);
      return JSON.stringify([joined, [...joined.secrets]]);
    });
    expect(told[0]).toBe(told[1]);
    expect(told[0]).not.toContain('canary');
  });
});
