import { FIELD_DOCS } from './field-docs.js';
import { describedSchema, fieldRows } from './reference.js';

describe('the reference of the configuration', () => {
  it('says what each field means, and explains no field that there is not', () => {
    const paths = fieldRows().map(({ path }) => path);
    expect(Object.keys(FIELD_DOCS).toSorted()).toEqual(paths.toSorted());
  });

  it('knows types, defaults and ranges', () => {
    const rows = new Map(fieldRows().map((row) => [row.path, row]));
    expect(rows.get('clusters[].limits.inFlight')).toMatchObject({ type: 'integer', default: '4', range: '≥ 1, ≤ 64' });
    expect(rows.get('clusters[].mode')).toMatchObject({ type: 'observe, upsert-only, sync', default: '"observe"' });
  });

  it('gives editors the meaning of a field', () => {
    expect(JSON.stringify(describedSchema())).toContain('Stops every write at once.');
  });
});
