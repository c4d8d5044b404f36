import { crc32 } from 'node:zlib';

/** A record: length of the body (u32), CRC-32 of the body (u32), body; little-endian. */
export const HEADER_BYTES = 8;

/** A longer body is no record: twice the largest payload that settings allow. */
const LARGEST_BODY = 32 * 1024 * 1024;

/** Writes the header of the body that stands from `at + HEADER_BYTES` to `end`. */
export function sealRecord(bytes: Buffer, at: number, end: number): void {
  const body = at + HEADER_BYTES;
  bytes.writeUInt32LE(end - body, at);
  bytes.writeUInt32LE(crc32(bytes.subarray(body, end)), at + 4);
}

/**
 * Length of the body whose header stands at `at`, or null when it cannot be one. Nothing is never a body: zeros, which
 * a file system may leave behind after a power cut, would pass their own checksum.
 */
export function bodyLength(bytes: Buffer, at: number): number | null {
  const length = bytes.readUInt32LE(at);
  return length === 0 || length > LARGEST_BODY ? null : length;
}

/** The body of the record at `at`, or null when its checksum is wrong. It must lie in `bytes` as a whole. */
export function openRecord(bytes: Buffer, at: number, length: number): Buffer | null {
  const body = bytes.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length);
  return crc32(body) === bytes.readUInt32LE(at + 4) ? body : null;
}
