import type { FileHandle } from 'node:fs/promises';
import { bodyTime } from './codec.ts';
import { nextMark, unmarkedRecord } from './locate.ts';
import { MARK_BYTES, type Mark, readMark } from './mark.ts';
import { bodyLength, HEADER_BYTES, openRecord } from './record.ts';
import { Window } from './window.ts';

export interface ScannedSegment {
  /** Bytes up to the end of the last good record. */
  size: number;
  /** Offset after the last good record. */
  end: number;
  /** The latest time at which an entry came in, here or before; -Infinity when nothing tells. */
  time: number;
  /** Ranges of damaged entries with good ones behind them: from, and up to but without. */
  lost: [from: number, to: number][];
  /** Where the mark of the last group must say less than it does, and what; null when it is right. */
  shortened: { position: number; mark: Mark } | null;
}

/** Checks every record of a segment. */
export async function scanSegment(file: FileHandle, base: number, salt: number): Promise<ScannedSegment> {
  const window = new Window(file);
  const segment = { window, base, salt };
  const found: ScannedSegment = { size: 0, end: base, time: Number.NEGATIVE_INFINITY, lost: [], shortened: null };
  for (;;) {
    const mark = readMark(await window.at(found.size, MARK_BYTES), 0);
    if (mark !== null && mark.first >= found.end) {
      lose(found, found.end, mark.first);
      if (!(await group(found, segment, mark))) return found;
      continue;
    }
    const record = mark === null ? await unmarkedRecord(window, found.size) : null;
    if (record?.good) {
      found.time = Math.max(found.time, bodyTime(record.bytes.subarray(HEADER_BYTES)));
      found.size += record.length;
      found.end++;
      continue;
    }
    const after = await nextMark(segment, found.size + 1);
    if (after === null) return found;
    lose(found, found.end, after.mark.first);
    found.size = after.position;
    found.end = after.mark.first;
  }
}

/** Goes over one group. @returns whether something comes behind it. */
async function group(
  found: ScannedSegment,
  segment: { window: Window; base: number; salt: number },
  mark: Mark,
): Promise<boolean> {
  const from = found.size + MARK_BYTES;
  const { bad, good } = await checkRecords(segment.window, mark, from, found);
  found.time = Math.max(found.time, mark.timeBefore);
  const next = mark.first + mark.count;
  const after = bad.length > 0 ? await nextMark(segment, from) : null;
  if (bad.length > 0 && after === null) {
    // Nothing was written behind it: a crash can leave it so. What is good in it may have been acknowledged.
    const position = found.size;
    const count = good.count;
    for (const offset of bad) if (offset < mark.first + count) lose(found, offset, offset + 1);
    found.end = mark.first + count;
    found.size = count === 0 ? position : good.end;
    if (count > 0 && count < mark.count) {
      found.shortened = { position, mark: { ...mark, count, length: good.end - from } };
    }
    return false;
  }
  for (const offset of bad) lose(found, offset, offset + 1);
  found.end = next;
  found.size = after?.position ?? from + mark.length;
  return true;
}

/** Offsets of the bad records of a group, and where its last good one ends. */
async function checkRecords(window: Window, mark: Mark, from: number, found: ScannedSegment) {
  const bad: number[] = [];
  const good = { count: 0, end: from };
  let position = from;
  for (let index = 0; index < mark.count; index++) {
    const head = await window.at(position, HEADER_BYTES);
    const length = head.length < HEADER_BYTES ? null : bodyLength(head, 0);
    if (length === null || position + HEADER_BYTES + length > from + mark.length) {
      // Where the next one begins is not known.
      for (let rest = index; rest < mark.count; rest++) bad.push(mark.first + rest);
      break;
    }
    const bytes = await window.at(position, HEADER_BYTES + length);
    const body = bytes.length < HEADER_BYTES + length ? null : openRecord(bytes, 0, length);
    position += HEADER_BYTES + length;
    if (body === null) {
      bad.push(mark.first + index);
      continue;
    }
    found.time = Math.max(found.time, bodyTime(body));
    good.count = index + 1;
    good.end = position;
  }
  return { bad, good };
}

function lose(found: ScannedSegment, from: number, to: number): void {
  if (from >= to) return;
  const last = found.lost.at(-1);
  if (last !== undefined && last[1] === from) last[1] = to;
  else found.lost.push([from, to]);
}
