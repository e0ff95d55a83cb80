import { FIELD_DOCS, FIELD_EXAMPLES } from './field-docs.js';
import { describedSchema, fieldRows } from './reference.js';

describe('the reference of the configuration', () => {
  it('says what each field means, and explains no field that there is not', () => {
    const paths = fieldRows().map(({ path }) => path);
    expect(Object.keys(FIELD_DOCS).toSorted()).toEqual(paths.toSorted());
    expect(Object.keys(FIELD_EXAMPLES).filter((path) => !paths.includes(path))).toEqual([]);
  });

  it('knows types, defaults and ranges', () => {
    const rows = new Map(fieldRows().map((row) => [row.path, row]));
    expect(rows.get('clusters[].limits.inFlight')).toMatchObject({ type: 'integer', default: '4', range: '≥ 1, ≤ 64' });
    expect(rows.get('clusters[].mode')).toMatchObject({ type: 'observe, upsert-only, sync', default: '"observe"' });
  });

  it('gives editors the meaning and an example of a field, in an entry and among the defaults', () => {
    const account = {
      description: 'Account that the answers must come from; another one proves nothing. (12 digits)',
      examples: ['111122223333'],
    };
    expect(describedSchema()).toMatchObject({
      properties: {
        sources: { items: { properties: { account } } },
        defaults: { properties: { source: { properties: { account } } } },
      },
    });
  });

  it('lets editors miss the name of an entry only, because defaults may give it everything else', () => {
    expect(describedSchema()).toMatchObject({
      required: ['apiVersion', 'hub'],
      properties: {
        hub: { required: ['name'] },
        sources: { items: { required: ['name'] } },
        clusters: { items: { required: ['name'] } },
        approvals: { items: { required: ['cluster', 'removals', 'until'] } },
      },
    });
  });
});
