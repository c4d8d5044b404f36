import { type FileHandle, open, writeFile } from 'node:fs/promises';
import type { Logger } from '../shared/logger.ts';
import { bodyLength, HEADER_BYTES, openRecord } from './record.ts';
import { listSegments, segmentPath, syncDir } from './segments.ts';

const BLOCK_BYTES = 1024 * 1024;

export interface Recovered {
  /** Offsets at which the segments begin; at least one. */
  segments: number[];
  /** Handle of the last segment, for appending. */
  file: FileHandle;
  /** Bytes of the last segment. */
  size: number;
  /** Offset of the next entry. */
  end: number;
}

/**
 * Finds where a partition ends. Only the last segment can have a torn tail: what a crash left of a group whose writing
 * was under way and that nobody was told to be durable. The tail is cut off at the first bad record; the bytes are set
 * aside as `<segment>.<position>.torn`, since a bad record may also be the medium's fault and then somebody will want them.
 */
export async function recoverPartition(dir: string, log: Logger): Promise<Recovered> {
  const segments = await listSegments(dir);
  if (segments.length === 0) {
    const file = await createSegment(dir, 0);
    return { segments: [0], file, size: 0, end: 0 };
  }
  const base = segments.at(-1)!;
  const path = segmentPath(dir, base);
  const file = await open(path, 'r+');
  const { size, count } = await scan(file);
  const torn = (await file.stat()).size - size;
  if (torn > 0) {
    await setAside(file, size, torn, `${path}.${size}.torn`).catch((error) =>
      log.warn({ err: error, segment: path }, 'journal: the torn tail could not be set aside'),
    );
    await file.truncate(size);
    await file.datasync();
    log.warn({ segment: path, position: size, bytes: torn }, 'journal: torn tail cut off and set aside');
  }
  return { segments, file, size, end: base + count };
}

/** Creates an empty segment that survives a power cut. */
export async function createSegment(dir: string, base: number): Promise<FileHandle> {
  // An earlier attempt may have left an empty file of this name behind.
  const file = await open(segmentPath(dir, base), 'w+');
  try {
    await syncDir(dir);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Length and number of the good records at the beginning of a segment. */
async function scan(file: FileHandle): Promise<{ size: number; count: number }> {
  let block = Buffer.allocUnsafe(BLOCK_BYTES);
  let position = 0;
  let count = 0;
  for (;;) {
    const { bytesRead } = await file.read(block, 0, block.length, position);
    let at = 0;
    let wanted = HEADER_BYTES;
    while (bytesRead - at >= HEADER_BYTES) {
      const length = bodyLength(block, at);
      if (length === null) return { size: position + at, count };
      wanted = HEADER_BYTES + length;
      if (bytesRead - at < wanted) break;
      if (openRecord(block, at, length) === null) return { size: position + at, count };
      at += wanted;
      count++;
    }
    position += at;
    if (at > 0) continue;
    if (bytesRead < block.length) return { size: position, count };
    block = Buffer.allocUnsafe(wanted);
  }
}

async function setAside(file: FileHandle, position: number, length: number, path: string): Promise<void> {
  const bytes = Buffer.allocUnsafe(length);
  const { bytesRead } = await file.read(bytes, 0, length, position);
  await writeFile(path, bytes.subarray(0, bytesRead));
}
