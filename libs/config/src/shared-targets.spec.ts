import { displacedClusters, findSharedTargets } from './shared-targets.js';

describe('findSharedTargets', () => {
  it('finds clusters that reach one namespace of one server, however its URL is written', () => {
    const targets = [
      { cluster: 'a', server: 'https://API.example.com', namespace: 'isthmus' },
      { cluster: 'b', server: 'https://api.example.com:443/', namespace: 'isthmus' },
      { cluster: 'c', server: 'https://api.example.com', namespace: 'other' },
      { cluster: 'd', server: 'https://api.example.com:6443', namespace: 'isthmus' },
    ];
    expect(findSharedTargets(targets)).toEqual([
      { server: 'https://API.example.com', namespace: 'isthmus', clusters: ['a', 'b'] },
    ]);
  });

  it('leaves the place to the first of them', () => {
    const at = (cluster: string) => ({ cluster, server: 'https://api.example.com', namespace: 'isthmus' });
    expect([...displacedClusters(['a', 'b', 'c'].map(at))]).toEqual([
      ['b', 'a'],
      ['c', 'a'],
    ]);
  });

  it('keeps rancher-like paths on one server apart', () => {
    const targets = [
      { cluster: 'a', server: 'https://rancher/k8s/clusters/c-1', namespace: 'isthmus' },
      { cluster: 'b', server: 'https://rancher/k8s/clusters/c-2', namespace: 'isthmus' },
    ];
    expect(findSharedTargets(targets)).toEqual([]);
  });
});
