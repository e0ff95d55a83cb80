import { createHash, randomBytes } from 'node:crypto';

import { openDocument, packDocument } from './document.js';

const SMALL = { services: ['cart'] };
/** More than what is packed where it stands, and it stays large when packed. */
const LARGE = { services: [randomBytes(300_000).toString('hex')] };

describe('a document', () => {
  it.each([
    ['small', SMALL],
    ['large', LARGE],
  ])('is what was packed, when it is %s', async (_, value) => {
    const { hash, bytes } = await packDocument(JSON.stringify(value));
    expect(await openDocument(hash, bytes)).toEqual({ ok: true, value });
  });

  it('has the same hash for the same text', async () => {
    const [one, other] = [await packDocument(JSON.stringify(LARGE)), await packDocument(JSON.stringify(LARGE))];
    expect(one.hash).toBe(other.hash);
    expect((await packDocument(JSON.stringify(SMALL))).hash).not.toBe(one.hash);
  });

  it.each<[string, (bytes: Buffer) => Buffer | null, string]>([
    ['is gone', () => null, 'a document is missing'],
    [
      'was changed by one byte',
      (bytes) => Buffer.from(bytes.map((byte, at) => (at === 9 ? byte ^ 1 : byte))),
      'a document does not fit its hash',
    ],
  ])('is not believed when it %s', async (_, damage, why) => {
    const { hash, bytes } = await packDocument(JSON.stringify(SMALL));
    expect(await openDocument(hash, damage(bytes))).toEqual({ ok: false, error: why });
  });

  it('is not believed when nobody knows how it was packed', async () => {
    const { bytes } = await packDocument(JSON.stringify(SMALL));
    const other = Buffer.from([7, ...bytes.subarray(1)]);
    const hash = createHash('sha256').update(other).digest('hex');
    expect(await openDocument(hash, other)).toEqual({ ok: false, error: 'a document has the unknown encoding 7' });
  });
});
