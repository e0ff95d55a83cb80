import { attributesOf } from '@isthmus/model';
import { decodeInstances } from './decode-instances.js';

const GOOD = { id: 'i-1', health: 'HEALTHY', attributes: [['a', 'b']] };

describe('decodeInstances', () => {
  it('gives back what was written', () => {
    const decoded = decodeInstances([GOOD, { ...GOOD, id: 'i-2', health: 'UNKNOWN', attributes: [] }]);
    expect(decoded).toEqual({
      ok: true,
      value: [
        { id: 'i-1', health: 'HEALTHY', attributes: attributesOf([['a', 'b']]) },
        { id: 'i-2', health: 'UNKNOWN', attributes: attributesOf([]) },
      ],
    });
  });

  it.each<[string, unknown]>([
    ['no list', { 0: GOOD }],
    ['nothing', [null]],
    ['no id', [{ ...GOOD, id: undefined }]],
    ['an unknown health', [{ ...GOOD, health: 'FINE' }]],
    ['a field that this version does not know', [{ ...GOOD, port: 1 }]],
    ['attributes that are no list', [{ ...GOOD, attributes: {} }]],
    ['an attribute without a value', [{ ...GOOD, attributes: [['a']] }]],
    ['an attribute that is no text', [{ ...GOOD, attributes: [['a', 1]] }]],
    ['a text that no attribute can be', [{ ...GOOD, attributes: [['a', 'x'.repeat(4097)]] }]],
  ])('refuses %s', (_, value) => {
    expect(decodeInstances(value).ok).toBe(false);
  });
});
