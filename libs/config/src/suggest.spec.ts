import { suggest } from './suggest.js';

const FIELDS = ['name', 'region', 'namespaces', 'kubeconfig', 'to', 'readOnly'];

describe('suggest', () => {
  it.each([
    ['regoin', 'region'],
    ['Region', 'region'],
    ['namespace', 'namespaces'],
    ['kubeConfig', 'kubeconfig'],
    ['nme', 'name'],
    ['readonly', 'readOnly'],
  ])('takes %s for %s', (word, expected) => {
    expect(suggest(word, FIELDS)).toBe(expected);
  });

  it.each(['zone', 'at', '', 'x'.repeat(10_000)])('has no idea what %.10s means', (word) => {
    expect(suggest(word, FIELDS)).toBeUndefined();
  });
});
