import { findMagic, isMark, MARK_BYTES, type Mark, readMark } from './mark.ts';
import { bodyLength, HEADER_BYTES, openRecord } from './record.ts';
import type { Window } from './window.ts';

/** A segment, for looking up where an entry stands in it. */
export interface Segment {
  window: Window;
  /** Offset of its first entry. */
  base: number;
  /** The partition's salt: a mark found by searching is one only with it. */
  salt: number;
}

/** Where the record of an entry stands, or, when it is not there, the next offset that is. */
export type Place = { position: number } | { next: number };

/**
 * Finds an entry in its segment, hopping from mark to mark and searching for the next one behind what is damaged.
 * @param strict find it only where the records of its group fit together up to the group's end, as after an entry that
 *   turned out to be damaged: its length may be wrong too
 * @param otherwise `next` when the segment has nothing behind the entry
 */
export async function locate(segment: Segment, offset: number, otherwise: number, strict: boolean): Promise<Place> {
  const { window, base } = segment;
  let position = 0;
  let at = base;
  for (;;) {
    const head = await window.at(position, MARK_BYTES);
    const mark = readMark(head, 0);
    if (mark !== null && mark.first >= at) {
      if (mark.first > offset) return { next: mark.first };
      position += MARK_BYTES + mark.length;
      at = mark.first + mark.count;
      if (offset >= at) continue;
      const place = await inGroup(window, mark, position - mark.length, offset, strict);
      // Without it the rest of the group cannot be told apart.
      return place ?? { next: (await nextMark(segment, position))?.mark.first ?? otherwise };
    }
    const record = mark === null ? await unmarkedRecord(window, position) : null;
    if (record !== null) {
      if (at < offset) {
        position += record.length;
        at++;
        continue;
      }
      if (!strict || record.good) return { position };
    }
    const found = await nextMark(segment, position + 1);
    if (found === null) return { next: otherwise };
    position = found.position;
    at = found.mark.first;
    if (at > offset) return { next: at };
  }
}

/** The next mark that begins at `from` or later. */
export async function nextMark(
  { window, salt }: Segment,
  from: number,
): Promise<{ position: number; mark: Mark } | null> {
  let position = from;
  for (;;) {
    const bytes = await window.at(position, MARK_BYTES);
    if (bytes.length < MARK_BYTES) return null;
    let at = findMagic(bytes, 0);
    while (at >= 0 && bytes.length - at >= MARK_BYTES) {
      const mark = readMark(bytes, at);
      if (mark !== null && mark.salt === salt) return { position: position + at, mark };
      at = findMagic(bytes, at + 1);
    }
    // The last bytes may be the beginning of one.
    position += at >= 0 ? at : bytes.length - 3;
  }
}

/** Where an entry of a group stands; null when its records do not fit together up to there, or to the end if `strict`. */
async function inGroup(
  window: Window,
  mark: Mark,
  from: number,
  offset: number,
  strict: boolean,
): Promise<Place | null> {
  const end = from + mark.length;
  let position = from;
  let found: Place | null = null;
  for (let at = mark.first; at < mark.first + mark.count; at++) {
    const head = await window.at(position, HEADER_BYTES);
    const length = head.length < HEADER_BYTES ? null : bodyLength(head, 0);
    if (length === null || position + HEADER_BYTES + length > end) return null;
    if (at === offset) {
      found = { position };
      if (!strict) return found;
    }
    position += HEADER_BYTES + length;
  }
  return position === end ? found : null;
}

export interface UnmarkedRecord {
  /** Bytes with its header. */
  length: number;
  /** Whether its checksum is right. */
  good: boolean;
  /** Its whole bytes. */
  bytes: Buffer;
}

/** The record at `position` as the first Tocsin wrote it, without a mark before it; null when there is none. */
export async function unmarkedRecord(window: Window, position: number): Promise<UnmarkedRecord | null> {
  const head = await window.at(position, HEADER_BYTES);
  if (head.length < HEADER_BYTES || isMark(head, 0)) return null;
  const length = bodyLength(head, 0);
  if (length === null) return null;
  const bytes = await window.at(position, HEADER_BYTES + length);
  if (bytes.length < HEADER_BYTES + length) return null;
  return { length: HEADER_BYTES + length, good: openRecord(bytes, 0, length) !== null, bytes };
}
