import { localityOf } from './locality.js';

const ZONE = 'AVAILABILITY_ZONE';
const AS_IS = new Map<string, string>();

describe('localityOf', () => {
  it.each<[string, string | undefined, ReadonlyMap<string, string>, string]>([
    ['is region and zone', 'us-east-1a', AS_IS, 'us-east-1/us-east-1a'],
    ['is the region of an instance without a zone', undefined, AS_IS, 'us-east-1'],
    ['leaves out a zone of another region', 'eu-west-1a', AS_IS, 'us-east-1'],
    ['leaves out a zone that is none', 'us-east-1a/*', AS_IS, 'us-east-1'],
    ['has the mesh’s name of the region, without the zone', 'us-east-1a', new Map([['us-east-1', 'eastus']]), 'eastus'],
    [
      'keeps the zone of a region that keeps its name',
      'us-east-1a',
      new Map([['us-east-1', 'us-east-1']]),
      'us-east-1/us-east-1a',
    ],
    ['renames no other region', 'us-east-1a', new Map([['eu-west-1', 'westeurope']]), 'us-east-1/us-east-1a'],
  ])('%s', (_, zone, localities, expected) => {
    const attributes = zone === undefined ? new Map<string, string>() : new Map([[ZONE, zone]]);
    expect(localityOf('us-east-1', attributes, localities)).toBe(expected);
  });
});
