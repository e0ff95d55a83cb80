import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdCompressSync, zstdDecompress, zstdDecompressSync } from 'node:zlib';

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
const PACKING = { params: { [constants.ZSTD_c_compressionLevel]: 3 } };
/** More is no namespace of Cloud Map: 64 MiB would be 1.6 million attributes. */
const LARGEST_BYTES = 64 * 1024 * 1024;
/** The preset of 16 KiB is a trip to another thread for each. */
const UNPACKING = { maxOutputLength: LARGEST_BYTES, chunkSize: 256 * 1024 };
/** Up to this many bytes, less than a millisecond's work, the way to another thread takes longer than the work. */
const SMALL_TEXT_BYTES = 256 * 1024;
const SMALL_DOCUMENT_BYTES = 32 * 1024;

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

export async function packDocument(text: string): Promise<StoredDocument> {
  const plain = Buffer.from(text);
  const isSmall = plain.length <= SMALL_TEXT_BYTES;
  const packed = isSmall ? zstdCompressSync(plain, PACKING) : await compress(plain, PACKING);
  const bytes = Buffer.concat([Buffer.of(ENCODING), packed]);
  return { hash: hashOf(bytes), bytes };
}

/** The JSON value of a document that was read from the store, or why it is not one; it is not trusted before its hash fits. */
export async function openDocument(hash: string, bytes: Buffer | null | undefined): Promise<Result<unknown, string>> {
  if (bytes === null || bytes === undefined) return err('a document is missing');
  if (hashOf(bytes) !== hash) return err('a document does not fit its hash');
  if (bytes[0] !== ENCODING) return err(`a document has the unknown encoding ${bytes[0]}`);
  try {
    const packed = bytes.subarray(1);
    const isSmall = packed.length <= SMALL_DOCUMENT_BYTES;
    const text = isSmall ? zstdDecompressSync(packed, UNPACKING) : await decompress(packed, UNPACKING);
    return ok(JSON.parse(text.toString('utf8')) as unknown);
  } catch (error) {
    return err(`a document cannot be read: ${error instanceof Error ? error.name : 'unknown'}`);
  }
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
