import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** Below this zstd gains little and costs 50 µs all the same. */
const worthwhileBytes = 400;
const plain = 0;
const zstd = 1;
const options = { params: { [constants.ZSTD_c_checksumFlag]: 1 } };

/** Bytes as they are kept: one that says how, then the content, with zstd where that makes it smaller. */
export function squeeze(content: Buffer): Buffer {
  if (content.length >= worthwhileBytes) {
    const smaller = zstdCompressSync(content, options);
    if (smaller.length < content.length) return Buffer.concat([Buffer.of(zstd), smaller]);
  }
  return Buffer.concat([Buffer.of(plain), content]);
}

/** @throws Error when the bytes are not what `squeeze` gave */
export function unsqueeze(kept: Buffer): Buffer {
  const content = kept.subarray(1);
  if (kept[0] === plain) return content;
  if (kept[0] === zstd) return zstdDecompressSync(content);
  throw new Error(`packed readings begin with ${kept[0]}, which this version of Tocsin does not know`);
}
