import { httpDate, rfc3339 } from './timestamp.js';

describe('timestamps', () => {
  it('are cut to whole seconds', () => {
    expect(rfc3339(1_709_164_800_999)).toBe('2024-02-29T00:00:00Z');
    expect(httpDate(1_709_164_800_999)).toBe('Thu, 29 Feb 2024 00:00:00 GMT');
  });
});
