import { type FileHandle, open, writeFile } from 'node:fs/promises';
import type { Logger } from '../shared/logger.ts';
import { newSegmentFlags, segmentFlags } from './disk.ts';
import { gapsBetween } from './gaps.ts';
import { MARK_BYTES, writeMark } from './mark.ts';
import { readSalt } from './salt.ts';
import { type ScannedSegment, scanSegment } from './scan.ts';
import { listSegments, type SegmentFile, segmentPath, statSegment, syncDir } from './segments.ts';

export interface Recovered {
  /** All but the last, oldest first. */
  full: SegmentFile[];
  /** Offset at which the last segment begins. */
  base: number;
  /** Handle of the last segment, for appending. */
  file: FileHandle;
  /** Bytes of the last segment. */
  size: number;
  /** Offset of the next entry. */
  end: number;
  salt: number;
  /** The latest time at which an entry came in, milliseconds since the epoch; -Infinity for none. */
  time: number;
  /** Entries that are missing between segments, or damaged in the last one: from, and up to but without. */
  lost: [from: number, to: number][];
}

/**
 * Finds where a partition ends. Only the last segment can have a torn tail: what a crash left of the group whose
 * writing was under way and that nobody was told to be durable. It is cut off behind the last good record; the bytes are
 * set aside as `<segment>.<position>.torn`, since they may also be the medium's fault and then somebody will want them.
 * What is damaged before good records is no torn tail and stays as it is: readers are told of it.
 */
export async function recoverPartition(dir: string, log: Logger): Promise<Recovered> {
  const bases = await listSegments(dir);
  const salt = await readSalt(dir, bases);
  if (bases.length === 0) {
    const file = await createSegment(dir, 0);
    return { full: [], base: 0, file, size: 0, end: 0, salt, time: Number.NEGATIVE_INFINITY, lost: [] };
  }
  const full = await Promise.all(bases.slice(0, -1).map((base) => statSegment(dir, base)));
  const base = bases.at(-1)!;
  const path = segmentPath(dir, base);
  const file = await open(path, segmentFlags);
  const scanned = await scanSegment(file, base, salt);
  await cutTail(file, path, scanned, log);
  for (const [from, to] of scanned.lost) log.error({ segment: path, from, to }, 'journal: entries are damaged');
  let { time } = scanned;
  for (const earlier of bases.slice(0, -1).reverse()) {
    if (time !== Number.NEGATIVE_INFINITY) break;
    time = await timeOf(dir, earlier, salt);
  }
  const gaps = await gapsBetween(dir, bases, salt);
  for (const [from, to] of gaps) log.error({ dir, from, to }, 'journal: entries are missing between two segments');
  return { full, base, file, size: scanned.size, end: scanned.end, salt, time, lost: [...gaps, ...scanned.lost] };
}

/** Creates an empty segment that survives a power cut. */
export async function createSegment(dir: string, base: number): Promise<FileHandle> {
  // An earlier attempt may have left an empty file of this name behind.
  const file = await open(segmentPath(dir, base), newSegmentFlags);
  try {
    await syncDir(dir);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function cutTail(file: FileHandle, path: string, scanned: ScannedSegment, log: Logger): Promise<void> {
  const { size, shortened } = scanned;
  const torn = (await file.stat()).size - size;
  if (torn > 0) {
    await setAside(file, size, torn, `${path}.${size}.torn`).catch((error) =>
      log.warn({ err: error, segment: path }, 'journal: the torn tail could not be set aside'),
    );
    await file.truncate(size);
  }
  if (shortened !== null) {
    const bytes = Buffer.alloc(MARK_BYTES);
    writeMark(bytes, 0, shortened.mark);
    await file.write(bytes, 0, MARK_BYTES, shortened.position);
  }
  if (torn <= 0 && shortened === null) return;
  await file.datasync();
  log.warn({ segment: path, position: size, bytes: torn }, 'journal: torn tail cut off and set aside');
}

async function timeOf(dir: string, base: number, salt: number): Promise<number> {
  const file = await open(segmentPath(dir, base), 'r');
  try {
    return (await scanSegment(file, base, salt)).time;
  } finally {
    await file.close();
  }
}

async function setAside(file: FileHandle, position: number, length: number, path: string): Promise<void> {
  const bytes = Buffer.allocUnsafe(length);
  const { bytesRead } = await file.read(bytes, 0, length, position);
  await writeFile(path, bytes.subarray(0, bytesRead));
}
