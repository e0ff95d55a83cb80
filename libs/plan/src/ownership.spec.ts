import { OBJECT } from '@isthmus/model';
import { ownershipOf } from './ownership.js';

const OWNER = { hubs: ['prod', 'old-prod'], clusters: ['eks', 'old-eks'] };

function ownershipWith(changes: Readonly<Record<string, string | undefined>>): string {
  const all = {
    [OBJECT.managedBy]: OBJECT.managedByValue,
    [OBJECT.hub]: 'prod',
    [OBJECT.cluster]: 'eks',
    [OBJECT.schema]: '1',
    ...changes,
  };
  const given = Object.fromEntries(
    Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
  return ownershipOf({ labels: given, annotations: given }, OWNER);
}

describe('ownershipOf', () => {
  it.each<[string, Readonly<Record<string, string | undefined>>, string]>([
    ['our hub and cluster', {}, 'ours'],
    ['a former name of our hub', { [OBJECT.hub]: 'old-prod' }, 'ours'],
    ['a former name of our cluster', { [OBJECT.cluster]: 'old-eks' }, 'ours'],
    ['another hub', { [OBJECT.hub]: 'test' }, 'foreign-owner'],
    ['no hub', { [OBJECT.hub]: undefined }, 'foreign-owner'],
    ['another manager', { [OBJECT.managedBy]: 'helm' }, 'foreign-owner'],
    ['no manager', { [OBJECT.managedBy]: undefined }, 'foreign-owner'],
    ['another cluster', { [OBJECT.cluster]: 'aks' }, 'other-cluster'],
    ['no cluster', { [OBJECT.cluster]: undefined }, 'other-cluster'],
    ['a newer schema', { [OBJECT.schema]: '2' }, 'newer-schema'],
    ['no schema', { [OBJECT.schema]: undefined }, 'ours'],
  ])('an object of %s', (_, changes, expected) => {
    expect(ownershipWith(changes)).toBe(expected);
  });
});
