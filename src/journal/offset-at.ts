import { open } from 'node:fs/promises';
import { TocsinError } from '../shared/errors.ts';
import { bodyTime } from './codec.ts';
import { entryTime } from './entry-time.ts';
import { unmarkedRecord } from './locate.ts';
import { MARK_BYTES, readMark } from './mark.ts';
import type { JournalReader } from './port.ts';
import type { Progress } from './progress.ts';
import { HEADER_BYTES } from './record.ts';
import { listSegments, segmentPath } from './segments.ts';
import { Window } from './window.ts';

/** Entries read at a time. */
const batch = 1_000;

/**
 * An offset at or before the first entry that came in at `time` or later; the end when there is none. The marks say the
 * latest time of everything before them, which never falls, also where the clock was set back.
 * @param reader for this alone; it is closed
 */
export async function offsetAt(dir: string, progress: Progress, reader: JournalReader, time: number): Promise<number> {
  try {
    const from = Math.max(await groupBefore(dir, time), progress.start);
    return await firstSince(reader, from, progress.end, time);
  } finally {
    await reader.close();
  }
}

/** Offset of a group behind which everything from `time` on lies. */
async function groupBefore(dir: string, time: number): Promise<number> {
  const bases = await listSegments(dir);
  let low = 0;
  let high = bases.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const before = await timeBefore(segmentPath(dir, bases[middle]!));
    // What cannot be read tells nothing: earlier is safe.
    if (before !== null && before < time) low = middle;
    else high = middle - 1;
  }
  const base = bases[low];
  return base === undefined ? 0 : await lastGroupBefore(segmentPath(dir, base), base, time);
}

/** The latest time of what lies before a segment, or for one without marks the time of its first entry. */
async function timeBefore(path: string): Promise<number | null> {
  const file = await open(path, 'r');
  try {
    const window = new Window(file);
    const mark = readMark(await window.at(0, MARK_BYTES), 0);
    if (mark !== null) return mark.timeBefore;
    const record = await unmarkedRecord(window, 0);
    return record?.good ? bodyTime(record.bytes.subarray(HEADER_BYTES)) : null;
  } finally {
    await file.close();
  }
}

/** Offset of the last group of a segment with nothing of `time` or later before it. */
async function lastGroupBefore(path: string, base: number, time: number): Promise<number> {
  const file = await open(path, 'r');
  try {
    const window = new Window(file);
    let offset = base;
    let position = 0;
    for (;;) {
      const mark = readMark(await window.at(position, MARK_BYTES), 0);
      if (mark === null || mark.timeBefore >= time) return offset;
      offset = mark.first;
      position += MARK_BYTES + mark.length;
    }
  } finally {
    await file.close();
  }
}

async function firstSince(reader: JournalReader, from: number, end: number, time: number): Promise<number> {
  let offset = from;
  while (offset < end) {
    try {
      const entries = await reader.read(offset, Math.min(batch, end - offset), 0, new AbortController().signal);
      const found = entries.find(({ entry }) => entryTime(entry) >= time);
      if (found) return found.offset;
      offset += entries.length;
    } catch (error) {
      if (error instanceof TocsinError && error.code === 'JOURNAL_DAMAGED') return offset;
      throw error;
    }
  }
  return offset;
}
