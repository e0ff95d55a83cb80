import { generateSchema } from '../index.js';

describe('generateSchema', () => {
  it('describes the fields as people write them, in draft 7, and allows no others', () => {
    expect(generateSchema()).toMatchObject({
      $schema: 'http://json-schema.org/draft-07/schema#',
      additionalProperties: false,
      required: ['apiVersion', 'hub'],
      properties: {
        sources: { items: { properties: { poll: { properties: { hot: { type: 'string', default: '5s' } } } } } },
      },
    });
  });
});
