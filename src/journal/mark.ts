import { crc32 } from 'node:zlib';

/**
 * What stands before the records of each group, little-endian: magic (u32), CRC-32 of the rest (u32), salt (f64),
 * offset of the first entry (f64), time before (f64), number of entries (u32), bytes of their records (u32).
 *
 * It says where the group lies, so that what follows damage is still found and its offsets are still known. Segments of
 * the first Tocsin have no marks: a record's length is never as large as the magic, so both can stand in one file.
 */
export const MARK_BYTES = 40;
const MAGIC = 0xa70c51e5;
const magicBytes = Buffer.alloc(4);
magicBytes.writeUInt32LE(MAGIC);

export interface Mark {
  /** The same in all marks of a partition. A device cannot know it, so it cannot send a payload that looks like a mark. */
  salt: number;
  /** Offset of the first entry. */
  first: number;
  /** The latest time at which any entry before this group came in, milliseconds since the epoch; -Infinity for none. */
  timeBefore: number;
  count: number;
  /** Bytes of the records behind the mark. */
  length: number;
}

export function writeMark(bytes: Buffer, at: number, { salt, first, timeBefore, count, length }: Mark): void {
  bytes.writeUInt32LE(MAGIC, at);
  bytes.writeDoubleLE(salt, at + 8);
  bytes.writeDoubleLE(first, at + 16);
  bytes.writeDoubleLE(timeBefore, at + 24);
  bytes.writeUInt32LE(count, at + 32);
  bytes.writeUInt32LE(length, at + 36);
  bytes.writeUInt32LE(crc32(bytes.subarray(at + 8, at + MARK_BYTES)), at + 4);
}

/** Whether a mark begins at `at`, good or damaged; four bytes must be there. */
export function isMark(bytes: Buffer, at: number): boolean {
  return bytes.readUInt32LE(at) === MAGIC;
}

/** The mark at `at`, or null when there is none or it is damaged or cut short. */
export function readMark(bytes: Buffer, at: number): Mark | null {
  if (bytes.length - at < MARK_BYTES || !isMark(bytes, at)) return null;
  if (crc32(bytes.subarray(at + 8, at + MARK_BYTES)) !== bytes.readUInt32LE(at + 4)) return null;
  return {
    salt: bytes.readDoubleLE(at + 8),
    first: bytes.readDoubleLE(at + 16),
    timeBefore: bytes.readDoubleLE(at + 24),
    count: bytes.readUInt32LE(at + 32),
    length: bytes.readUInt32LE(at + 36),
  };
}

/** Where the next mark may begin, from `from` on; -1 for nowhere. */
export function findMagic(bytes: Buffer, from: number): number {
  return bytes.indexOf(magicBytes, from);
}
