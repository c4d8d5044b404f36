import { mkdir, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Digits of the largest safe integer, so that names sort like numbers. */
const DIGITS = 16;

/** Folder of a partition. */
export function partitionDir(dir: string, partition: number): string {
  return join(dir, `p${partition}`);
}

/** Path of the segment whose first entry has offset `base`. */
export function segmentPath(partitionDir: string, base: number): string {
  return join(partitionDir, `${String(base).padStart(DIGITS, '0')}.seg`);
}

/** Offsets at which the segments of a partition begin, ascending. */
export async function listSegments(partitionDir: string): Promise<number[]> {
  const names = await readdir(partitionDir);
  return names
    .filter((name) => /^\d{16}\.seg$/.test(name))
    .map((name) => Number(name.slice(0, DIGITS)))
    .sort((a, b) => a - b);
}

/** A segment that is no longer written to. */
export interface SegmentFile {
  /** Offset of its first entry. */
  base: number;
  bytes: number;
  /** When its last entry was written, milliseconds since the epoch. */
  closedAt: number;
}

export async function statSegment(partitionDir: string, base: number): Promise<SegmentFile> {
  const { size, mtimeMs } = await stat(segmentPath(partitionDir, base));
  return { base, bytes: size, closedAt: mtimeMs };
}

/** Makes the folder and what is in it survive a power cut: a new file is only there once its folder is on disk. */
export async function syncDir(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Creates the folder of a partition when it is missing. */
export async function ensurePartitionDir(dir: string, partition: number): Promise<string> {
  const path = partitionDir(dir, partition);
  if ((await mkdir(path, { recursive: true })) !== undefined) await syncDir(dir);
  return path;
}
