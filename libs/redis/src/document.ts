import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';

import type { Result } from '@isthmus/model';
import { err, ok } from '@isthmus/model';

/** A text as it is stored: under the hash of its bytes, so that what changed on the way is noticed. */
export interface StoredDocument {
  /** SHA-256 of `bytes`, hex. */
  readonly hash: string;
  readonly bytes: Buffer;
}

/** First byte of a document: zstd of UTF-8 JSON. */
const ENCODING = 1;
const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 3 } };
/** More is no namespace of Cloud Map: 64 MiB would be 1.6 million attributes. */
const LARGEST_BYTES = 64 * 1024 * 1024;

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

export async function packDocument(text: string): Promise<StoredDocument> {
  const bytes = Buffer.concat([Buffer.of(ENCODING), await compress(Buffer.from(text), LEVEL)]);
  return { hash: hashOf(bytes), bytes };
}

/** The JSON value of a document that was read from the store, or why it is not one; it is not trusted before its hash fits. */
export async function openDocument(hash: string, bytes: Buffer | null | undefined): Promise<Result<unknown, string>> {
  if (bytes === null || bytes === undefined) return err('a document is missing');
  if (hashOf(bytes) !== hash) return err('a document does not fit its hash');
  if (bytes[0] !== ENCODING) return err(`a document has the unknown encoding ${bytes[0]}`);
  try {
    const text = await decompress(bytes.subarray(1), { maxOutputLength: LARGEST_BYTES });
    return ok(JSON.parse(text.toString('utf8')) as unknown);
  } catch (error) {
    return err(`a document cannot be read: ${error instanceof Error ? error.name : 'unknown'}`);
  }
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
