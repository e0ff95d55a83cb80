import type { FoundSecret } from '@isthmus/kubernetes';
import { renderKubeconfig } from '@isthmus/kubernetes';
import { cluster } from '@isthmus/testing';
import { joinClusters } from './list.js';

const KUBECONFIG = renderKubeconfig('eks', {
  server: 'https://api.example.com',
  caPem: undefined,
  serverName: undefined,
  token: 'canary',
});

function secret(name: string, changes: Partial<FoundSecret> = {}): FoundSecret {
  const identity = { keys: 1, resourceVersion: '1', uid: 'u' };
  return { secret: name, cluster: name, kubeconfig: KUBECONFIG, createdAtMs: 0, ...identity, ...changes };
}

const bySecret = (name: string, given?: string) =>
  cluster({ name, kubeconfig: { kind: 'secret', secret: given, key: name } });
const byFile = cluster({ name: 'lab', kubeconfig: { kind: 'file', file: '/lab.yaml' } });

describe('joinClusters', () => {
  it('tells what has both, an entry alone, a Secret alone, and a file', () => {
    const listed = joinClusters([bySecret('eks'), bySecret('aks'), byFile], [secret('eks'), secret('gke')]);
    expect(listed.map(({ name, mode, secret: from, state }) => [name, mode, from, state])).toEqual([
      ['eks', 'sync', 'eks', 'ready'],
      ['aks', 'sync', null, 'no-secret'],
      ['lab', 'sync', null, 'file'],
      ['gke', null, 'gke', 'unconfigured'],
    ]);
  });

  it('takes the first of two Secrets for one cluster, and names the other', () => {
    const [eks] = joinClusters(
      [bySecret('eks')],
      [secret('old', { cluster: 'eks' }), secret('new', { cluster: 'eks' })],
    );
    expect(eks).toMatchObject({ secret: 'old', ignored: ['new'], server: 'https://api.example.com' });
  });

  it('takes the Secret that the entry names', () => {
    const secrets = [secret('old', { cluster: 'eks' }), secret('new', { cluster: 'eks' })];
    expect(joinClusters([bySecret('eks', 'new')], secrets)[0]).toMatchObject({ secret: 'new', state: 'ready' });
  });

  it('says what is wrong with a kubeconfig that a hub refuses, and repeats nothing of it', () => {
    const kubeconfig = KUBECONFIG.replace('token: canary', 'exec: { command: canary }');
    const [eks] = joinClusters([bySecret('eks')], [secret('eks', { kubeconfig })]);
    expect(eks).toMatchObject({ state: 'refused', problem: expect.stringMatching(/starts a program/) });
    expect(JSON.stringify(eks)).not.toContain('canary');
  });
});
