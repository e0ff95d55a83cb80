import { ATTRIBUTES } from '@isthmus/model';
import * as given from '@isthmus/testing';
import { attributesUsed } from './attributes-used.js';

describe('attributesUsed', () => {
  it('is the reserved attributes when no route names others', () => {
    expect(attributesUsed({ clusters: [] })).toEqual(Object.values(ATTRIBUTES).toSorted());
  });

  it('has, once and sorted, what the routes of every cluster filter by, label with and take addresses from', () => {
    const routes = [
      given.route({ where: new Map([['stage', 'beta']]) }, { addressAttribute: 'url' }),
      given.route({}, { endpointLabels: new Map([['v', 'version']]) }),
    ];
    const other = given.route(
      { where: new Map([['stage', 'prod']]) },
      { endpointLabels: new Map([['a', '__proto__']]) },
    );
    const used = attributesUsed({ clusters: [given.cluster({ routes }), given.cluster({ routes: [other] })] });
    expect(used).toEqual([...used].toSorted());
    expect(used.filter((key) => !(Object.values(ATTRIBUTES) as string[]).includes(key))).toEqual([
      '__proto__',
      'stage',
      'url',
      'version',
    ]);
  });
});
